"""What follows from a turn: work that is started, a next execution, or the end of the instance.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-eternal-orchestrations and
`TaskOrchestrationDispatcher` of https://github.com/Azure/durabletask
"""

import json
import math
import time
import uuid

from emulators.functions_host.durable.episodes import Outcome, failure
from emulators.functions_host.durable.events import Event, EventType, event, moment, stamp
from emulators.functions_host.durable.failure_details import child_details
from emulators.functions_host.durable.hub import Hub
from emulators.functions_host.durable.instance_ids import check_instance_id
from emulators.functions_host.durable.scheduling import Scheduled
from emulators.functions_host.durable.store import Instance
from emulators.functions_host.errors import ArgumentError


class Outcomes:
    """Writes the outcomes of turns to the hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._store = hub, hub.store

    def schedule(self, instance: Instance, work: Scheduled) -> Event:
        """Start *work*, and return the event that records it."""
        if work.kind == EventType.TaskScheduled:
            task = self._store.add_task(instance.id, instance.execution, work.id, work.name, work.input)
            self._hub.outbox.append(task)
            return event(work.kind, work.id, Name=work.name, Version="", Input=work.input)
        if work.kind == EventType.TimerCreated:
            fired = event(EventType.TimerFired, TimerId=work.id, FireAt=work.fire_at)
            self._hub.send(instance.id, fired, instance.execution, due_of(work.fire_at, time.time()))
            return event(work.kind, work.id, FireAt=work.fire_at)
        child = work.instance_id or f"{instance.execution}:{work.id}"
        version = self._hub.default_version if work.version is None else work.version
        self._create_child(instance, work, child, version)
        return event(work.kind, work.id, Name=work.name, Version=version, InstanceId=child, Input=work.input)

    def _create_child(self, parent: Instance, work: Scheduled, child: str, version: str) -> None:
        """Start a sub-orchestration; a bad id is reported to the parent at once.

        As in the extension, an instance that has the id is replaced without a word, whatever waits for it.
        """
        try:
            check_instance_id(child)
        except ArgumentError as error:
            kind = EventType.SubOrchestrationInstanceFailed
            failed = event(kind, TaskScheduledId=work.id, Reason=str(error), Details="")
            self._hub.send(parent.id, failed, parent.execution)
            return
        input_ = json.dumps(work.input)
        self._hub.create(child, work.name, input_, version=version, parent=parent, parent_task=work.id)

    def continue_as_new(self, instance: Instance, outcome: Outcome) -> None:
        """Begin the next execution of an instance; messages not addressed to one execution are kept."""
        execution, input_ = uuid.uuid4().hex, json.dumps(outcome.continue_with)
        kept = [m for m in self._store.messages(instance.id, math.inf) if m.execution is None]
        self._store.clear_work(instance.id, history=True)
        self._hub.forgotten(instance.id)
        self._store.update_instance(
            instance.id,
            execution=execution,
            input=input_,
            custom=outcome.custom_status or instance.custom,
            status="Running",
            created=stamp(),
        )
        renewed = self._store.instance(instance.id)
        if renewed is not None:
            self._hub.begin(renewed)
        for message in outcome.carried_over:
            self._hub.send(instance.id, message)
        for left in kept:
            self._hub.send(instance.id, json.loads(left.event))

    def finish(self, instance: Instance, outcome: Outcome) -> None:
        """End an instance, drop the messages to it, and notify its parent."""
        self._store.update_instance(
            instance.id,
            status=outcome.status,
            output=json.dumps(outcome.output),
            custom=outcome.custom_status or instance.custom,
        )
        self._store.clear_work(instance.id)
        self._hub.forgotten(instance.id)
        if instance.parent is not None:
            message = _told_to_parent(instance, outcome)
            self._hub.send(instance.parent, message, instance.parent_execution)


def _told_to_parent(instance: Instance, outcome: Outcome) -> Event:
    """Return the event by which the parent learns of the end of *instance*."""
    number = instance.parent_task
    if outcome.status == "Completed":
        done = EventType.SubOrchestrationInstanceCompleted
        return event(done, TaskScheduledId=number, Result=json.dumps(outcome.output))
    failed, reason = EventType.SubOrchestrationInstanceFailed, str(outcome.output)
    if outcome.quiet or outcome.status == "Terminated":
        told = None if outcome.quiet else outcome.output
        return event(failed, TaskScheduledId=number, Reason=told, Details=None)
    details = child_details(reason.removeprefix(failure(instance.name, "")))
    return event(failed, TaskScheduledId=number, Reason=reason, Details=details)


def due_of(fire_at: str, now: float) -> float:
    """Return when a timer for *fire_at* fires, in seconds since 1970.

    The extension hides a timer's message for whole seconds, so it fires up to a second early. Here every
    timer of at least a second fires at the full second before its time, which tests can foretell; shorter
    ones, which the extension fires at once, are on time, or a loop of them would run without a pause.
    """
    exact = moment(fire_at).timestamp()
    return exact if exact - now < 1 else max(float(math.floor(exact)), now)
