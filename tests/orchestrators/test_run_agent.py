import pytest

from autocoder import models as m
from tests.orchestrators.conftest import good_replies, result, value

END = ["delete_container_group", "report_run", "finish_run"]
ENDED = m.Ended(outcome="failed", reason="because")
UNEXPECTED = "Autocoder had an unexpected error. Search the app's log for {}."


def test_carries_a_run_from_its_request_to_its_report(flow):
    done = flow().start().called("create_container_group").finished()
    report = done.report()
    assert (report.outcome, report.pull_request.id, report.files) == ("completed", 3, 1)
    names = [name for name in done.names if name != "get_container_group"]
    assert names[:2] == ["claim_slot", "check_requester"]
    assert set(names[2:4]) == {"fetch_work_item", "read_repository"}  # in parallel
    assert names[4] == "build_prompt"
    assert set(names[5:7]) == {"create_container_group", "report_phase"}
    assert names[7:] == ["read_agent_result", "push_branch", "create_pull_request", *END]


def test_does_not_check_the_requester_of_a_rest_request(flow):
    done = flow(requester=m.Requester(source="rest")).start().called("create_container_group").finished()
    assert done.report().outcome == "completed"
    assert "check_requester" not in done.names


def test_continues_when_the_callback_never_arrives(flow):
    done = flow().start(get_container_group=[value(m.GroupVerdict(state="ended"))])
    assert done.report().outcome == "completed"


def test_a_callback_that_comes_before_the_wait_is_not_lost(flow):
    slow = {"again": {"seconds": 0, "reason": "busy"}}
    started = flow().start(create_container_group=[slow, value(None)]).called("create_container_group")
    assert started.finished().report().outcome == "completed"


def test_a_prompt_run_reads_no_work_item(flow):
    done = flow(work_item_id=None, user_prompt=None).start().called("create_container_group").finished()
    assert done.report().outcome == "completed"
    assert "fetch_work_item" not in done.names
    assert "report_phase" in done.names


@pytest.mark.parametrize(
    "where",
    ["check_requester", "fetch_work_item", "read_repository", "build_prompt", "create_container_group"],
)
def test_an_end_before_the_agent_is_reported_and_cleaned_up(flow, where):
    done = flow().start(**{where: [value(ENDED)]})
    report = done.report()
    assert (report.outcome, report.reason) == ("failed", "because")
    assert [name for name in done.names if name in END] == END
    assert "push_branch" not in done.names


@pytest.mark.parametrize("where", ["read_agent_result", "push_branch"])
def test_an_end_after_the_agent_is_reported_and_cleaned_up(flow, where):
    done = flow().start(**{where: [value(ENDED)]}).called("create_container_group").finished()
    assert done.report().reason == "because"
    assert [name for name in done.names if name in END] == END
    assert "create_pull_request" not in done.names


def test_waits_for_a_service_that_is_busy(flow):
    busy = {"again": {"seconds": 0.1, "reason": "429"}}
    done = flow().start(create_container_group=[busy, value(None)])
    done.called("create_container_group", 2).finished()
    assert done.report().outcome == "completed"


def test_a_credential_that_stays_refused_ends_the_run(flow):
    refused = {"again": {"seconds": 0, "reason": "sign in", "most": 2, "steady": True}}
    done = flow().start(fetch_work_item=[refused])
    report = done.report()
    assert (report.outcome, report.reason) == ("failed", "sign in")
    assert done.names.count("fetch_work_item") == 2


def test_an_error_with_a_limit_of_tries_also_sets_the_pause(flow):
    full = {"again": {"seconds": 0.05, "reason": "no room", "most": 8, "steady": True}}
    done = flow().start(create_container_group=[full])
    assert done.report().reason == "no room"
    assert done.names.count("create_container_group") == 8


def test_tries_without_a_limit_do_not_count_towards_a_limit(flow):
    busy = {"again": {"seconds": 0, "reason": "429"}}
    full = {"again": {"seconds": 0, "reason": "no room", "code": "no_room", "most": 2, "steady": True}}
    done = flow().start(create_container_group=[busy, busy, full, value(None)])
    done.called("create_container_group", 4).finished()
    assert done.report().outcome == "completed"


def test_a_step_that_cannot_succeed_is_not_retried(flow):
    done = flow().start(read_repository=[{"failed": {"reason": "no permission"}}])
    assert done.report().reason == "no permission"
    assert done.names.count("read_repository") == 1


def test_a_cancel_during_the_polling_ends_the_containers_and_is_reported(flow):
    done = flow().start().called("get_container_group", 2)
    done.host.send(done.run.id, "cancel", {})
    assert done.report().outcome == "cancelled"
    assert [name for name in done.names if name in END] == END
    assert "push_branch" not in done.names


def test_a_cancel_while_queued_starts_nothing(flow):
    waiting, cancelled = value(m.Slot(granted=False)), value(m.Slot(granted=False, cancelled=True))
    done = flow().start(claim_slot=[waiting, cancelled])
    assert done.report().outcome == "cancelled"
    assert "create_container_group" not in done.names


