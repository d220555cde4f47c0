"""Pages of lists: `$top` and a continuation token in the header of the answer.

https://learn.microsoft.com/rest/api/azure/devops/pipelines/pipelines/list
"""

from collections.abc import Sequence
from typing import TypeVar

from emulators.azure_devops.core.calls import CONTINUATION, Call
from emulators.azure_devops.core.errors import argument

MAX_PAGE = 10_000
Item = TypeVar("Item")


def page(call: Call, found: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
    """Return the items of the asked page, and the header that leads to the next one; raises 400."""
    top, token = call.number("$top", MAX_PAGE), call.query("continuationToken", "0")
    if top < 0:
        raise argument(f"The value '{top}' is not valid for $top.", "$top")
    if not (token.isascii() and token.isdigit() and len(token) < 10):
        raise argument(f"The value '{token[:100]}' is not valid for continuationToken.", "continuationToken")
    start = int(token)
    end = start + (min(top, MAX_PAGE) or MAX_PAGE)
    return found[start:end], {CONTINUATION: str(end)} if end < len(found) else {}
