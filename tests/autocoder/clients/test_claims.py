"""The claims in Table Storage: taking them, taking them over and releasing them."""

import contextlib
import itertools

import pytest

from activities.parts.acceptance import Acceptance, Active, Duplicate, Started, StartRequest
from autocoder import wire
from autocoder.clients.blobs import Blobs
from autocoder.clients.run_lists import RunLists
from autocoder.clients.tables import Tables
from autocoder.ids import key, new_run_id
from autocoder.models import RunRequest
from autocoder.rounds import WholeRun
from autocoder.runs.claims import ACTIVE, CHANGE, CONTENT, DELIVERY, IDEMPOTENCY, Claim, active_claim

numbers = itertools.count(1_000)


@pytest.fixture
def records(storage):
    return storage.clients().records


@pytest.fixture
def acceptance(storage):
    return Acceptance.of(storage.clients())


@pytest.fixture
def desk(acceptance):
    """Accepts requests, as a process does that nothing disturbs."""

    class Desk:
        def accept(self, request, *claims, run_id=None):
            return acceptance.accept(StartRequest(request, claims), run_id or new_run_id())

        def start(self, request, *claims):
            """Accept a request that starts a run, whose orchestration takes its first step; return its id."""
            started = self.accept(request, *claims)
            assert isinstance(started, Started), started
            acceptance.records.merge(started.run_id, {"seen": True})
            return started.run_id

    return Desk()


def request(number):
    return RunRequest(organization="contoso", project="Web", repository="app", work_item_id=number)


def unique(kind, window=None):
    return Claim(kind, key(new_run_id()), window)


def test_one_run_per_work_item_and_repository(desk):
    first = desk.start(request(1))
    assert desk.accept(request(1)) == Active(first)
    assert desk.accept(request(1).model_copy(update={"project": "WEB"})) == Active(first)
    assert isinstance(desk.accept(request(2)), Started)


def test_a_run_that_has_not_taken_its_first_step_is_started_once_more(desk):
    first = desk.accept(request(3)).run_id
    again = desk.accept(request(3))
    assert (again, again.starts) == (Active(first), True)


def test_a_run_that_has_taken_its_first_step_is_not_started_again(desk):
    first = desk.start(request(4))
    again = desk.accept(request(4))
    assert (again, again.starts) == (Active(first), False)


def test_a_request_that_is_accepted_twice_gets_the_same_run_even_after_its_end(desk, records):
    delivery, run_id = unique(DELIVERY), new_run_id()
    first = desk.accept(request(5), delivery, run_id=run_id)
    assert first.run_id == run_id
    records.end(run_id, {"status": "completed"})
    records.release_all((ACTIVE,), run_id)
    again = desk.accept(request(5), delivery, run_id=run_id)
    assert (type(again), again.run_id) == (Started, run_id)
    assert records.holder(active_claim(request(5), run_id)) is None


def test_one_run_at_a_time_completes_the_draft_of_a_prompt():
    prompt = request(None).model_copy(update={"resumes": new_run_id()})
    first, second = (active_claim(prompt, new_run_id()) for _ in range(2))
    assert first == second
    fresh = prompt.model_copy(update={"resumes": None})
    assert active_claim(fresh, new_run_id()) != active_claim(fresh, new_run_id())


def test_a_run_does_not_free_a_claim_that_the_next_run_has_taken(desk, records, monkeypatch):
    last = desk.start(request(6))
    records.end(last, {"status": "completed"})
    query, taken = type(records.tables).query, []

    def late(tables, *arguments, **options):
        rows = query(tables, *arguments, **options)
        if not taken:
            taken.append("")
            taken[0] = desk.start(request(6))
        return rows

    monkeypatch.setattr(type(records.tables), "query", late)
    records.release_all((ACTIVE,), last)
    assert records.holder(active_claim(request(6), last)) == taken[0]


def test_a_delivery_starts_its_run_once(desk):
    delivery = unique(DELIVERY)
    first = desk.start(request(7), delivery)
    assert desk.accept(request(7), delivery) == Duplicate(first, DELIVERY)


def test_the_same_text_is_a_duplicate_after_a_run_that_failed_with_its_pull_request_open(desk, records):
    content = unique(CONTENT, 300)
    first = desk.start(request(13), content)
    records.end(first, {"status": "failed", "pull_request_id": 5})
    records.release_all((ACTIVE,), first)
    assert desk.accept(request(13), unique(DELIVERY), content) == Duplicate(first, CONTENT)