def test_a_run_without_a_free_slot_waits_for_one(flow):
    done = flow().start(claim_slot=[value(m.Slot(granted=False)), value(m.Slot(granted=True))])
    done.called("create_container_group").finished()
    assert done.report().outcome == "completed"


@pytest.mark.parametrize("state", ["failed", "ended", "gone", "late"])
def test_a_result_that_was_written_is_read_however_the_group_ended(flow, state):
    done = flow().start(get_container_group=[value(m.GroupVerdict(state=state, reason="no image"))])
    assert done.report().outcome == "completed"
    (call,) = [call for call in done.calls if call["name"] == "read_agent_result"]
    assert call["payload"]["seen"]["state"] == state


def test_the_history_does_not_grow_with_the_number_of_polls(flow):
    looked_once, looked_often = flow().start(), flow().start()
    looked_once.called("get_container_group", 1)
    looked_once.finished().report()
    looked_often.called("get_container_group", 3)
    looked_often.finished().report()
    once, often = (one.host.history(one.run.id) for one in (looked_once, looked_often))
    assert len(once) == len(often)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"outcome": "no_changes", "pack": None}, "no_changes"),
        ({"outcome": "no_changes", "pack": None, "summary": "NEEDS_INFO: which?"}, "needs_info"),
        ({"outcome": "agent_failed", "pack": None, "reason": "x"}, "failed"),
        ({"outcome": "clone_failed", "pack": None, "reason": "x"}, "failed"),
        ({"outcome": "budget_spent", "pack": None}, "budget_spent"),
        ({"outcome": "interrupted", "pack": None}, "interrupted"),
        ({"outcome": "refused", "pack": None}, "refused"),
    ],
)
def test_a_result_without_a_change_publishes_nothing(flow, changes, outcome):
    started = flow()
    started.start(read_agent_result=[value(result(started.run, **changes))])
    started.called("create_container_group").finished()
    assert started.report().outcome == outcome
    assert "push_branch" not in started.names


@pytest.mark.parametrize("outcome", ["budget_spent", "timed_out"])
def test_the_change_up_to_the_end_of_the_budget_is_published(flow, outcome):
    started = flow()
    started.start(read_agent_result=[value(result(started.run, outcome=outcome))])
    started.called("create_container_group").finished()
    report = started.report()
    assert (report.outcome, report.pull_request.id) == (outcome, 3)


def test_pushes_the_branch_only_when_no_pull_request_is_wanted(flow):
    done = flow(create_pull_request=False).start().called("create_container_group").finished()
    report = done.report()
    assert (report.outcome, report.pull_request, report.branch) == (
        "completed",
        None,
        "autocoder/7-crash-abcdef",
    )


def test_a_report_that_fails_does_not_keep_the_containers(flow):
    done = (
        flow().start(report_run=[{"failed": {"reason": "comment refused"}}]).called("create_container_group")
    )
    assert done.finished().report().untold == "comment refused"
    assert [name for name in done.names if name in END] == END


@pytest.mark.slow
@pytest.mark.parametrize("where", ["fetch_work_item", "read_repository", "report_phase"])
def test_a_lost_step_is_repeated_beside_another(flow, where):
    started = flow()
    good = good_replies(started.run)[where]
    done = started.start(**{where: [{"raise": "lost"}, *good]}).called("create_container_group").finished()
    assert done.report().outcome == "completed"
    assert done.names.count(where) == 2


@pytest.mark.slow
def test_two_lost_steps_are_both_repeated(flow):
    started = flow()
    good = good_replies(started.run)
    lost = {name: [{"raise": "lost"}, *good[name]] for name in ("fetch_work_item", "read_repository")}
    done = started.start(**lost).called("create_container_group").finished()
    assert done.report().outcome == "completed"


def test_both_of_two_steps_wait_for_services_that_are_busy(flow):
    started = flow()
    good, busy = good_replies(started.run), {"again": {"seconds": 0.1, "reason": "429"}}
    replies = {name: [busy, *good[name]] for name in ("fetch_work_item", "read_repository")}
    done = started.start(**replies).called("create_container_group").finished()
    assert done.report().outcome == "completed"


@pytest.mark.slow
def test_a_bug_in_an_activity_is_reported_too(flow):
    done = flow().start(push_branch=[{"raise": "boom"}]).called("create_container_group").finished()
    report = done.report()
    assert report.outcome == "failed"
    assert report.reason == UNEXPECTED.format(done.run.id)
    assert [name for name in done.names if name in END] == END


@pytest.mark.slow
def test_a_bug_in_one_of_two_steps_is_reported_too(flow):
    done = flow().start(fetch_work_item=[{"raise": "boom\nand a second line"}])
    assert done.report().reason == UNEXPECTED.format(done.run.id)
    assert [name for name in done.names if name in END] == END


