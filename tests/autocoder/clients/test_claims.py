"""The claims in Table Storage: taking them, taking them over and releasing them."""

import pytest

from autocoder.ids import key, new_run_id
from autocoder.models import Run, RunRequest
from autocoder.runs.claims import ACTIVE, CHANGE, CONTENT, DELIVERY, IDEMPOTENCY, Claim, active_claim
from triggers import start as starting
from triggers.start import Active, Duplicate, QueueFull, StartRequest


@pytest.fixture
def records(storage):
    return storage.clients().records


@pytest.fixture
def desk(records, storage, monkeypatch):
    """Claims a start request for a work item; `there` are the orchestrations that exist."""
    monkeypatch.setattr(starting, "PATIENCE_SECONDS", 0.3)

    class Desk:
        there = frozenset()

        def claim(self, request, *claims):
            settings = storage.clients().settings
            return starting._Claims(records, self.there.__contains__).claim(
                settings, StartRequest(request, claims)
            )

        def start(self, request, *claims):
            run_id = self.claim(request, *claims)
            assert isinstance(run_id, str), run_id
            records.add(Run(id=run_id, request=request, title="", queued_at="2026-01-01T00:00:00Z"))
            self.there = self.there | {run_id}
            return run_id

    return Desk()


def request(number):
    return RunRequest(organization="contoso", project="Web", repository="app", work_item_id=number)


def unique(kind, window=None):
    return Claim(kind, key(new_run_id()), window)


def test_one_run_per_work_item_and_repository(desk):
    first = desk.start(request(1))
    assert desk.claim(request(1)) == Active(first)
    assert desk.claim(request(1).model_copy(update={"project": "WEB"})) == Active(first)
    assert isinstance(desk.claim(request(2)), str)


def test_a_run_that_is_slow_to_take_its_first_step_keeps_its_claim(desk):
    first = desk.start(request(3))
    assert desk.claim(request(3)) == Active(first)


def test_a_claim_whose_orchestration_was_never_started_is_taken_over(desk):
    lost = desk.claim(request(4))
    again = desk.claim(request(4))
    assert isinstance(again, str)
    assert again != lost


def test_a_run_whose_claim_was_taken_over_finds_out(desk, records):
    lost = desk.claim(request(5))
    again = desk.claim(request(5))
    assert records.holder(active_claim(request(5), lost)) == again


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
    assert desk.claim(request(7), delivery) == Duplicate(first, DELIVERY)


def test_the_same_text_is_a_duplicate_after_a_run_that_failed_with_its_pull_request_open(desk, records):
    content = unique(CONTENT, 300)
    first = desk.start(request(13), content)
    records.end(first, {"status": "failed", "pull_request_id": 5})
    records.release_all((ACTIVE,), first)
    assert desk.claim(request(13), unique(DELIVERY), content) == Duplicate(first, CONTENT)


@pytest.mark.parametrize("status", ["failed", "needs_info", "no_changes", "cancelled"])
def test_the_same_text_may_start_a_run_after_one_without_a_pull_request(desk, records, status):
    content = unique(CONTENT, 300)
    first = desk.start(request(8), content)
    records.end(first, {"status": status})
    records.release_all((ACTIVE,), first)
    assert desk.claim(request(8), unique(DELIVERY), content) not in (first, Duplicate(first, CONTENT))


def test_a_change_that_is_delivered_again_starts_no_second_run_after_one_that_failed(desk, records):
    change, text = unique(CHANGE), unique(CONTENT, 300)
    first = desk.start(request(19), unique(DELIVERY), change, text)
    records.end(first, {"status": "failed"})
    records.release_all((ACTIVE,), first)
    assert desk.claim(request(19), unique(DELIVERY), change, text) == Duplicate(first, CHANGE)
    tag_set_again = (unique(DELIVERY), unique(CHANGE), text)
    assert isinstance(desk.claim(request(19), *tag_set_again), str)