@pytest.mark.parametrize("status", ["failed", "needs_info", "no_changes", "cancelled"])
def test_the_same_text_may_start_a_run_after_one_without_a_pull_request(desk, records, status):
    content, asked = unique(CONTENT, 300), request(next(numbers))
    first = desk.start(asked, content)
    records.end(first, {"status": status})
    records.release_all((ACTIVE,), first)
    assert isinstance(desk.accept(asked, unique(DELIVERY), content), Started)


def test_a_change_that_is_delivered_again_starts_no_second_run_after_one_that_failed(desk, records):
    change, text = unique(CHANGE), unique(CONTENT, 300)
    first = desk.start(request(19), unique(DELIVERY), change, text)
    records.end(first, {"status": "failed"})
    records.release_all((ACTIVE,), first)
    assert desk.accept(request(19), unique(DELIVERY), change, text) == Duplicate(first, CHANGE)
    tag_set_again = (unique(DELIVERY), unique(CHANGE), text)
    assert isinstance(desk.accept(request(19), *tag_set_again), Started)


def test_the_same_text_is_a_duplicate_after_a_run_that_was_completed(desk, records):
    content = unique(CONTENT, 300)
    first = desk.start(request(9), content)
    records.end(first, {"status": "completed"})
    records.release_all((ACTIVE,), first)
    assert desk.accept(request(9), unique(DELIVERY), content) == Duplicate(first, CONTENT)


def test_a_repeat_of_a_duplicate_delivery_returns_the_same_run(desk, records):
    content = Claim(CONTENT, key(new_run_id()), 300)
    first = desk.start(request(12), unique(DELIVERY), content)
    again = unique(DELIVERY)
    assert desk.accept(request(12), again, content) == Duplicate(first, CONTENT)
    records.end(first, {"status": "completed"})
    records.release_all((ACTIVE, CONTENT), first)  # the window is over
    assert desk.accept(request(12), again, content) == Duplicate(first, DELIVERY)


def test_a_run_that_ended_keeps_its_outcome_when_the_next_takes_its_claim(desk, records):
    last = desk.start(request(15))
    records.end(last, {"status": "completed"})
    assert desk.start(request(15)) != last
    assert records.get(last)["status"] == "completed"


def test_a_request_refused_for_an_active_run_can_be_repeated_later(desk, records):
    first = desk.start(request(10))
    again = unique(IDEMPOTENCY)
    text = unique(CONTENT, 300)
    assert desk.accept(request(10), text, again) == Active(first)
    records.end(first, {"status": "completed"})
    records.release_all((ACTIVE,), first)
    assert isinstance(desk.accept(request(10), text, again), Started)


def test_a_request_that_is_refused_keeps_no_claims(acceptance, records):
    start = StartRequest(request(11), (unique(IDEMPOTENCY),))
    held = acceptance.recognise(start, new_run_id())
    acceptance.refuse(start, held)
    assert records.holder(start.claims[0]) is None


# -- whatever happens between two steps -------------------------------------------------------------------

STEPS = ((Tables, "insert"), (Tables, "get"), (Tables, "replace"), (Tables, "delete"), (Blobs, "put_new"))


@contextlib.contextmanager
def before_step(number, happens):
    """Let *happens* come before the step *number* of the block, counted over all calls to the storage."""
    left = [number]
    with pytest.MonkeyPatch.context() as patch:
        for kind, name in STEPS:
            patch.setattr(kind, name, counted(getattr(kind, name), left, happens))
        yield left


def counted(call, left, happens):
    """The function *call*, before which one is taken from *left*; at 0, *happens* comes first."""

    def step(*given, **more):
        left[0] -= 1
        if left[0] == 0:
            happens()
        return call(*given, **more)

    return step


class Died(BaseException):
    """The process was killed."""


def die():
    raise Died


def wish(number=None, **changes):
    """A delivery of a change of a work item, a new one unless its *number* is given, with its claims."""
    asked = request(number or next(numbers)).model_copy(update=changes)
    return StartRequest(asked, (unique(DELIVERY), unique(CHANGE), unique(CONTENT, 300)))


def the_same(first):
    return first


def told_by_another_subscription(first):
    return StartRequest(first.request, (unique(DELIVERY), *first.claims[1:]))