@pytest.mark.slow
def test_a_bug_in_the_report_does_not_keep_the_containers(flow):
    done = flow().start(read_repository=[value(ENDED)], report_run=[{"raise": "boom"}])
    assert done.report().untold == UNEXPECTED.format(done.run.id)
    assert list(dict.fromkeys(name for name in done.names if name in END)) == END


def test_the_containers_are_deleted_before_a_report_to_an_unavailable_azure_devops(flow):
    away = {"again": {"seconds": 0.1, "reason": "503"}}
    done = flow().start(report_run=[away, away, value(None)]).called("get_container_group")
    done.host.send(done.run.id, "cancel", {})
    assert done.report().outcome == "cancelled"
    assert [name for name in done.names if name in END] == [END[0], *[END[1]] * 3, *END[2:]]


def test_containers_that_cannot_be_deleted_are_reported(flow):
    done = flow().start(
        read_repository=[value(ENDED)], delete_container_group=[{"failed": {"reason": "forbidden"}}]
    )
    assert "forbidden" in done.report().reason
    (told,) = [call["payload"] for call in done.calls if call["name"] == "report_run"]
    assert "forbidden" in told["reason"]


def test_a_pull_request_that_is_refused_keeps_branch_and_usage_in_the_report(flow):
    started = flow()
    used = result(started.run, usage=m.Usage(turns=3, output_tokens=5), seconds={"agent": 2.0})
    refused = [{"failed": {"reason": "no permission"}}]
    done = started.start(read_agent_result=[value(used)], create_pull_request=refused)
    report = done.called("create_container_group").finished().report()
    assert (report.outcome, report.reason) == ("failed", "no permission")
    assert (report.branch, report.files) == ("autocoder/7-crash-abcdef", 1)
    assert (report.title, report.usage.turns, report.seconds) == ("Crash", 3, {"agent": 2.0})
    assert report.pull_request is None


PENDING = m.PullRequest(
    id=3, url="https://x/3", warnings=("No Kim.",), pending={"The status": "The status was not added: 503."}
)


def test_a_part_that_could_not_be_added_to_a_pull_request_is_retried(flow):
    added = m.PullRequest(id=3, url="https://x/3", warnings=("No Kim.",))
    done = flow().start(create_pull_request=[value(PENDING)], add_to_pull_request=[value(added)])
    report = done.called("create_container_group").finished().report()
    assert (report.outcome, report.pull_request) == ("completed", added)
    assert done.names.count("create_pull_request") == 1


@pytest.mark.parametrize(
    "busy",
    [
        {"again": {"seconds": 0, "reason": "sign in", "most": 2, "steady": True}},
        {"failed": {"reason": "it is a bug"}},
    ],
)
def test_a_part_that_can_never_be_added_to_a_pull_request_is_a_warning(flow, busy):
    done = flow().start(create_pull_request=[value(PENDING)], add_to_pull_request=[busy])
    report = done.called("create_container_group").finished().report()
    assert (report.outcome, report.pull_request.id) == ("completed", 3)
    assert report.pull_request.warnings == ("No Kim.", "The status was not added: 503.")
    assert report.pull_request.pending == {}


def test_the_report_counts_the_checks_that_failed(flow):
    started = flow()
    checks = tuple(m.Verification(command="x", exit_code=code, seconds=1) for code in (0, 1, 2))
    started.start(read_agent_result=[value(result(started.run, verification=checks))])
    assert started.called("create_container_group").finished().report().failed_checks == 2


QUEUED = [value(m.Slot(granted=False)), value(m.Slot(granted=True))]
BY_HOOK = m.Requester(source="service_hook", update=1)


def test_a_run_that_has_to_wait_reports_it_once(flow):
    done = flow(requester=BY_HOOK).start(claim_slot=[QUEUED[0], *QUEUED])
    done.called("create_container_group").finished().report()
    phases = [call["payload"]["phase"] for call in done.calls if call["name"] == "report_phase"]
    assert phases == ["queued", "preparing"]
    assert done.names[:3] == ["claim_slot", "check_requester", "report_phase"]
    assert done.names.count("check_requester") == 2  # before the comment, and when it gets a slot


def test_a_requester_without_permission_causes_no_comment_in_the_queue(flow):
    done = flow(requester=BY_HOOK).start(claim_slot=QUEUED, check_requester=[value(ENDED)])
    assert done.report().reason == "because"
    assert "report_phase" not in done.names


def test_a_comment_that_cannot_be_written_does_not_end_the_queueing(flow):
    refused = {"failed": {"reason": "no permission"}}
    done = flow().start(claim_slot=QUEUED, report_phase=[refused, value(None)])
    assert done.called("create_container_group").finished().report().outcome == "completed"


def test_a_push_that_fails_keeps_the_usage_in_the_report(flow):
    started = flow()
    used = result(started.run, usage=m.Usage(turns=3))
    done = started.start(
        read_agent_result=[value(used)], push_branch=[{"failed": {"reason": "no permission"}}]
    )
    report = done.called("create_container_group").finished().report()
    assert (report.outcome, report.branch, report.usage.turns) == ("failed", "", 3)
