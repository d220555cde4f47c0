"""The variables of a run: macros, and the environment of processes.

https://learn.microsoft.com/azure/devops/pipelines/process/variables
"""

import json
import re
from dataclasses import dataclass

from emulators.azure_devops.pipelines.agent.masks import Masks

MACRO = re.compile(r"\$\(([^()\s][^()]*)\)")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; a secret one is not in the environment of scripts."""

    name: str
    value: str
    is_secret: bool = False


class Variables:
    """Variables by name, in any case; a name that is set again keeps its first spelling."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._known: dict[str, Variable] = {}

    def set(self, name: str, value: str, *, is_secret: bool = False) -> None:
        """Set a variable; what was secret stays secret."""
        before = self._known.get(name.lower())
        secret = is_secret or (before is not None and before.is_secret)
        if secret:
            self._masks.add(value)
        self._known[name.lower()] = Variable(before.name if before else name, value, secret)

    def get(self, name: str) -> str:
        """Return the value of a variable, or ""."""
        found = self._known.get(name.lower())
        return found.value if found else ""

    def expand(self, text: str) -> str:
        """Return *text* with each macro `$(name)` replaced once; an unknown one stays as it is."""

        def value_of(found: re.Match[str]) -> str:
            known = self._known.get(found[1].strip().lower())
            return found[0] if known is None else known.value

        return MACRO.sub(value_of, text)

    def environment(self) -> dict[str, str]:
        """Return the variables that are not secret, as every step sees them."""
        return {environment_name(one.name): one.value for one in self._known.values() if not one.is_secret}

    def secret_environment(self) -> dict[str, str]:
        """Return the secret variables as tasks get them: `SECRET_NAME`, and the list of their names.

        https://github.com/microsoft/azure-pipelines-task-lib/blob/master/node/internal.ts
        """
        secret = [one for one in self._known.values() if one.is_secret]
        values = {f"SECRET_{environment_name(one.name)}": one.value for one in secret}
        return {**values, "VSTS_SECRET_VARIABLES": json.dumps([one.name for one in secret])}


def environment_name(name: str) -> str:
    """Return the name of the environment variable for the variable *name*."""
    return re.sub(r"[. ]", "_", name).upper()
