"""The task hub in one SQLite file: instances, their histories, undelivered messages, activities to run.

One connection writes (the engine's thread, in transactions that it groups), another only reads. With the
write-ahead log, a commit survives `kill -9`; requests are answered only after their commit.

The contents of a task hub: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-task-hubs
"""

import fcntl
import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from emulators.functions_host.durable.events import Event, dump, stamp
from emulators.functions_host.errors import HostError

SCHEMA = """
create table if not exists instances(
  id text primary key, name text not null, version text not null, execution text not null,
  status text not null, input text, output text, custom text, created text not null, updated text not null,
  parent text, parent_task integer, parent_execution text) without rowid;
create table if not exists history(
  instance text, n integer, event text not null, primary key(instance, n)) without rowid;
create table if not exists inbox(
  seq integer primary key, instance text not null, execution text, due real not null, event text not null);
create index if not exists inbox_instance on inbox(instance);
create table if not exists tasks(
  seq integer primary key, instance text not null, execution text not null, number integer not null,
  name text not null, input text);
create index if not exists tasks_instance on tasks(instance);
create table if not exists timers(
  name text primary key, schedule text not null, last text, next text not null,
  updated text not null) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Instance:
    """One orchestration instance; `input`, `output` and `custom` are raw JSON, `version` is "" for none."""

    id: str
    name: str
    version: str
    execution: str
    status: str
    input: str | None
    output: str | None
    custom: str | None
    created: str
    updated: str
    parent: str | None = None
    parent_task: int | None = None
    parent_execution: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """An event on its way to an instance; an `execution` of None means the current one."""

    seq: int
    execution: str | None
    event: str


@dataclass(frozen=True, slots=True)
class ActivityTask:
    """An activity to run: its execution, its sequence number there, and its input as JSON."""

    seq: int
    instance: str
    execution: str
    number: int
    name: str
    input: str | None


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """When a timer trigger last ran, and when it runs next."""

    name: str
    schedule: str
    last: str | None
    next: str
    updated: str


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the store at *path*; the first writer creates it."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    if read_only:
        connection.execute("pragma query_only=on")
        return connection
    for pragma in ("journal_mode=wal", "synchronous=normal", "temp_store=memory"):
        connection.execute(f"pragma {pragma}")
    connection.executescript(SCHEMA)
    return connection


def claim(folder: Path) -> TextIO:
    """Lock the store in *folder* against other hosts for as long as the returned file is open.

    Raises `HostError` when another host has locked it, as two engines would overwrite each other's changes.
    """
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise HostError(f"another functions_host uses {folder}") from error
    return lock


class Store:
    """The statements on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._do = connection.execute

    # -- reading -------------------------------------------------------------------------------------

    def instance(self, instance_id: str) -> Instance | None:
        """Return the instance with that id, or None."""
        row = self._do("select * from instances where id=?", (instance_id,)).fetchone()
        return Instance(*row) if row else None

    def instances(self, prefix: str = "") -> list[Instance]:
        """Return the instances whose id begins with *prefix*, oldest first."""
        rows = self._do(
            "select * from instances where substr(id, 1, ?)=? order by created, id", (len(prefix), prefix)
        )
        return [Instance(*row) for row in rows]

    def history(self, instance_id: str) -> list[str]:
        """Return the stored events of the current execution, as JSON, in order."""
        rows = self._do("select event from history where instance=? order by n", (instance_id,))
        return [row[0] for row in rows]

    def messages(self, instance_id: str, now: float) -> list[Message]:
        """Return the messages for an instance that are due, in the order in which they were sent."""
        rows = self._do(
            "select seq, execution, event from inbox where instance=? and due<=? order by seq",
            (instance_id, now),
        )
        return [Message(*row) for row in rows]

    def pending_tasks(self) -> list[ActivityTask]:
        """Return every activity that has not ended."""
        return [ActivityTask(*row) for row in self._do("select * from tasks order by seq")]

    def appointments(self) -> list[tuple[float, str]]:
        """Return pairs of a due time and the instance that has a message then."""
        return [(row[0], row[1]) for row in self._do("select due, instance from inbox")]

    def timer(self, name: str) -> TimerStatus | None:
        """Return the stored status of a timer trigger, or None."""
        row = self._do("select * from timers where name=?", (name,)).fetchone()
        return TimerStatus(*row) if row else None

    # -- writing -------------------------------------------------------------------------------------

    def insert_instance(self, instance: Instance) -> None:
        """Insert a new instance, replacing a finished one with the same id."""
        self.forget(instance.id)
        values = [getattr(instance, name) for name in Instance.__slots__]
        self._do(f"insert into instances values({','.join('?' * len(values))})", values)

    def update_instance(self, instance_id: str, **values: Any) -> None:
        """Update columns of an instance, and its time of change."""
        values["updated"] = stamp()
        columns = ",".join(f"{name}=?" for name in values)
        self._do(f"update instances set {columns} where id=?", [*values.values(), instance_id])  # noqa: S608

    def append_history(self, instance_id: str, start: int, events: Sequence[str]) -> None:
        """Write *events*, the first of which is number *start*."""
        rows = [(instance_id, start + i, text) for i, text in enumerate(events)]
        self.connection.executemany("insert into history values(?,?,?)", rows)

    def rewrite_history(self, instance_id: str, number: int, event: Event) -> None:
        """Replace the event *number* of a history by *event*."""
        self._do("update history set event=? where instance=? and n=?", (dump(event), instance_id, number))

    def send(
        self, instance_id: str, event: Event, *, execution: str | None = None, due: float | None = None
    ) -> None:
        """Send *event* now, or at *due* (seconds since 1970)."""
        self._do(
            "insert into inbox(instance, execution, due, event) values(?,?,?,?)",
            (instance_id, execution, time.time() if due is None else due, dump(event)),
        )

    def drop_messages(self, seqs: Iterable[int]) -> None:
        """Delete the messages with these numbers."""
        self.connection.executemany("delete from inbox where seq=?", [(seq,) for seq in seqs])

    def add_task(
        self, instance_id: str, execution: str, number: int, name: str, input_: str | None
    ) -> ActivityTask:
        """Write an activity to run, and return it."""
        cursor = self._do(
            "insert into tasks(instance, execution, number, name, input) values(?,?,?,?,?)",
            (instance_id, execution, number, name, input_),
        )
        return ActivityTask(cursor.lastrowid or 0, instance_id, execution, number, name, input_)

    def remove_task(self, task: ActivityTask) -> bool:
        """Delete a finished activity; returns False if it had already been deleted with its instance.

        SQLite reuses the numbers of deleted rows, so the row number may belong to another activity.
        """
        which = (task.seq, task.execution, task.number)
        return self._do("delete from tasks where seq=? and execution=? and number=?", which).rowcount > 0

    def save_timer(self, status: TimerStatus) -> None:
        """Write the status of a timer trigger."""
        values = (status.name, status.schedule, status.last, status.next, status.updated)
        self._do("insert or replace into timers values(?,?,?,?,?)", values)

    def clear_work(self, instance_id: str, *, history: bool = False) -> None:
        """Delete the messages and activities of an instance; and its history if *history* is true."""
        for table in ("inbox", "tasks", *(["history"] if history else [])):
            self._do(f"delete from {table} where instance=?", (instance_id,))  # noqa: S608 (our names)

    def forget(self, instance_id: str) -> None:
        """Delete everything about an instance."""
        self.clear_work(instance_id, history=True)
        self._do("delete from instances where id=?", (instance_id,))


def loads(raw: str | None) -> Any:
    """Return the value of stored JSON, or None."""
    return None if raw is None else json.loads(raw)
