"""Each counter counts what is wrong, and nothing in what is right."""

from dataclasses import replace

import pytest

from emulators.soak.counts import count_blind, count_held, count_items
from emulators.soak.evidence import Held, Item, PullRequest
from emulators.soak.report import findings, is_good, outcomes, table

URL = "https://dev.azure.com/fabrikam/Fabrikam/_git/tidy-names/pullrequest/5"
RUN = {"id": "r1", "status": "completed", "reason": "", "pullRequestId": 5, "pullRequestUrl": URL}
GOOD = Item(
    id=7,
    is_accepted=True,
    begun=1,
    runs=(RUN,),
    comments=(f"A pull request is ready for review.\n\n[Pull request 5]({URL}).\n\nRun r1",),
    pull_requests=(PullRequest(5, "Say hello", (7,)),),
)
FAILED = {"id": "r1", "status": "failed", "reason": "The agent_s process ended."}
KILLED = replace(
    GOOD, runs=(FAILED,), comments=("Failed.\n\nThe agent\\_s process ended.\n\nRun r1",), pull_requests=()
)
PROGRESS = "Autocoder's agent is working.\n\nRun r1"
SECOND = PullRequest(6, "Say hello", (7,))
WRONG = {
    "asked for, but never accepted": [replace(GOOD, is_accepted=False)],
    "accepted, but lost": [replace(GOOD, runs=()), replace(GOOD, runs=({**RUN, "status": "running"},))],
    "failed without a cause": [replace(KILLED, runs=({**FAILED, "id": "r2"},))],
    "ended, but not reported": [
        replace(GOOD, comments=()),
        replace(GOOD, comments=(PROGRESS,)),
        replace(GOOD, comments=(GOOD.comments[0].replace("r1", "r2"),)),
        replace(KILLED, comments=(PROGRESS,)),
        replace(KILLED, runs=({"id": "r1", "status": "failed"},)),
    ],
    "second runs of a work item": [replace(GOOD, runs=(RUN, RUN))],
    "second agents of a work item": [replace(GOOD, begun=2)],
    "second pull requests of a work item": [replace(GOOD, pull_requests=(*GOOD.pull_requests, SECOND))],
    "second comments of a work item": [replace(GOOD, comments=GOOD.comments * 2)],
    "pull requests that no run names": [replace(GOOD, pull_requests=(SECOND,))],
    "completed without a pull request": [
        replace(GOOD, pull_requests=()),
        replace(GOOD, runs=({"id": "r1", "status": "completed"},)),
    ],
    "pull requests not linked": [replace(GOOD, pull_requests=(PullRequest(5, "Say hello", (8,)),))],
    "completed without a begun agent": [replace(GOOD, begun=0)],
}
HELD = Held(groups=("g",), processes=("g, agent: [1]",), places=("0",), tickets=("ticket-r",), active=("a",))


def found(item, killed=("r1",)):
    return {count.what for count in count_items([item], killed) if count.found}


@pytest.mark.parametrize("item", [GOOD, KILLED], ids=["published", "killed and told"])
def test_nothing_is_counted_of_a_work_item_that_is_as_it_must_be(item):
    assert found(item) == set()


def test_a_work_item_whose_request_was_never_accepted_is_not_lost():
    silent = replace(GOOD, is_accepted=False, begun=0, runs=(), comments=(), pull_requests=())
    assert found(silent) == {"asked for, but never accepted"}


@pytest.mark.parametrize(("what", "item"), [(what, item) for what, items in WRONG.items() for item in items])
def test_what_is_wrong_is_counted(what, item):
    assert what in found(item)


def test_a_run_may_fail_only_when_it_was_killed():
    assert found(KILLED, killed=()) == {"failed without a cause"}


def test_every_counter_has_a_case_that_is_wrong():
    assert {count.what for count in count_items([], ())} == WRONG.keys()
    assert all(count.found for count in count_held(HELD))
    assert not any(count.found for count in count_held(Held()))


def test_what_was_never_seen_is_counted():
    assert count_blind({"places": 0, "container groups": 2}).found == ("places",)


def test_the_table_marks_what_is_not_zero_and_the_findings_name_it():
    counts = count_items([replace(GOOD, begun=2)], ())
    assert not is_good(counts)
    assert [line for line in table(counts).splitlines() if "NOT ZERO" in line] == [
        line for line in table(counts).splitlines() if "second agents" in line
    ]
    assert "work item 7: 2 agents" in findings(counts)
    assert is_good(count_items([GOOD], ()))
    assert outcomes([GOOD, KILLED]) == "1 completed, 1 failed"
