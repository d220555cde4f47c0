"""Orchestrations that meet trouble: names that do not exist, other versions, ids that are taken."""

import os
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df

troubles = df.Blueprint()


@troubles.activity_trigger(input_name="text")
def healed(text: str) -> str:
    """Fail for as long as the file that HEALED names is not there."""
    if not Path(os.environ["HEALED"]).exists():
        raise ValueError("not healed")
    return text


@troubles.orchestration_trigger(context_name="context")
def version(context):
    """Wait for an event, and return the version."""
    yield context.wait_for_external_event("go")
    return context.version


@troubles.orchestration_trigger(context_name="context")
def versions_of_children(context):
    own = yield context.call_sub_orchestrator("just_version")
    named = yield context.call_sub_orchestrator("just_version", version="1.5")
    return [context.version, own, named]


@troubles.orchestration_trigger(context_name="context")
def just_version(context):
    return context.version


@troubles.orchestration_trigger(context_name="context")
def version_after_continuing(context):
    if context.get_input() == "again":
        yield context.wait_for_external_event("go")
        return context.version
    context.continue_as_new("again")


@troubles.orchestration_trigger(context_name="context")
def told_by_child(context):
    """Return what the failure of a child says, whose version may be in the input."""
    child, wanted = f"{context.instance_id}-child", context.get_input()
    try:
        return (yield context.call_sub_orchestrator("version", None, child, version=wanted))
    except Exception as error:
        return str(error)


@troubles.orchestration_trigger(context_name="context")
def unknown(context):
    """Call a function that does not exist, in the way that the input names."""
    how, options = context.get_input(), df.RetryOptions(10, 2)
    calls = {
        "activity": lambda: context.call_activity("nobody", 1),
        "with_retry": lambda: context.call_activity_with_retry("nobody", options, 1),
        "child": lambda: context.call_sub_orchestrator("nobody", 1, f"{context.instance_id}-child"),
        "task_all": lambda: context.task_all(
            [context.call_activity("echo_activity", "x"), context.call_activity("nobody", 1)]
        ),
    }
    try:
        yield calls[how]()
    except Exception:
        return "caught"
    return "went on"


@troubles.orchestration_trigger(context_name="context")
def watched(context):
    return (yield context.call_sub_orchestrator("approval", None, context.get_input()))


@troubles.orchestration_trigger(context_name="context")
def failed_child_or_event(context):
    child = context.call_sub_orchestrator("failing")
    winner = yield context.task_any([context.wait_for_external_event("go"), child])
    return "child" if winner == child else "event"


@troubles.orchestration_trigger(context_name="context")
def waits_in_a_loop(context):
    lost = context.wait_for_external_event("go")
    yield context.task_any([lost, context.call_activity("echo_activity", "wins")])
    context.set_custom_status("activity")
    yield context.call_activity("nap", {"seconds": 0.5})
    context.set_custom_status("second wait")
    return (yield context.wait_for_external_event("go"))


@troubles.orchestration_trigger(context_name="context")
def careless_continuing(context):
    """Continue as new beside a timer that lost and was not cancelled."""
    if context.get_input() == "again":
        return "continued"
    decision = context.wait_for_external_event("decision")
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
    yield context.task_any([decision, timer])
    context.set_custom_status("decided")
    context.continue_as_new("again")


@troubles.orchestration_trigger(context_name="context")
def mended(context):
    """Call an activity that fails until a file is there, between two that do not."""
    first = yield context.call_activity("echo_activity", "first")
    second = yield context.call_activity("healed", "second")
    third = yield context.call_activity("echo_activity", "third")
    return [first, second, third]


@troubles.orchestration_trigger(context_name="context")
def mended_child(context):
    return (yield context.call_sub_orchestrator("mended", None, f"{context.instance_id}-child"))


@troubles.orchestration_trigger(context_name="context")
def activity_then_event(context):
    first = yield context.call_activity("echo_activity", "first")
    second = yield context.wait_for_external_event("go")
    return [first, second]


@troubles.orchestration_trigger(context_name="context")
def seconds_of_timers(context):
    """Return how long each of the timers of the input took."""
    took = []
    for seconds in context.get_input():
        began = context.current_utc_datetime
        yield context.create_timer(began + timedelta(seconds=seconds))
        took.append((context.current_utc_datetime - began).total_seconds())
    return took
