"""Values of the run's loop: what was observed, what comes next, and what a run waits for."""

from typing import Any, Literal

from pydantic import Field

from autocoder.models.base import Value
from autocoder.models.containers import Plan
from autocoder.models.reports import RunReport
from autocoder.models.requests import Run
from autocoder.models.results import AgentResult

Next = Literal["nothing", "begin", "launch", "watch", "wait", "publish", "conclude"]


class Wait(Value):
    """A step that may succeed later: why it has not, since when, and how long that is worth waiting."""

    run: Run
    reason: str
    since: str = Field(description="ISO 8601, UTC; of the first try of this orchestration")
    seconds: float = Field(0, description="pause that the service asks for")
    minutes: float = Field(description="for which the run waits in all")


class Observation(Value):
    """What comes next for a run, by its record, with what that needs."""

    next: Next
    seconds: float = Field(0, description="with `watch`: until the next look, unless there is a hint before")
    run: Run | None = None
    row: dict[str, Any] | None = Field(
        None, description="the run's row as it was last read or written, which saves another read"
    )
    texts_apart: bool = Field(
        False, description="with `begin`: whether long texts of the request are only in its blob"
    )
    plan: Plan | None = Field(None, description="with `launch`, `wait` and `publish`")
    result: AgentResult | None = Field(None, description="with `publish`")
    report: RunReport | None = Field(None, description="with `conclude`: how the run ends")
    wait: Wait | None = Field(None, description="with `wait`: for what, and how long")
