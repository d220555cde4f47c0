"""A run in its second round: it is launched, watched and published by that round's own files and group."""

from types import SimpleNamespace

import pytest

from activities import create_container_group as creating
from activities import delete_container_group as deleting
from activities import observe_run as observing
from activities.parts import work_item_comment
from activities.parts.kept_result import keeps_result, take_result
from activities.parts.run_files import read_plan, run_of
from autocoder import models as m
from autocoder import wire
from autocoder.container_groups.state import ContainerState, GroupState
from autocoder.errors import Conflict
from autocoder.rounds import Round, WholeRun
from autocoder.runs.files import ATTEMPT, PACK, PLAN, REPORT, REQUEST, RESULT
from autocoder.runs.next_step import LAUNCHED_AT, LAUNCHES
from tests.autocoder.clients.conftest import storage  # noqa: F401
from tests.autocoder.requests.test_run_request import SETTINGS
from tests.orchestrators.conftest import plan, request, result, run

WORKS = GroupState(
    provisioning_state="Succeeded",
    state="Running",
    containers=(ContainerState(name="supervisor", state="Running"),),
)


class Containers:
    """The container groups of a subscription, by name."""

    def __init__(self):
        self.groups, self.secrets, self.deleted = {}, {}, []

    def get_group(self, name):
        return self.groups.get(name)

    def create_group(self, spec, secrets):
        self.groups[spec.name], self.secrets = WORKS, secrets
        return ""

    def delete_group(self, name):
        self.deleted.append(name)


@pytest.fixture
def connected(storage, monkeypatch):  # noqa: F811
    whole = storage.clients()
    found = SimpleNamespace(
        records=whole.records,
        blobs=whole.blobs,
        containers=Containers(),
        vault=SimpleNamespace(read_secret=lambda name: f"secret {name}"),
        guard=lambda *_: None,
        clone_authorization=lambda _: "Bearer clone",
        redact=str,
        known_secrets=tuple,
    )
    for module in (creating, deleting, observing):
        monkeypatch.setattr(module, "clients", lambda: found)
    for module in (creating, work_item_comment):
        monkeypatch.setattr(module, "settings", lambda: SETTINGS)
    return found


@pytest.fixture
def second(connected):
    """A run whose row says that it is in its second round, after the first one brought a result."""
    accepted = run(work_item_id=None, user_prompt="Do it.")
    connected.records.add(accepted)
    connected.blobs.put(WholeRun(accepted.id), REQUEST, wire.to_bytes(request(work_item_id=None)))
    write(connected, accepted, commit="3" * 40)
    connected.records.merge(accepted.id, {"round": 2})
    return run_of(accepted.id, connected.records.get(accepted.id), accepted.request)


def write(connected, of, commit):
    """Write all that a round leaves, with this commit as what it brought."""
    pack = m.Pack(commit=commit, bytes=4, sha256="0" * 64)
    for name, content in {
        PLAN: wire.to_bytes(plan(of)),
        ATTEMPT: b"1",
        PACK: b"pack",
        RESULT: wire.to_bytes(result(of, pack=pack)),
    }.items():
        connected.blobs.put(of.current_round, name, content)


def test_the_row_says_in_which_round_a_run_is(second):
    assert second.current_round == Round(second.id, 2)


def test_a_new_round_begins_whatever_the_one_before_it_has_left(second):
    seen = observing.observe_run.run(second.id)
    assert (seen.next, seen.run.round) == ("begin", 2)


def test_a_second_round_is_launched_watched_and_published(connected, second):
    connected.blobs.put(second.current_round, PLAN, wire.to_bytes(plan(second)))
    seen = observing.observe_run.run(second.id)
    assert (seen.next, seen.plan.run.round) == ("launch", 2)

    assert creating.create_container_group.run(creating.Launch(plan=seen.plan)) is None
    assert set(connected.containers.groups) == {f"autocoder-{second.id}-2"}
    for name in ("INPUT_URLS", "OUTPUT_URLS"):
        (urls,) = [value for (_, key), value in connected.containers.secrets.items() if key == name]
        assert f"/runs/{second.id}/2/" in urls
        assert f"/runs/{second.id}/1/" not in urls
    assert observing.observe_run.run(second.id).next == "watch"

    write(connected, second, commit="4" * 40)
    seen = observing.observe_run.run(second.id)
    assert (seen.next, seen.plan.run.round, seen.result.pack.commit) == ("publish", 2, "4" * 40)


