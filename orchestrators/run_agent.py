"""The orchestration of a run: observe its record, do what comes next, wait for a hint or for the next look.

The record is the truth, and an event is a hint that a look is worth it now. Each wait ends a generation of
the orchestration, so that nothing piles up. Whoever starts it anew under the run's id changes nothing.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import azure.durable_functions as df

from activities.observe_run import observe_run
from activities.parts.orchestrations import LOOK
from autocoder.models import Ended, Next, Observation
from autocoder.runs.next_step import PAID_MINUTES
from orchestrators.begin import begin, launch
from orchestrators.chains import NOTHING, ended, required, suspended, wait
from orchestrators.conclude import conclude
from orchestrators.publish import publish
from orchestrators.step import Steps, StepWaits, reason_of, step

blueprint = df.Blueprint()
Chain = Callable[[df.DurableOrchestrationContext, Observation], Steps[Observation]]
# What was paid is worth a day, and how a run ended is settled: it is told whenever that is possible.
A_YEAR = 365 * 24 * 60.0
MINUTES: Mapping[Next, float] = {"publish": PAID_MINUTES, "conclude": A_YEAR}
CHAINS: Mapping[Next, Chain] = {
    "begin": begin,
    "launch": launch,
    "wait": wait,
    "publish": publish,
    "conclude": conclude,
}


@blueprint.orchestration_trigger(context_name="context")
def run_agent(context: df.DurableOrchestrationContext) -> Any:
    """Carry one run as far as it goes; the input is its id and nothing else."""
    run_id = str(context.get_input())
    try:
        seen = yield from step(context, observe_run, run_id)
    except StepWaits as away:  # what cannot be seen now is looked at again; the run's deadline holds
        seen = Observation(next="watch", seconds=away.seconds)
    while seen.next in CHAINS:
        seen = yield from _carried_on(context, seen)
    if seen.next == "nothing":
        return
    look = context.wait_for_external_event(LOOK)
    until = context.current_utc_datetime + dt.timedelta(seconds=seen.seconds)
    timer: Any = context.create_timer(until)
    winner = yield context.task_any([look, timer])
    if winner == look:
        timer.cancel()  # else continuing as new would wait for it
    context.continue_as_new(run_id)


def _carried_on(context: df.DurableOrchestrationContext, seen: Observation) -> Steps[Observation]:
    """Return what comes next after the chain of *seen*; a chain that fails ends the run, and is reported."""
    run = required(seen.run)
    try:
        return (yield from CHAINS[seen.next](context, seen))
    except StepWaits as away:
        how = yield from suspended(context, run, away, MINUTES.get(seen.next, away.minutes))
        return NOTHING if how is None else ended(run, how, seen.plan, seen.result)
    except Exception as error:  # a StepFailed, or a bug in an activity that must not prevent the report
        if seen.next == "conclude":
            raise
        how = Ended(outcome="failed", reason=reason_of(context, run.id, error))
        return ended(run, how, seen.plan, seen.result)
