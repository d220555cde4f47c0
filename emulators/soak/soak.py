"""One soak: starts runs and makes trouble at the same time, waits for calm, and gathers the evidence.

https://learn.microsoft.com/azure/well-architected/reliability/testing-strategy
"""

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
from azure.core.exceptions import AzureError

from emulators.platform.clients.app import App
from emulators.platform.processes import PlatformError
from emulators.platform.running import Platform
from emulators.platform.sample import Sample
from emulators.platform.vault import vault_secrets
from emulators.soak.access import Access
from emulators.soak.counts import Count, count_blind, count_held, count_items, count_unreported, is_over
from emulators.soak.evidence import Held, Item, PullRequest, held_now, item_of, pull_requests
from emulators.soak.late import keep_scheduled
from emulators.soak.marks import Marks
from emulators.soak.remains import secrets_in, stored
from emulators.soak.schedule import Repeat, Schedule, Start
from emulators.soak.senders import Senders
from emulators.soak.troubles import Troubles

AWAY = (httpx.HTTPError, AzureError, PlatformError)  # whoever is asked in a trouble may not answer
WORKERS = 128  # of whom most wait for an answer
LOOK_SECONDS, TELL_SECONDS, JANITOR_SECONDS = 0.5, 10.0, 5.0
CALM_SECONDS = 90.0
SEEN = ("container groups", "processes of containers", "places", "work items held by a run")


class Soak:
    """A soak of one platform, from its schedule to its evidence."""

    def __init__(
        self, platform: Platform, sample: Sample, marks: Marks, seed: int, say: Callable[[str], None]
    ) -> None:
        self.platform, self.sample, self.marks, self.say = platform, sample, marks, say
        self.over = threading.Event()
        keep_scheduled(platform.plan)
        self.app, self.access = App(platform.plan), Access(platform)
        self.senders = Senders(platform, sample, seed, self.over)
        self.troubles = Troubles(platform, self.access, say, self.over)
        self.most = dict.fromkeys(SEEN, 0)
        self._good: dict[int, Item] = {}  # the work items of which nothing more is expected

    def work(self, plan: Schedule) -> None:
        """Carry out the whole schedule; raises `PlatformError` when a program does not start again.

        The troubles are made by this thread, as a program ends with the thread that started it.
        """
        self.senders.prepare(plan.starts)
        with ThreadPoolExecutor(WORKERS) as pool:
            try:
                pool.submit(self._watch)
                asking = pool.submit(self._ask, pool, plan)
                self.troubles.carry_out(plan.troubles)
                for asked in asking.result():
                    asked.result()
            finally:
                self.over.set()
        self.over.clear()

    def _ask(self, pool: ThreadPoolExecutor, plan: Schedule) -> list[Future[None]]:
        """Begin each start and repeat at its time."""
        began, starts = time.monotonic(), {start.number: start for start in plan.starts}
        asked = []
        acts: list[Start | Repeat] = [*plan.starts, *plan.repeats]
        for one in sorted(acts, key=lambda one: one.at):
            if self.over.wait(max(0.0, began + one.at - time.monotonic())):
                break
            if isinstance(one, Start):
                asked.append(pool.submit(self.senders.start, one))
            else:
                asked.append(pool.submit(self.senders.repeat, one, starts[one.number]))
        return asked

    def _watch(self) -> None:
        """Look at what is held until the schedule is over, and tell now and then how far it is."""
        told = time.monotonic()
        while not self.over.wait(LOOK_SECONDS):
            with contextlib.suppress(*AWAY):
                self._look()
            if time.monotonic() - told >= TELL_SECONDS:
                told = time.monotonic()
                self._tell()

    def _look(self) -> Held:
        """Return what is held, and remember the most of each kind."""
        held = held_now(self.access)
        names = held.names()
        self.most = {name: max(count, len(names[name])) for name, count in self.most.items()}
        return held

    def _tell(self) -> None:
        begun = sum(self.marks.begun().values())
        self.say(
            f"{len(self.senders.accepted)} work items accepted, {begun} agents begun, "
            f"{self.senders.sent} requests sent by hand"
        )

    def calm_down(self, seconds: float) -> None:
        """Wait until every run has ended and is reported and nothing is held, for *seconds* at most.

        Raises `PlatformError` when a program has ended.
        """
        deadline, janitor = time.monotonic() + seconds, 0.0
        while time.monotonic() < deadline:
            self.platform.check()
            with contextlib.suppress(*AWAY):
                if time.monotonic() - janitor >= JANITOR_SECONDS:
                    janitor = time.monotonic()
                    self.access.run_janitor()
                if self._all_told() and self._look().is_empty():
                    return
            time.sleep(LOOK_SECONDS)

    def one_more(self, number: int) -> None:
        """Start one run in calm, which needs what the others held, and wait for its end."""
        start = Start(number, at=0, how="rest", callers=1, agent_seconds=0)
        self.senders.add(start)
        self.senders.start(start)
        self.calm_down(CALM_SECONDS)

    def _all_told(self) -> bool:
        """Whether each accepted work item has a run that has ended and of which it was told."""
        opened = pull_requests(self.sample.person)
        for number in self.senders.items.keys() - self._good.keys():
            item = self._item(number, opened)
            is_expected = bool(item.runs) or not item.is_accepted
            if is_expected and all(map(is_over, item.runs)) and not count_unreported(item):
                self._good[number] = item
        return len(self._good) == len(self.senders.items)

    def _item(self, number: int, opened: Mapping[str, PullRequest]) -> Item:
        begun, is_accepted = self.marks.begun().get(number, 0), number in self.senders.accepted
        work_item = self.senders.items[number]
        return item_of(self.app, self.sample.person, work_item, begun, opened, is_accepted=is_accepted)

    def items(self) -> list[Item]:
        """Return what came of each work item; raises `PlatformError`."""
        opened = pull_requests(self.sample.person)
        return [self._item(number, opened) for number in sorted(self.senders.items)]

    def counts(self, items: Collection[Item]) -> list[Count]:
        """Count everything that must be zero while the platform is up; raises what its services raise."""
        return [
            *count_items(items, self.troubles.killed),
            Count("requests refused", tuple(self.senders.refused)),
            *count_held(self._look()),
            count_blind(self.most),
            Count("secrets seen", tuple(secrets_in(self._texts(items), self._secrets()))),
        ]

    def _secrets(self) -> dict[str, str]:
        held = vault_secrets(self.platform.plan, self.platform.passwords)
        return {**held, "personal access token": self.sample.token}

    def _texts(self, items: Collection[Item]) -> Iterator[tuple[str, bytes]]:
        """Yield everything in which no secret may be: what people read, and what is stored."""
        yield from stored(self.platform.plan.state)
        for item in items:
            yield f"comments of work item {item.id}", "\n".join(item.comments).encode()
            yield f"runs of work item {item.id}", repr(item.runs).encode()
            for one in item.pull_requests:
                yield f"pull request {one.id}", one.text.encode()