@pytest.mark.parametrize("row", [None, {"status": "preparing", "etag": 'W/"old"'}], ids=["read", "given"])
def test_a_late_activity_of_an_earlier_round_makes_no_container_group(connected, second, row):
    before = connected.records.get(second.id)
    late = plan(second.model_copy(update={"round": 1}))
    with pytest.raises(Conflict, match="another round"):
        creating.create_container_group.run(creating.Launch(plan=late, row=row))
    assert connected.containers.groups == {}
    assert connected.records.get(second.id) == before


def test_a_container_group_that_was_launched_and_is_gone_is_not_made_by_a_late_activity(connected, second):
    launch = creating.Launch(plan=plan(second), row=connected.records.get(second.id))
    assert creating.create_container_group.run(launch) is None
    connected.containers.groups.clear()  # the platform lost it: only looks decide what that means
    before = connected.records.get(second.id)
    for late in (launch, creating.Launch(plan=launch.plan)):
        assert creating.create_container_group.run(late) is None
    assert connected.containers.groups == {}
    assert connected.records.get(second.id) == before


def test_a_group_is_counted_once_whether_it_was_just_created_or_is_adopted(connected, second):
    launch, name = creating.Launch(plan=plan(second)), f"autocoder-{second.id}-2"
    for launches in (1, 2, 3):
        connected.containers.groups[name] = WORKS  # it was created, and the answer was lost
        for _ in range(2):  # an activity may run twice
            assert creating.create_container_group.run(launch) is None
            assert connected.records.get(second.id)[LAUNCHES] == launches
        connected.containers.groups.clear()
        connected.records.merge(second.id, {LAUNCHED_AT: ""})  # it was gone
    creating.create_container_group.run(launch)
    assert connected.records.get(second.id)[LAUNCHES] == 4


def test_a_late_container_group_is_deleted_once_the_report_is_settled(connected, second):
    report = m.RunReport(run=second, outcome="failed", reason="first")
    connected.blobs.put(WholeRun(second.id), REPORT, wire.to_bytes(report))
    ended = creating.create_container_group.run(creating.Launch(plan=plan(second)))
    assert ended == creating.OVER
    assert connected.records.get(second.id)["status"] == "provisioning"  # nothing says so but the report
    assert connected.containers.deleted == [f"autocoder-{second.id}-2"]


def test_the_container_groups_of_all_rounds_are_deleted_at_the_end(connected, second):
    deleting.delete_container_group.run(m.RunReport(run=second, outcome="failed"))
    assert connected.containers.deleted == [f"autocoder-{second.id}-{number}" for number in (2, 1)]


def test_how_a_run_ends_is_settled_for_all_its_rounds(connected, second):
    report = m.RunReport(run=second, outcome="interrupted", reason="first")
    connected.blobs.put(WholeRun(second.id), REPORT, wire.to_bytes(report))
    assert observing.observe_run.run(second.id).report == report


def test_a_retry_takes_the_result_of_the_last_round(connected, second):
    write(connected, second, commit="4" * 40)
    assert keeps_result(connected, second.id, {**connected.records.get(second.id), "status": "failed"})
    retry = run(work_item_id=None, continues=second.id)
    connected.records.add(retry)
    assert take_result(connected, retry)
    taken = wire.load(m.AgentResult, connected.blobs.get(retry.current_round, RESULT))
    assert (taken.pack.commit, taken.run_id) == ("4" * 40, retry.id)
    assert read_plan(connected, retry.current_round).run == retry


def test_a_second_round_of_a_retry_takes_nothing_over(connected, second):
    write(connected, second, commit="4" * 40)
    retry = run(work_item_id=None, continues=second.id).model_copy(update={"round": 2})
    assert not take_result(connected, retry)
