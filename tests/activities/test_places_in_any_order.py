"""Random histories of runs that want places: operations interleave, workers die, calls are repeated and late.

The activities and the janitor's part are the real ones; only the table is in memory.
"""

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from activities.parts.preparing import slot
from activities.parts.run_end import end_run
from autocoder.clients.places import ALL, RUN, Places
from autocoder.clients.run_records import RunRecords
from autocoder.ids import new_run_id
from autocoder.models import Requester, Run, RunReport, RunRequest
from autocoder.runs.partitions import partition_of
from autocoder.runs.places import Limits, cap_met, next_in_turn, read_ticket, ticket_of
from autocoder.runs.rows import CLAIMS, RUNS, is_over
from tests.activities.interleaving import Job, Table

HISTORIES = 50  # for each case
RUNS_OF_A_HISTORY = 12
MAX_STEPS = 8_000
MOMENT = 1_800_000_000_000  # milliseconds
NAMES = ("no cap", "a cap per project", "both caps")
LIMITS = (Limits(2), Limits(3, of_project=1), Limits(3, of_project=2, of_repository=1))


class History:
    """One random history; `broken` lists which rules it broke."""

    def __init__(self, seed, limits, is_calm):
        self.is_calm = is_calm  # nobody dies, and the janitor has nothing to do
        self.chance, self.broken, self.jobs, self.starts = random.Random(seed), [], [], []
        self.table = Table(self.watch)
        self.records = RunRecords(self.table)
        self.places = Places(self.table, self.records, limits)
        self.limits, self.working, self.ticket_since = limits, [], {}
        self.latest = None  # the job that went on last
        self.carried = {}  # whether a run has a live orchestration
        self.todo = [self.new_run(number) for number in range(RUNS_OF_A_HISTORY)]
        self.runs = {run.id: run for run in self.todo}

    def new_run(self, number):
        project = self.chance.choice(["Web", "web", "Tools"])
        request = RunRequest(
            user_prompt="x",
            organization="contoso",
            project=project,
            repository=self.chance.choice(["app", "api"]),
            requester=Requester(),
        )
        return Run(id=new_run_id(MOMENT + number), request=request, title="", queued_at="")

    def happens(self, share):
        return self.chance.random() < share

    def goes_wrong(self, share):
        return not self.is_calm and self.happens(share)

    # What is watched

    def held(self, row=None):
        row = self.table.rows.get((CLAIMS, "places", ALL)) if row is None else row
        names = [name for name in row or {} if name.startswith(RUN)]
        return tuple(read_ticket(name.removeprefix(RUN), row[name]) for name in names)

    def tickets(self):
        return [key for key in self.table.keys(CLAIMS, "places") if key[2] != ALL]

    def watch(self, key, before, job):
        if key[1] == "places" and key[2] != ALL:
            self.ticket_since[key[2]] = self.table.clock if key in self.table.rows else None
        elif key[1] == "places":
            held, had = self.held(), self.held(before or {})
            if len(held) > self.limits.runs:
                self.broken.append("too many places")
            for one in held:
                if cap_met(self.limits, [other for other in held if other != one], one):
                    self.broken.append("above a cap")
            self.watch_order(held, [one for one in held if one in had], job.read_at)

    def watch_order(self, held, kept, read_at):
        """Nobody is passed over who has an older ticket that was there to be seen, and whom no cap held."""
        new = [one for one in held if one not in kept]
        youngest = max((one.key for one in new), default="")
        keys = [key for key in self.tickets() if key[2] < youngest]
        runs = [
            self.runs[self.table.rows[key]["run_id"]] for key in keys if self.ticket_since[key[2]] <= read_at
        ]
        in_turn = next_in_turn(replace(self.limits, runs=len(self.runs)), kept, map(ticket_of, runs))
        placed = {one.run_id for one in held}
        passed = [one for one in in_turn if one.run_id not in placed and not is_over(self.row(one.run_id))]
        if len(passed) > self.limits.runs - len(held):
            self.broken.append("overtaken")
        if any(cap_met(self.limits, held, one) for one in passed):
            self.broken.append("overtaken under a cap")

    # What happens

    def row(self, run_id):
        return self.table.rows.get((RUNS, partition_of(run_id), run_id)) or {}

    def begin(self, kind, run, call):
        self.jobs.append(SimpleNamespace(kind=kind, run=run, call=call, job=Job(call)))

    @property
    def connected(self):
        return SimpleNamespace(records=self.records, places=self.places)

    def begin_claim(self, run, kind="claim"):
        self.begin(kind, run, lambda: slot.claim_slot(self.connected, run, self.starts.append))

    def begin_finish(self, run, kind="finish"):
        report = RunReport(run=run, title="", outcome="completed", reason="")
        self.begin(kind, run, lambda: self.starts.extend(end_run(self.connected, report)))

    def start(self, run_id):
        """Start the orchestration of a run; returns False where a live one refuses it."""
        if self.carried.get(run_id):
            return False
        self.carried[run_id] = True
        self.begin_claim(self.runs[run_id])
        return True

    def step(self):
        """Let one thing happen; returns whether anything is left to happen."""
        if self.todo and self.happens(0.05):
            run = self.todo.pop(0)
            self.records.add(run)
            self.start(run.id)
        if self.starts and self.happens(0.3):
            self.try_a_start()
        if self.working and self.happens(0.03):
            self.begin_finish(self.working.pop(self.chance.randrange(len(self.working))))
        if not self.is_calm:
            self.let_something_go_wrong()
        if self.jobs and (self.latest not in self.jobs or self.happens(0.3)):  # in bursts: some are slow
            self.latest = self.chance.choice(self.jobs)
        if self.jobs:
            self.go_on(self.latest)
        is_busy = self.jobs or self.todo or self.starts or self.working
        return bool(is_busy or self.tickets() or self.held())

    def try_a_start(self):
        """Start a run; a live orchestration refuses it until it ends, or the run has moved."""
        run_id = self.starts.pop(self.chance.randrange(len(self.starts)))
        if not self.start(run_id) and self.row(run_id).get("waiting_for"):
            self.starts.append(run_id)

    def let_something_go_wrong(self):
        """Lose a start, end a run without its `finish_run`, or let the janitor look."""
        if self.starts and self.happens(0.01):
            self.starts.pop()
        if self.happens(0.003):
            self.end_one_from_outside()
        sweeps = any(one.kind == "janitor" for one in self.jobs)
        if not sweeps and self.happens(0.01 if self.jobs else 0.5):
            going_on = [run_id for run_id in self.runs if not is_over(self.row(run_id))]
            self.begin("janitor", None, lambda: self.places.pass_on_places(going_on))

    def lost(self):
        """The runs that do not wait and that nothing carries: a late call may have taken their place."""
        rows = {run_id: self.row(run_id) for run_id in self.runs if not self.carried.get(run_id)}
        return [
            run_id for run_id, row in rows.items() if row and not row.get("waiting_for") and not is_over(row)
        ]

    def end_one_from_outside(self):
        """Write the end of a run that waits, as a conclusion does before it dies."""
        waiting = [
            run
            for run in self.runs.values()
            if self.row(run.id).get("waiting_for") and not self.carried.get(run.id)
        ]
        if waiting:
            self.records.end(self.chance.choice(waiting).id, {"status": "failed"})

    def go_on(self, one):
        deaths = [self.chance.choice(["before", "after"])] if self.goes_wrong(0.02) else []
        one.job.go_on(*deaths)
        if not one.job.is_done:
            return
        if one.job.died:
            one.job = Job(one.call)
            return
        self.jobs.remove(one)
        if one.kind == "claim":
            self.carried[one.run.id] = False
            if one.job.result.granted:
                self.carried[one.run.id] = True
                self.working.append(one.run)
            elif one.job.result.cancelled and not is_over(self.row(one.run.id)):
                self.broken.append("cancelled without a reason")
        if one.kind == "finish":
            self.carried[one.run.id] = False
        if one.kind == "janitor":
            self.starts += [*one.job.result, *self.lost()]
        if one.kind in ("claim", "finish") and self.goes_wrong(0.05):
            {"claim": self.begin_claim, "finish": self.begin_finish}[one.kind](one.run, "late")

    def play(self):
        for _ in range(MAX_STEPS):
            if not self.step():
                break
        left = [run_id for run_id in self.runs if not is_over(self.row(run_id))]
        self.broken += [f"starved: {len(left)}"] if left else []
        self.broken += [f"left: {self.held()}"] if self.held() else []
        self.broken += ["tickets left"] if self.tickets() else []
        return sorted(set(self.broken))


@pytest.fixture
def played(monkeypatch):
    """Play histories and return what each of them broke, by its seed."""
    monkeypatch.setattr(slot, "in_parallel", lambda *calls: tuple(call() for call in calls))

    def play(limits, is_calm):
        broken = {}
        for seed in range(HISTORIES):
            broken[seed] = History(seed, limits, is_calm).play()
        return {seed: found for seed, found in broken.items() if found}

    return play


@pytest.mark.parametrize("limits", LIMITS, ids=NAMES)
def test_whoever_dies_places_are_given_once_in_turn_and_come_free(limits, played):
    assert played(limits, is_calm=False) == {}


@pytest.mark.parametrize("limits", LIMITS, ids=NAMES)
def test_while_nobody_dies_no_run_needs_the_janitor_to_get_its_place(limits, played):
    assert played(limits, is_calm=True) == {}