def the_same_text_set_again(first):
    return StartRequest(first.request, (unique(DELIVERY), unique(CHANGE), first.claims[2]))


def another_text(first):
    return wish(first.request.work_item_id, agent_type="another")


OTHERS = (the_same, told_by_another_subscription, the_same_text_set_again, another_text)


def only_run(records, asked):
    """The id of the one run of the work item of *asked*, which holds the work item and has not ended."""
    number = asked.request.work_item_id
    (row,) = RunLists(records.tables, records).of_work_item("contoso", number, 10)
    assert row["status"] == "queued"
    assert records.holder(active_claim(request(number), row["RowKey"])) == row["RowKey"]
    return row["RowKey"]


def steps_of(acceptance, start):
    """How many steps it takes to accept *start*."""
    with before_step(-1, die) as left:
        acceptance.accept(start, new_run_id())
    return -1 - left[0]


@pytest.mark.parametrize("other", OTHERS)
def test_whenever_a_process_dies_the_next_request_starts_one_run(acceptance, records, other):
    count = steps_of(acceptance, wish())
    assert count > 6
    for number in range(1, count + 1):
        first = wish()
        with before_step(number, die), contextlib.suppress(Died):
            acceptance.accept(first, new_run_id())
        next_one = acceptance.accept(other(first), new_run_id())
        run_id = only_run(records, first)
        assert (next_one.run_id, next_one.starts) == (run_id, True), number


@pytest.mark.parametrize("other", OTHERS)
def test_whenever_a_second_request_comes_meanwhile_both_get_one_run(acceptance, records, other):
    count = steps_of(acceptance, wish())
    for number in range(1, count + 1):
        first, answers = wish(), []

        def second(first=first, answers=answers):
            answers.append(acceptance.accept(other(first), new_run_id()))

        with before_step(number, second):
            answers.append(acceptance.accept(first, new_run_id()))
        run_id = only_run(records, first)
        assert {one.run_id for one in answers} == {run_id}, number
        assert any(one.starts for one in answers), number


def test_a_process_that_dies_and_goes_on_with_its_own_id_starts_the_run_that_it_claimed(acceptance, records):
    count = steps_of(acceptance, wish())
    for number in range(1, count + 1):
        first, run_id = wish(), new_run_id()
        with before_step(number, die), contextlib.suppress(Died):
            acceptance.accept(first, run_id)
        assert isinstance(acceptance.accept(first, run_id), Started)
        assert only_run(records, first) == run_id


def test_the_first_request_of_two_decides_what_the_run_does(acceptance, records):
    first = wish()
    with before_step(steps_of(acceptance, wish()), die), contextlib.suppress(Died):
        acceptance.accept(first, new_run_id())  # dies before the row, and request.json is there
    other = another_text(first)
    said = acceptance.accept(other, new_run_id())
    assert (type(said), said.starts) == (Active, True)
    stored = wire.load(RunRequest, acceptance.blobs.get(WholeRun(only_run(records, first)), "request.json"))
    assert stored == first.request
    assert records.holder(other.claims[2]) is None  # the text may ask again


def test_of_requests_that_are_alike_one_starts_the_run_and_the_other_is_told_of_it(acceptance, records):
    def ask(start):
        return acceptance.settle(start, acceptance.recognise(start, new_run_id()))

    with before_step(-1, die) as left:
        ask(StartRequest(request(next(numbers))))
    for number in range(1, -left[0]):
        start, answers = StartRequest(request(next(numbers))), []
        with before_step(number, lambda start=start, answers=answers: answers.append(ask(start))):
            answers.append(ask(start))
        assert sorted(type(one).__name__ for one in answers) == ["Active", "Started"], number
        assert {one.run_id for one in answers} == {only_run(records, start)}, number


def test_whoever_asks_twice_at_once_with_one_key_keeps_the_key_for_the_run(acceptance, records):
    """The two steps of a start over REST, of which the repeat makes the second one first."""
    asked = StartRequest(request(next(numbers)), (unique(IDEMPOTENCY),))
    first, repeat = (acceptance.recognise(asked, new_run_id()) for _ in range(2))
    assert acceptance.settle(asked, repeat) == Duplicate(first.run_id, IDEMPOTENCY)
    assert acceptance.settle(asked, first) == Duplicate(first.run_id, IDEMPOTENCY)
    assert records.holder(asked.claims[0]) == first.run_id
