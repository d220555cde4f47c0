"""The rules of the task hub: how instances start, receive messages, end and are purged. It has no threads.

Every method runs in the engine's thread inside a transaction. Work for after the commit is added to `outbox`
(activities to run) and `due` (instances with a message, and when it is due).

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management and
`TaskOrchestrationDispatcher` of https://github.com/Azure/durabletask
"""

import json
import time
import uuid
from collections.abc import Callable, Collection
from typing import Any

from emulators.functions_host.durable.episodes import Outcome, failure
from emulators.functions_host.durable.events import (
    TERMINAL,
    Event,
    EventType,
    event,
    execution_started,
    moment,
    stamp,
)
from emulators.functions_host.durable.failure_details import activity_details, child_details
from emulators.functions_host.durable.instance_ids import check_instance_id
from emulators.functions_host.durable.scheduling import Scheduled
from emulators.functions_host.durable.store import ActivityTask, Instance, Store
from emulators.functions_host.errors import ArgumentError, InstanceExistsError


class Hub:
    """Instances, and the messages between them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outbox: list[ActivityTask] = []
        self.due: list[tuple[float, str]] = store.appointments()
        self.forgotten: Callable[[str], object] = lambda _: None

    # -- requests of clients -------------------------------------------------------------------------

    def start(self, name: str, input_: str | None, instance_id: str | None = None, version: str = "") -> str:
        """Start orchestrator *name* with raw JSON, and return the instance's id.

        Raises `ArgumentError` for a bad id, `InstanceExistsError` for that of a running instance. An instance
        of an unknown orchestrator starts and then fails.
        """
        instance_id = instance_id or uuid.uuid4().hex
        check_instance_id(instance_id)
        existing = self.store.instance(instance_id)
        if existing and existing.status not in TERMINAL:
            raise InstanceExistsError(existing.status)
        self.create(instance_id, name, input_, version=version)
        return instance_id

    def post(self, instance_id: str, message: Event) -> int:
        """Send a client's message; 202, or 404 for an unknown instance, 410 for a finished one."""
        instance = self.store.instance(instance_id)
        if instance is None:
            return 404
        if instance.status in TERMINAL:
            return 410
        self.send(instance_id, message)
        return 202

    def restart(self, instance_id: str, *, new_id: bool) -> str:
        """Start an instance's orchestrator again with the same input; raises as `start` does."""
        instance = self.store.instance(instance_id)
        if instance is None:
            raise ArgumentError(f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')")
        return self.start(instance.name, instance.input, None if new_id else instance_id, instance.version)

    def purge(self, instance_ids: Collection[str]) -> int:
        """Delete the given instances that have ended, and return how many were deleted."""
        found = [self.store.instance(instance_id) for instance_id in instance_ids]
        ended = [instance.id for instance in found if instance and instance.status in TERMINAL]
        for instance_id in ended:
            self.store.forget(instance_id)
            self.forgotten(instance_id)
        return len(ended)

    # -- messages ------------------------------------------------------------------------------------

    def send(self, instance_id: str, message: Event, execution: str | None = None, due: float = 0) -> None:
        """Send *message* to an instance, or only to one *execution* of it, now or at *due*."""
        due = due or time.time()
        self.store.send(instance_id, message, execution=execution, due=due)
        self.due.append((due, instance_id))

    def create(
        self,
        instance_id: str,
        name: str,
        input_: str | None,
        *,
        version: str = "",
        parent: Instance | None = None,
        parent_task: int | None = None,
    ) -> None:
        """Insert a new instance and send it its first event."""
        now = stamp()
        instance = Instance(
            id=instance_id,
            name=name,
            version=version,
            execution=uuid.uuid4().hex if parent else str(uuid.uuid4()),  # as the extension writes them
            status="Pending",
            input=input_,
            output=None,
            custom=None,
            created=now,
            updated=now,
            parent=parent.id if parent else None,
            parent_task=parent_task,
            parent_execution=parent.execution if parent else None,
        )
        self.store.insert_instance(instance)
        self.forgotten(instance_id)
        self._begin(instance)

    def _begin(self, instance: Instance) -> None:
        first = execution_started(
            instance=instance.id,
            execution=instance.execution,
            name=instance.name,
            input_=instance.input,
            version=instance.version,
            parent=instance.parent,
        )
        self.send(instance.id, first, instance.execution)

    def redeliver(self, interrupted: Collection[ActivityTask]) -> None:
        """Run the *interrupted* activities again, less those that nothing waits for any more."""
        self.outbox += [task for task in self.store.pending_tasks() if task in interrupted]

    def activity_ended(self, task: ActivityTask, result: str | None, error: tuple[str, str] | None) -> None:
        """Report the end of an activity: its *result* as JSON, or an *error* with its stack."""
        if not self.store.remove_task(task):
            return
        if error is None:
            message = event(EventType.TaskCompleted, TaskScheduledId=task.number, Result=result)
        else:
            message = event(
                EventType.TaskFailed,
                TaskScheduledId=task.number,
                Reason=f"Activity function '{task.name}' failed: {error[0]}",
                Details=activity_details(*error),
            )
        self.send(task.instance, message, task.execution)

    # -- the outcome of an episode -------------------------------------------------------------------

    def schedule(self, instance: Instance, work: Scheduled) -> Event:
        """Start *work*, and return the event that records it."""
        now = stamp()
        if work.kind == EventType.TaskScheduled:
            task = self.store.add_task(instance.id, instance.execution, work.id, work.name, work.input)
            self.outbox.append(task)
            return event(work.kind, work.id, now, Name=work.name, Version="", Input=work.input)
        if work.kind == EventType.TimerCreated:
            fired = event(EventType.TimerFired, TimerId=work.id, FireAt=work.fire_at)
            self.send(instance.id, fired, instance.execution, moment(work.fire_at).timestamp())
            return event(work.kind, work.id, now, FireAt=work.fire_at)
        child = work.instance_id or f"{instance.execution}:{work.id}"
        self._create_child(instance, work, child)
        return event(
            work.kind,
            work.id,
            now,
            Name=work.name,
            Version=work.version or "",
            InstanceId=child,
            Input=work.input,
        )

    def _create_child(self, parent: Instance, work: Scheduled, child: str) -> None:
        """Start a sub-orchestration; if its id is refused, report the failure to the parent at once."""
        try:
            check_instance_id(child)
            existing = self.store.instance(child)
            if existing and existing.status not in TERMINAL:
                raise InstanceExistsError(existing.status)
        except (ArgumentError, InstanceExistsError) as error:
            failed = event(
                EventType.SubOrchestrationInstanceFailed,
                TaskScheduledId=work.id,
                Reason=str(error),
                Details="",
            )
            self.send(parent.id, failed, parent.execution)
            return
        self.create(
            child,
            work.name,
            json.dumps(work.input),
            version=work.version or "",
            parent=parent,
            parent_task=work.id,
        )

    def continue_as_new(self, instance: Instance, outcome: Outcome) -> None:
        """Begin the next execution of an instance; messages not addressed to one execution are kept."""
        execution, input_ = uuid.uuid4().hex, json.dumps(outcome.continue_with)
        kept = [m for m in self.store.messages(instance.id, float("inf")) if m.execution is None]
        self.store.clear_work(instance.id, history=True)
        self.forgotten(instance.id)
        self.store.update_instance(
            instance.id,
            execution=execution,
            input=input_,
            custom=outcome.custom_status or instance.custom,
            status="Running",
        )
        renewed = self.store.instance(instance.id)
        if renewed is not None:
            self._begin(renewed)
        for message in outcome.carried_over:
            self.send(instance.id, message)
        for left in kept:
            self.send(instance.id, json.loads(left.event))

    def finish(self, instance: Instance, status: str, output: Any, custom: str | None = None) -> None:
        """End an instance, drop the messages to it, and notify its parent."""
        self.store.update_instance(
            instance.id, status=status, output=json.dumps(output), custom=custom or instance.custom
        )
        self.store.clear_work(instance.id)
        self.forgotten(instance.id)
        if instance.parent is None:
            return
        number = instance.parent_task
        if status == "Completed":
            done = EventType.SubOrchestrationInstanceCompleted
            message = event(done, TaskScheduledId=number, Result=json.dumps(output))
        else:
            failed = EventType.SubOrchestrationInstanceFailed
            reason = str(output)
            details = child_details(reason.removeprefix(failure(instance.name, "")))
            message = event(failed, TaskScheduledId=number, Reason=reason, Details=details)
        self.send(instance.parent, message, instance.parent_execution)
