"""Finds a scenario of `make demo`: a module of `emulators/platform/scenarios/`.

https://docs.python.org/3/library/importlib.html#importlib.import_module
"""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from emulators.platform.plan import Plan
from emulators.platform.processes import PlatformError
from emulators.platform.running import Platform

FOLDER = Path(__file__).with_name("scenarios")


class Scenario(Protocol):
    """What the module of a scenario contains."""

    def prepare(self, plan: Plan) -> Plan:
        """Return *plan* with what the scenario needs, before the platform starts; raises `PlatformError`."""

    def show(self, platform: Platform, seconds: float) -> bool:
        """Run the scenario on *platform* within *seconds*; returns whether nothing is missing."""


def names() -> list[str]:
    """Return the names of the scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def find(name: str) -> Scenario:
    """Return the scenario *name*; raises `PlatformError` that lists the known ones."""
    if name not in names():
        raise PlatformError(f"There is no scenario {name!r}. Scenarios are: {', '.join(names())}.")
    return cast(Scenario, import_module(f"emulators.platform.scenarios.{name}"))
