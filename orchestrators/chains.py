"""What the chains of a run's loop share: how one ends, and how one waits."""

from typing import TypeVar

import azure.durable_functions as df

from activities.suspend_run import suspend_run
from autocoder.models import AgentResult, Ended, Observation, Plan, Run, Wait
from autocoder.reports.run_report import concluding, ended_report
from orchestrators.step import Steps, StepWaits, step

NOTHING = Observation(next="nothing")
T = TypeVar("T")


def required(value: T | None) -> T:
    """Return *value*, which an observation has for what comes next. Raises ValueError when it lacks it."""
    if value is None:
        raise ValueError("the observation lacks what comes next")
    return value


def ended(run: Run, how: Ended, plan: Plan | None = None, result: AgentResult | None = None) -> Observation:
    """Return that the run ends before its branch was pushed."""
    return concluding(ended_report(run, how, plan, result))


def wait(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Let the run wait as it was observed to; it ends when it has waited long enough."""
    run = required(seen.run)
    how = yield from step(context, suspend_run, required(seen.wait))
    return NOTHING if how is None else ended(run, how, seen.plan)


def suspended(
    context: df.DurableOrchestrationContext, run: Run, away: StepWaits, minutes: float
) -> Steps[Ended | None]:
    """Let the run wait without an orchestration for a service that is away; the janitor starts it again.

    Return how the run ends when it has waited for so many *minutes* in all.
    """
    wanted = Wait(run=run, reason=str(away), since=away.since, seconds=away.seconds, minutes=minutes)
    return (yield from step(context, suspend_run, wanted))