def test_the_same_text_is_a_duplicate_after_a_run_that_was_completed(desk, records):
    content = unique(CONTENT, 300)
    first = desk.start(request(9), content)
    records.end(first, {"status": "completed"})
    records.release_all((ACTIVE,), first)
    assert desk.claim(request(9), unique(DELIVERY), content) == Duplicate(first, CONTENT)


def test_a_repeat_of_a_duplicate_delivery_returns_the_same_run(desk, records):
    content = Claim(CONTENT, key(new_run_id()), 300)
    first = desk.start(request(12), unique(DELIVERY), content)
    again = unique(DELIVERY)
    assert desk.claim(request(12), again, content) == Duplicate(first, CONTENT)
    records.end(first, {"status": "completed"})
    records.release_all((ACTIVE, CONTENT), first)  # the window is over
    assert desk.claim(request(12), again, content) == Duplicate(first, DELIVERY)


def test_a_delivery_of_text_whose_run_was_never_started_starts_that_run(desk, records):
    content, again = unique(CONTENT, 300), unique(DELIVERY)
    lost = desk.claim(request(13), unique(DELIVERY), content)
    assert desk.start(request(13), again, content) == lost
    assert records.holder(again) == lost


def test_a_run_that_could_not_be_started_does_not_stay_queued(desk, records):
    lost = desk.claim(request(14))
    records.add(Run(id=lost, request=request(14), title="", queued_at="2026-01-01T00:00:00Z"))
    again = desk.start(request(14))
    row = records.get(lost)
    assert row["status"] == "failed"
    assert again in row["reason"]
    assert row["ended_at"]
    assert records.get(again)["status"] == "queued"


@pytest.mark.parametrize(("number", "step"), [(17, {"seen": True}), (18, {"status": "preparing"})])
def test_a_run_that_starts_while_it_is_given_up_goes_on_alone(desk, records, monkeypatch, number, step):
    slow = desk.claim(request(number))
    records.add(Run(id=slow, request=request(number), title="", queued_at="2026-01-01T00:00:00Z"))
    give_up = starting._Claims._give_up

    def give_up_late(self, run_id, successor):
        records.tables.merge("runs", "run", run_id, step)
        return give_up(self, run_id, successor)

    monkeypatch.setattr(starting._Claims, "_give_up", give_up_late)
    assert desk.claim(request(number)) == Active(slow)
    assert records.get(slow)["status"] != "failed"
    assert records.holder(active_claim(request(number), slow)) == slow


def test_a_death_while_a_run_is_given_up_leaves_nothing_queued(desk, records, monkeypatch):
    lost = desk.claim(request(16))
    records.add(Run(id=lost, request=request(16), title="", queued_at="2026-01-01T00:00:00Z"))

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(type(records), "take_over", die)
        with pytest.raises(KeyboardInterrupt):
            desk.claim(request(16))
    assert records.get(lost)["status"] == "failed"
    assert desk.start(request(16)) != lost


def test_a_run_that_ended_keeps_its_outcome_when_the_next_takes_its_claim(desk, records):
    last = desk.start(request(15))
    records.end(last, {"status": "completed"})
    assert desk.start(request(15)) != last
    assert records.get(last)["status"] == "completed"


def test_a_request_refused_for_an_active_run_can_be_repeated_later(desk, records):
    first = desk.start(request(10))
    again = unique(IDEMPOTENCY)
    text = unique(CONTENT, 300)
    assert desk.claim(request(10), text, again) == Active(first)
    records.end(first, {"status": "completed"})
    records.release_all((ACTIVE,), first)
    assert isinstance(desk.claim(request(10), text, again), str)


def test_a_full_queue_keeps_no_claims(desk, records, monkeypatch):
    delivery = unique(DELIVERY)
    monkeypatch.setattr(type(records), "count_active", lambda _: 10_000)
    assert desk.claim(request(11), delivery) == QueueFull(10_000)
    monkeypatch.undo()
    assert records.holder(delivery) is None
