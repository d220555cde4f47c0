"""Deaths of the worker in a turn, on demand: what the Functions host then tells the Durable extension.

The extension sees an orchestrator that has scheduled nothing, so the replay differs from the history. When
no task is recorded yet, the instance fails with the exit of the process. A new start or a rewind heals both.
Measured with extension 3.19.0 and the behaviour of https://github.com/Azure/azure-functions-host.
"""

from dataclasses import dataclass, fields
from typing import Any

from emulators.functions_host.durable.actions import Replay
from emulators.functions_host.durable.episodes import Outcome, Turn, failure
from emulators.functions_host.errors import NonDeterministicError

EXITED = "One or more errors occurred. (python exited with code 137 (0x89))"
NAMES = {"instanceId": "instance_id", "orchestrator": "orchestrator", "times": "times"}


@dataclass(slots=True)
class Death:
    """The worker dies in the next *times* turns of an instance, or of an orchestrator's instances."""

    instance_id: str = ""
    orchestrator: str = ""
    times: int = 1

    def meets(self, turn: Turn) -> bool:
        """Whether the worker dies in *turn*."""
        of_instance = self.instance_id in ("", turn.instance_id)
        return self.times > 0 and of_instance and self.orchestrator in ("", turn.name)

    def shown(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {name: getattr(self, field) for name, field in NAMES.items()}


def death_of(body: Any) -> Death:
    """Return the death that the JSON *body* describes; raises `ValueError` for anything else."""
    if not isinstance(body, dict) or not body.keys() <= NAMES.keys():
        raise ValueError(f"fields are {', '.join(NAMES)}")
    death = Death(**{NAMES[name]: value for name, value in body.items()})
    wrong = [f.name for f in fields(Death) if type(getattr(death, f.name)) is not f.type]
    if wrong or death.times < 1 or not (death.instance_id or death.orchestrator):
        raise ValueError("instanceId or orchestrator is a name, and times a positive number")
    return death


class WorkerDeaths:
    """The deaths that are still to come."""

    def __init__(self) -> None:
        self.waiting: list[Death] = []

    def take(self, turn: Turn) -> bool:
        """Whether the worker dies in *turn*, which is then counted."""
        death = next((one for one in self.waiting if one.meets(turn)), None)
        if death is None:
            return False
        death.times -= 1
        if death.times == 0:
            self.waiting.remove(death)
        return True


def outcome_of_death(turn: Turn) -> Outcome:
    """Return how a *turn* ends in which the worker dies."""
    replay = Replay([], lambda _kind, _name: True)
    try:
        for event in (*turn.past.events, *turn.fresh):
            replay.feed(event)
    except NonDeterministicError as error:
        return Outcome("Failed", str(error))
    return Outcome("Failed", failure(turn.name, EXITED))
