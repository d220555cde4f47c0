"""The length of a text as Azure DevOps counts it: in UTF-16 code units, as in .NET; an emoji has two.

https://learn.microsoft.com/dotnet/api/system.string.length
"""


def length(text: str) -> int:
    """Return the number of UTF-16 code units of *text*."""
    return len(text) + sum(mark > "\uffff" for mark in text)


def cut(text: str, longest: int) -> str:
    """Return the first characters of *text*, at most *longest* UTF-16 code units of whole characters."""
    if length(text) <= longest:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * longest]
    return units.decode("utf-16-le", "ignore")
