"""Runs timer triggers on schedule, one run at a time, and at once if one was missed while the host was down.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""

import asyncio
import datetime as dt
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass

from azure.functions.timer import TimerRequest

from emulators.functions_host.durable.engine import Engine
from emulators.functions_host.durable.events import moment, now, stamp
from emulators.functions_host.durable.store import TimerStatus
from emulators.functions_host.errors import FunctionLoadError, SettingsError
from emulators.functions_host.settings import expand
from emulators.functions_host.timers.ncrontab import Schedule, parse
from emulators.functions_host.worker.invocations import Invoker
from emulators.functions_host.worker.loader import Function

log = logging.getLogger("host.timers")
MONITORED_FROM = dt.timedelta(minutes=1)  # more frequent schedules are not monitored
MAX_SLEEP_SECONDS = 60.0  # the clock may be changed during a sleep


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer trigger with its schedule."""

    function: Function
    text: str
    schedule: Schedule
    monitored: bool


class Timers:
    """The app's timer triggers."""

    def __init__(self, functions: Iterable[Function], engine: Engine, invoker: Invoker) -> None:
        """Read the schedules; raises `FunctionLoadError` for a bad one."""
        self._engine, self._invoker = engine, invoker
        self._timers = {function.name: read_timer(function) for function in functions}
        self._running: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start the schedules."""
        for timer in self._timers.values():
            self._spawn(timer)

    def stop(self) -> None:
        """Stop the schedules; a run that this cancels counts as missed."""
        for task in self._running:
            task.cancel()

    def _spawn(self, timer: Timer) -> None:
        task = asyncio.create_task(self._keep(timer), name=timer.function.name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _keep(self, timer: Timer) -> None:
        status = self._initial(timer)
        await self._save(timer, status)
        if timer.function.trigger.get("runOnStartup") and moment(status.next) > now():
            status = await self._run(timer, status, past_due=False)
        past_due = moment(status.next) <= now()
        while True:
            await _sleep_until(moment(status.next))
            status = await self._run(timer, status, past_due=past_due)
            past_due = False

    def _initial(self, timer: Timer) -> TimerStatus:
        """Return the stored status, or a fresh one for a new or changed schedule."""
        stored = self._engine.reader.timer(timer.function.name) if timer.monitored else None
        if stored and stored.schedule == timer.text:
            return stored
        return self._status(timer, stored.last if stored else None)

    def _status(self, timer: Timer, last: str | None) -> TimerStatus:
        return TimerStatus(timer.function.name, timer.text, last, stamp(timer.schedule.next(now())), stamp())

    async def _run(self, timer: Timer, status: TimerStatus, *, past_due: bool) -> TimerStatus:
        """Run once and return the new status, which is saved only after the run."""
        began = stamp()
        await self.run_once(timer.function.name, status, past_due=past_due)
        following = self._status(timer, began)
        await self._save(timer, following)
        return following

    async def _save(self, timer: Timer, status: TimerStatus) -> None:
        if timer.monitored:
            await asyncio.wrap_future(self._engine.call(lambda: self._engine.hub.store.save_timer(status)))

    async def run_once(self, name: str, status: TimerStatus | None = None, *, past_due: bool = False) -> None:
        """Run the function *name*; a failure is only logged."""
        timer = self._timers[name]
        status = status or self._initial(timer)
        told = {
            "Last": status.last or "0001-01-01T00:00:00",
            "Next": status.next,
            "LastUpdated": status.updated,
        }
        request = TimerRequest(past_due=past_due, schedule_status=told, schedule={"AdjustForDST": True})
        try:
            await self._invoker.invoke(timer.function, {timer.function.parameter: request})
        except Exception:
            log.warning("Timer trigger %s failed; it runs again on schedule", name)


def read_timer(function: Function) -> Timer:
    """Return the timer of *function*; raises `FunctionLoadError`."""
    try:
        text = expand(str(function.trigger["schedule"]), os.environ)
        schedule = parse(text)
        first = schedule.next(now())
        frequent = schedule.next(first) - first < MONITORED_FROM
    except (ValueError, SettingsError) as error:
        raise FunctionLoadError(function.name, str(error)) from error
    monitored = function.trigger.get("useMonitor") is not False and not frequent
    return Timer(function, text, schedule, monitored)


async def _sleep_until(when: dt.datetime) -> None:
    while (left := (when - now()).total_seconds()) > 0:  # noqa: ASYNC110 (it waits for a time, not for an event)
        await asyncio.sleep(min(left, MAX_SLEEP_SECONDS))
