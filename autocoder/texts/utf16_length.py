"""How long a text is for Azure DevOps: it counts UTF-16 code units, as .NET does, of which an emoji has two.

https://learn.microsoft.com/dotnet/api/system.string.length
"""


def length(text: str) -> int:
    """Return the number of UTF-16 code units of *text*."""
    return len(text) + sum(mark > "\uffff" for mark in text)


def cut(text: str, longest: int) -> str:
    """Return the beginning of *text*, at most *longest* UTF-16 code units of it, with no character halved."""
    if length(text) <= longest:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * longest]
    return units.decode("utf-16-le", "ignore")
