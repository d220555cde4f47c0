"""Orchestrations that show one behaviour each."""

import asyncio
import os
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df

flows = df.Blueprint()
calls: Counter[str] = Counter()
running = Counter()
lock = threading.Lock()


@flows.activity_trigger(input_name="number")
def add_one(number: int) -> int:
    return number + 1


@flows.activity_trigger(input_name="number")
async def add_one_async(number: int) -> int:
    await asyncio.sleep(0)
    return number + 1


@flows.activity_trigger(input_name="spec")
def flaky(spec: dict) -> str:
    calls[spec["key"]] += 1
    if calls[spec["key"]] <= spec["failures"]:
        raise ValueError(f"boom {calls[spec['key']]}")
    return f"attempt {calls[spec['key']]}"


@flows.activity_trigger(input_name="spec")
def nap(spec: dict) -> str:
    """Sleep, then record the end and how many slept at once."""
    with lock:
        running["now"] += 1
        running["most"] = max(running["most"], running["now"])
    time.sleep(spec["seconds"])
    with lock:
        running["now"] -= 1
    if "file" in spec:
        with Path(spec["file"]).open("a") as file:
            file.write(f"{spec['key']}\n")
    return str(running["most"])


@flows.activity_trigger(input_name="file")
def note_and_sleep(file: str) -> None:
    """Record the start, then block until a test kills the host."""
    with Path(file).open("a") as notes:
        notes.write("began\n")
    time.sleep(60)


@flows.activity_trigger(input_name="text")
def echo_activity(text: str) -> str:
    return text


@flows.orchestration_trigger(context_name="context")
def chain(context):
    number = context.get_input() or 0
    for _ in range(6):
        number = yield context.call_activity("add_one", number)
    return number


@flows.orchestration_trigger(context_name="context")
def fan(context):
    tasks = [context.call_activity(("add_one", "add_one_async")[i % 2], i) for i in range(10)]
    results = yield context.task_all(tasks)
    context.set_custom_status({"results": len(results)})
    return sum(results)


@flows.orchestration_trigger(context_name="context")
def echo_input(context):
    return {"input": context.get_input(), "id": context.instance_id, "parent": context.parent_instance_id}


@flows.orchestration_trigger(context_name="context")
def retrying(context):
    spec = context.get_input()
    options = df.RetryOptions(spec.get("milliseconds", 10), spec["attempts"])
    try:
        first = yield context.call_activity_with_retry("flaky", options, spec)
    except Exception as error:
        first = f"gave up: {str(error).splitlines()[0].strip()}"
    second = yield context.call_activity("add_one", 1)
    return [first, second]


@flows.orchestration_trigger(context_name="context")
def many_retries(context):
    options = df.RetryOptions(10, 4)
    tasks = [
        context.call_activity_with_retry(
            "flaky", options, {"key": f"{context.instance_id}{i}", "failures": i}
        )
        for i in range(3)
    ]
    results = yield context.task_all([*tasks, context.call_activity("add_one", 5)])
    last = yield context.call_activity("add_one", 10)
    return [results, last]


@flows.orchestration_trigger(context_name="context")
def failing(context):
    yield context.call_activity("flaky", {"key": f"failing {context.instance_id}", "failures": 99})


@flows.orchestration_trigger(context_name="context")
def catching(context):
    try:
        yield context.call_activity("flaky", {"key": f"catching {context.instance_id}", "failures": 99})
    except Exception as error:
        return str(error)


@flows.orchestration_trigger(context_name="context")
def twelfth_child(context):
    """Return the id of a child whose sequence number has two digits in decimal and one in hexadecimal."""
    for number in range(11):
        yield context.call_activity("add_one", number)
    return (yield context.call_sub_orchestrator("echo_input", 1))["id"]


@flows.orchestration_trigger(context_name="context")
def two_waits_for_one_event(context):
    """Wait twice for one event beside a child; say when the newer wait is served."""
    first, second = context.wait_for_external_event("same"), context.wait_for_external_event("same")
    winner = yield context.task_any([first, second])
    context.set_custom_status("second wait" if winner == second else "first wait")
    both = yield context.task_all([first, second])
    return both


@flows.orchestration_trigger(context_name="context")
def noted(context):
    yield context.call_activity("note_and_sleep", context.get_input())


@flows.orchestration_trigger(context_name="context")
def approval(context):
    """Wait for an event or a timer; cancel the timer that lost."""
    decision = context.wait_for_external_event("decision")
    seconds = (context.get_input() or {}).get("seconds", 60)
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    winner = yield context.task_any([decision, timer])
    if winner == decision:
        timer.cancel()
        return {"decision": decision.result}
    return "too late"


