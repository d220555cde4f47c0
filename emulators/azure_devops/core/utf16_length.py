"""The length of a text as the service counts it: in UTF-16 code units, as .NET's `String.Length` does.

https://learn.microsoft.com/dotnet/api/system.string.length
"""


def length(text: str) -> int:
    """Return the number of UTF-16 code units of *text*; an emoji has two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
