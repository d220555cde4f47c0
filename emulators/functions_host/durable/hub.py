"""The rules of the task hub: how instances start, receive messages and are purged. It has no threads.

Every method runs in the engine's thread inside a transaction. Work for after the commit is added to `outbox`
(activities to run) and `due` (instances with a message, and when it is due).

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management and
`TaskOrchestrationDispatcher` of https://github.com/Azure/durabletask
"""

import time
import uuid
from collections.abc import Callable, Collection

from emulators.functions_host.durable.events import (
    TERMINAL,
    Event,
    EventType,
    event,
    execution_started,
    stamp,
)
from emulators.functions_host.durable.failure_details import activity_details
from emulators.functions_host.durable.instance_ids import check_instance_id
from emulators.functions_host.durable.store import ActivityTask, Instance, Store
from emulators.functions_host.errors import ArgumentError, InstanceExistsError, InvalidOperationError

PAUSES = {EventType.ExecutionSuspended: "suspend", EventType.ExecutionResumed: "resume"}


class Hub:
    """Instances, and the messages between them."""

    def __init__(self, store: Store, default_version: str = "") -> None:
        """New instances get the *default_version* unless another one is asked for."""
        self.store, self.default_version = store, default_version
        self.outbox: list[ActivityTask] = []
        self.due: list[tuple[float, str]] = store.appointments()
        self.forgotten: Callable[[str], object] = lambda _: None

    # -- requests of clients -------------------------------------------------------------------------

    def start(
        self, name: str, input_: str | None, instance_id: str | None = None, version: str | None = None
    ) -> str:
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
        """Send a client's message; 202, or 404 for an unknown instance, 410 for a finished one.

        Raises `InvalidOperationError` when a suspended instance is to be suspended, or another one resumed.
        """
        instance = self.store.instance(instance_id)
        if instance is None:
            return 404
        if instance.status in TERMINAL:
            return 410
        word = PAUSES.get(message["EventType"])
        if word and (word == "resume") != (instance.status == "Suspended"):
            raise InvalidOperationError(
                f"Cannot {word} the orchestration instance {instance_id} "
                f"because instance is in the {instance.status} state."
            )
        self.send(instance_id, message)
        return 202

    def restart(self, instance_id: str, *, new_id: bool) -> str:
        """Start an instance's orchestrator again with the same input and today's version.

        Raises as `start` does.
        """
        instance = self.store.instance(instance_id)
        if instance is None:
            raise ArgumentError(f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')")
        return self.start(instance.name, instance.input, None if new_id else instance_id)

    def purge(self, instance_ids: Collection[str], *, living: bool = False) -> int:
        """Delete the given instances that have ended, or also *living* ones, and return their number."""
        found = [self.store.instance(instance_id) for instance_id in instance_ids]
        deleted = [instance.id for instance in found if instance and (living or instance.status in TERMINAL)]
        for instance_id in deleted:
            self.store.forget(instance_id)
            self.forgotten(instance_id)
        return len(deleted)

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
        version: str | None = None,
        parent: Instance | None = None,
        parent_task: int | None = None,
    ) -> None:
        """Insert a new instance and send it its first event."""
        now = stamp()
        instance = Instance(
            id=instance_id,
            name=name,
            version=self.default_version if version is None else version,
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
        self.begin(instance)

    def begin(self, instance: Instance) -> None:
        """Send an instance the event that begins its execution."""
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