@flows.orchestration_trigger(context_name="context")
def careless(context):
    """Leave the timer that lost uncancelled."""
    decision = context.wait_for_external_event("decision")
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
    yield context.task_any([decision, timer])
    return "done"


@flows.orchestration_trigger(context_name="context")
def two_events_and_a_child(context):
    """The shape of a run: one wait for two events and a polling sub-orchestration."""
    finished, cancel = context.wait_for_external_event("finished"), context.wait_for_external_event("cancel")
    child = context.call_sub_orchestrator("poll", context.get_input(), f"{context.instance_id}-poll")
    winner = yield context.task_any([finished, cancel, child])
    told = yield context.call_activity("echo_activity", "child" if winner == child else "event")
    context.set_custom_status(told)
    return [told, winner.result]


@flows.orchestration_trigger(context_name="context")
def poll(context):
    spec = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=spec["seconds"]))
    if spec.get("left", 0) > 0:
        context.continue_as_new({**spec, "left": spec["left"] - 1})
        return None
    return "polled"


@flows.orchestration_trigger(context_name="context")
def waits_again(context):
    """Await an event again beside new work: the host does not see it until the new work is done."""
    go = context.wait_for_external_event("go")
    yield context.task_any([go, context.call_activity("add_one", 1)])
    context.set_custom_status("second round")
    seconds = context.get_input()["seconds"]
    yield context.task_any([go, context.call_activity("nap", {"seconds": seconds})])
    context.set_custom_status("third round")
    return (yield context.call_activity("echo_activity", "after"))


@flows.orchestration_trigger(context_name="context")
def failing_task_all(context):
    """Catch the first failure of a task_all while another task still runs."""
    try:
        yield context.task_all(
            [
                context.call_activity("flaky", {"key": context.instance_id, "failures": 9}),
                context.call_activity("nap", {"seconds": 0.8}),
            ]
        )
    except Exception:
        context.set_custom_status("caught")
    return (yield context.call_activity("echo_activity", "after"))


@flows.orchestration_trigger(context_name="context")
def shrinking_any(context):
    tasks = [context.call_activity("add_one", i) for i in range(3)]
    results = []
    while tasks:
        winner = yield context.task_any(tasks)
        tasks.remove(winner)
        results.append(winner.result)
    return sorted(results)


@flows.orchestration_trigger(context_name="context")
def parent(context):
    doubled = yield context.call_sub_orchestrator("echo_input", [1, 2])
    try:
        yield context.call_sub_orchestrator_with_retry("failing", df.RetryOptions(10, 2), None)
    except Exception as error:
        return [doubled["input"], doubled["parent"] == context.instance_id, str(error).splitlines()[0]]


@flows.orchestration_trigger(context_name="context")
def child_with_id(context):
    try:
        return (yield context.call_sub_orchestrator("echo_input", 1, context.get_input()))
    except Exception as error:
        return f"refused: {str(error).strip()}"


@flows.orchestration_trigger(context_name="context")
def counter(context):
    count = context.get_input()
    if count >= 3:
        return count
    yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=10))
    context.continue_as_new(count + 1)


@flows.orchestration_trigger(context_name="context")
def forgetful(context):
    """Continue as new with an event that was not awaited, then wait for it."""
    if context.get_input() == "second":
        got = yield context.wait_for_external_event("early")
        return got
    yield context.wait_for_external_event("go")
    context.continue_as_new("second")


@flows.orchestration_trigger(context_name="context")
def same_name_twice(context):
    yield context.call_activity("nap", {"seconds": 0.3})
    first = yield context.wait_for_external_event("same")
    second = yield context.wait_for_external_event("same")
    return [first, second]


@flows.orchestration_trigger(context_name="context")
def status_of_size(context):
    context.set_custom_status("x" * context.get_input())
    yield context.call_activity("add_one", 1)


@flows.orchestration_trigger(context_name="context")
def changed_code(context):
    """Call an activity that a file names, to simulate a deployment during a running instance."""
    name = Path(os.environ["CHANGED_CODE"]).read_text().strip()
    yield context.call_activity(name, "x")
    yield context.wait_for_external_event("go")


@flows.orchestration_trigger(context_name="context")
def slow_chain(context):
    spec = context.get_input()
    for i in range(4):
        yield context.call_activity("nap", {**spec, "key": f"{context.instance_id} {i}"})
    yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=300))
    return "finished"


@flows.orchestration_trigger(context_name="context")
def entity_call(context):
    yield context.call_entity(df.EntityId("counter", "a"), "add", 1)
