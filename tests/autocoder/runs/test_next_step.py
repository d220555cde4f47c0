"""What comes next for a run: a table of cases, and four rules that hold for every combination."""

import datetime as dt
from itertools import product
from typing import get_args

import pytest

from autocoder.models import Budget, GroupVerdict
from autocoder.runs.files import ATTEMPT, PLAN, REPORT, REQUEST, RESULT
from autocoder.runs.next_step import (
    ABSENCES,
    GRACE_MINUTES,
    LAUNCHED_AT,
    MAX_LOOKS,
    PUBLIC,
    Step,
    Stock,
    deadline_verdict,
    next_step,
)
from autocoder.runs.rows import OUTCOMES, PHASES

LAUNCHED = "2026-01-01T10:00:00.000+00:00"
MOMENT = dt.datetime.fromisoformat(LAUNCHED)
STATES = ("starting", "working", "ended", "gone", "failed", "late")


def stock(status, *blobs, group=None, final=False, lacks_room=False, **columns):
    verdict = GroupVerdict(state=group, final=final, lacks_room=lacks_room) if group else None
    return Stock({"status": status, **columns} if status else {}, frozenset({REQUEST, *blobs}), verdict)


UP = {LAUNCHED_AT: LAUNCHED}
LAST = {**UP, ABSENCES: MAX_LOOKS - 1}
TABLE = {
    "the row is gone": (stock(None), "nothing"),
    "it is queued": (stock("queued"), "begin"),
    "it died while it was prepared": (stock("preparing"), "begin"),
    "it died between plan and launch": (stock("preparing", PLAN), "launch"),
    "it died before the launch was recorded": (stock("provisioning", PLAN), "launch"),
    "it has to look": (stock("provisioning", PLAN, **UP), "look"),
    "the group starts": (stock("provisioning", PLAN, group="starting", **UP), "watch"),
    "one absence proves nothing": (stock("provisioning", PLAN, group="gone", **UP), "look_again"),
    "the group never came": (stock("provisioning", PLAN, group="gone", **LAST), "launch"),
    "the agent works": (stock("running", PLAN, ATTEMPT, group="working", **UP), "watch"),
    "it works although it was absent": (stock("running", PLAN, ATTEMPT, group="working", **LAST), "watch"),
    "one failure proves nothing": (stock("running", PLAN, ATTEMPT, group="failed", **UP), "look_again"),
    "a failure that stays": (stock("running", PLAN, ATTEMPT, group="failed", final=True, **UP), "ended"),
    "the group has failed for good": (stock("running", PLAN, ATTEMPT, group="failed", **LAST), "ended"),
    "the paid group is gone": (stock("running", PLAN, ATTEMPT, group="gone", **LAST), "ended"),
    "there was no room": (
        stock("provisioning", PLAN, group="failed", final=True, lacks_room=True, **UP),
        "make_room",
    ),
    "there is no room for one that began": (
        stock("running", PLAN, ATTEMPT, group="failed", final=True, lacks_room=True, **UP),
        "ended",
    ),
    "it is late": (stock("running", PLAN, ATTEMPT, group="late", final=True, **UP), "ended"),
    "the result is there": (stock("running", PLAN, ATTEMPT, RESULT, **UP), "publish"),
    "it died while it published": (stock("publishing", PLAN, ATTEMPT, RESULT, **UP), "publish"),
    "a cancel in the queue": (stock("queued", cancel_requested=True), "cancel"),
    "a cancel of the agent": (stock("running", PLAN, ATTEMPT, cancel_requested=True, **UP), "cancel"),
    "a cancel beats a result": (stock("verifying", PLAN, RESULT, cancel_requested=True, **UP), "cancel"),
    "a cancel that came too late": (
        stock("publishing", PLAN, RESULT, cancel_requested=True, **UP),
        "publish",
    ),
    "its end is settled": (stock("reporting", PLAN, RESULT, REPORT, **UP), "conclude"),
    "an end that is settled beats a cancel": (stock("running", REPORT, cancel_requested=True), "conclude"),
    "it is over": (stock("completed", PLAN, RESULT, REPORT, **UP), "nothing"),
    "it is over, and its report is owed": (stock("failed", REPORT, report_owed=True), "nothing"),
}


@pytest.mark.parametrize(("given", "step"), TABLE.values(), ids=TABLE)
def test_the_record_says_what_comes_next(given, step):
    assert next_step(given) == step


def combinations():
    """Every combination of a run's record with what a look at its group may show."""
    names = (PLAN, ATTEMPT, RESULT, REPORT)
    flags = product((False, True), repeat=len(names) + 4)
    for (status, group, absences), bits in product(
        product((*PHASES, *OUTCOMES), (None, *STATES), range(MAX_LOOKS)), tuple(flags)
    ):
        launched, cancel, final, lacks_room = bits[-4:]
        columns = {ABSENCES: absences, "cancel_requested": cancel, **(UP if launched else {})}
        blobs = [name for name, there in zip(names, bits, strict=False) if there]
        yield stock(status, *blobs, group=group, final=final, lacks_room=lacks_room, **columns)


def is_paid(of):
    return RESULT in of.blobs or (PLAN in of.blobs and ATTEMPT in of.blobs and bool(of.row.get(LAUNCHED_AT)))


def test_the_four_rules_hold_for_every_combination():
    seen = set()
    for one in combinations():
        step = next_step(one)
        seen.add(step)
        assert not (step in ("begin", "launch", "make_room") and is_paid(one)), one
        if step in ("ended", "make_room") and not one.group.final:
            assert one.row[ABSENCES] == MAX_LOOKS - 1, one  # never by one look
        assert not (step == "cancel" and one.row["status"] in PUBLIC), one
        if one.row["status"] in OUTCOMES:
            assert step == "nothing", one  # never opened again
        elif REPORT in one.blobs:
            assert step == "conclude", one
    assert seen == set(get_args(Step))


def verdict(state, minutes, budget=30, provisioning=30, reason=""):
    """The verdict on a group that was *state* so many *minutes* after its launch."""
    seen = GroupVerdict(state=state, reason=reason)
    now = MOMENT + dt.timedelta(minutes=minutes)
    return deadline_verdict(seen, UP, Budget(minutes=budget), provisioning, now)


def test_the_deadline_is_the_time_to_start_to_work_and_to_collect():
    assert verdict("working", 30 + 30 + GRACE_MINUTES - 0.1).state == "working"
    late = verdict("working", 30 + 30 + GRACE_MINUTES)
    assert (late.state, late.final) == ("late", True)


@pytest.mark.parametrize("state", STATES)
def test_the_deadline_holds_whatever_the_group_does(state):
    assert verdict(state, 71).state == "late"


def test_a_run_without_a_limit_of_minutes_has_a_deadline_too():
    assert verdict("working", 41, budget=None).state == "late"


def test_a_group_that_does_not_start_has_an_earlier_deadline():
    assert verdict("starting", 29.9).state == "starting"
    failed = verdict("starting", 30)
    assert (failed.state, failed.final) == ("failed", True)
    assert failed.reason == (
        "The container group did not start within 30 minutes. Check its image, or raise PROVISIONING_MINUTES."
    )
    assert verdict("working", 31).state == "working"


def test_a_group_that_does_not_start_is_explained_by_azures_last_events():
    reason = verdict("starting", 31, reason="Failed to pull image x.").reason
    assert "Azure's last events: Failed to pull image x." in reason
