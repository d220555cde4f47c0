"""The operations of the REST API 7.1, served or not, as Microsoft's API files list them.

`operations.tsv` is that list; `undocumented.tsv` adds what is served beyond it, with the reason.
https://learn.microsoft.com/rest/api/azure/devops
https://github.com/MicrosoftDocs/vsts-rest-api-specs
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent
WITH_SLASHES = ("path", "filter", "query")  # parameters whose values may contain slashes
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """An operation: its area and name, its method, its path from `_apis` on, and the scopes that allow it.

    `prefix` is what comes before `_apis`: the host and the parameters for organisation, project and team.
    """

    area: str
    name: str
    method: str
    prefix: str
    path: str
    scopes: tuple[str, ...]
    reason: str = ""

    @property
    def title(self) -> str:
        """Its name in the reference: `wit Work Items_Get Work Item`."""
        return f"{self.area} {self.name}"

    @property
    def in_organization(self) -> bool:
        """Whether its path names no project."""
        return "{project}" not in self.prefix

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters in the path after `_apis`."""
        return tuple(_PARAMETER.findall(self.path))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of its path from `_apis` on, in any case."""
        pieces, end = [], 0
        for parameter in _PARAMETER.finditer(self.path):
            value = ".+" if parameter[1] in WITH_SLASHES else "[^/]+"
            pieces += [re.escape(self.path[end : parameter.start()]), f"(?P<{parameter[1]}>{value})"]
            end = parameter.end()
        return re.compile("".join(pieces) + re.escape(self.path[end:]) + "/?", re.IGNORECASE)

    @property
    def fixed(self) -> int:
        """The number of fixed parts in the path; a higher number is more specific."""
        return sum(1 for part in self.path.split("/") if not part.startswith("{"))


def _read(name: str) -> tuple[Operation, ...]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return tuple(_operation(line) for line in lines if not line.startswith("#"))


def _operation(line: str) -> Operation:
    area, name, method, address, scopes, *reason = line.split("\t")
    prefix, _, rest = address.partition("/_apis/")
    path = f"_apis/{rest.rstrip('/')}"
    return Operation(area, name, method, prefix, path, tuple(filter(None, scopes.split(","))), *reason)


DOCUMENTED = _read("operations.tsv")
UNDOCUMENTED = _read("undocumented.tsv")
OPERATIONS = {(known.area, known.name): known for known in (*DOCUMENTED, *UNDOCUMENTED)}
_MOST_SPECIFIC_FIRST = sorted(OPERATIONS.values(), key=lambda known: -known.fixed)


def matching(path: str) -> list[tuple[Operation, dict[str, str]]]:
    """Return the operations at *path* (`_apis/...`), the most specific first, with the path's arguments."""
    found = ((known, known.pattern.fullmatch(path)) for known in _MOST_SPECIFIC_FIRST)
    return [(known, match.groupdict()) for known, match in found if match is not None]
