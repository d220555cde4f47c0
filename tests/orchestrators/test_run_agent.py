"""A run from its first look to its report, by the real orchestration over scripted activities."""

import pytest

from autocoder import models as m
from tests.orchestrators.conftest import (
    ECHO,
    LEFT,
    begin,
    conclude,
    good_replies,
    launch,
    plan,
    publish,
    pushed,
    result,
    value,
    watch,
)

END = ["delete_container_group", "report_run", "finish_run"]
ENDED = m.Ended(outcome="failed", reason="because")
AWAY = {"again": {"seconds": 600, "reason": "503"}}
UNEXPECTED = "Autocoder had an unexpected error. Search the app's log for {}."


def cleaned_up(done):
    """Whether the run ended in one step, or its group was deleted and its report written before the end."""
    if done.names.count("conclude_run") != 1:
        return False
    names = [name for name in done.names if name in END]
    return not names or (sorted(names[:-1]) == sorted(END[:-1]) and names[-1] == END[-1])


def test_carries_a_run_from_its_request_to_its_report(flow):
    done = flow().start()
    report = done.report()
    assert (report.outcome, report.pull_request.id, report.files) == ("completed", 3, 1)
    assert done.names[:3] == ["observe_run", "prepare_run", "create_container_group"]
    assert done.names[3:] == ["observe_run", "publish_change", "conclude_run"]


def test_every_look_is_given_the_id_of_the_run_and_nothing_else(flow):
    done = flow().start()
    done.report()
    assert done.given("observe_run") == [done.run.id] * 2


@pytest.mark.parametrize("where", ["prepare_run", "create_container_group"])
def test_an_end_before_the_agent_is_reported_and_cleaned_up(flow, where):
    started = flow()
    how = conclude(started.run) if where == "prepare_run" else value(ENDED)
    done = started.start(**{where: [how]})
    report = done.report()
    assert (report.outcome, report.reason) == ("failed", "because")
    assert cleaned_up(done)
    assert "publish_change" not in done.names


def test_an_end_after_the_agent_is_reported_and_cleaned_up(flow):
    done = flow().start(publish_change=[value(ENDED)])
    assert done.report().reason == "because"
    assert cleaned_up(done)
    assert "create_pull_request" not in done.names


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "interrupted", "timed_out", "no_changes"])
def test_an_end_that_is_settled_is_only_reported_and_cleaned_up(flow, outcome):
    started = flow()
    done = started.start(observe_run=[conclude(started.run, outcome)])
    report = done.report()
    assert (report.outcome, report.reason) == (outcome, "because")
    assert cleaned_up(done)
    assert done.names == ["observe_run", "conclude_run"]


def test_a_run_that_needs_nothing_ends_after_one_look(flow):
    done = flow().start(observe_run=[value(m.Observation(next="nothing"))]).over()
    assert done.names == ["observe_run"]


@pytest.mark.parametrize("next_", ["begin", "launch", "publish", "conclude"])
def test_goes_on_where_its_record_says(flow, next_):
    started = flow()
    report = m.RunReport(run=started.run, outcome="failed")
    seen = m.Observation(
        next=next_, run=started.run, plan=plan(started.run), result=result(started.run), report=report
    )
    done = started.start(observe_run=[value(seen), publish(started.run)])
    done.report()
    first = {
        "begin": "prepare_run",
        "launch": "create_container_group",
        "publish": "publish_change",
        "conclude": "conclude_run",
    }
    assert first[next_] in done.names[1:3]


def test_waits_for_a_service_that_is_busy(flow):
    busy = {"again": {"seconds": 0.1, "reason": "429", "steady": True}}
    done = flow().start(create_container_group=[busy, value(None)])
    assert done.report().outcome == "completed"
    assert done.names.count("create_container_group") == 2


def test_a_step_that_cannot_succeed_is_not_retried(flow):
    done = flow().start(prepare_run=[{"failed": {"reason": "no permission"}}])
    assert done.report().reason == "no permission"
    assert done.names.count("prepare_run") == 1


def test_a_cancel_during_the_looks_ends_the_containers_and_is_reported(flow):
    started = flow()
    looks = [begin(started.run), watch(started.run, 600), conclude(started.run, "cancelled")]
    done = started.start(observe_run=looks).called("observe_run", 2).hint()
    assert done.report().outcome == "cancelled"
    assert cleaned_up(done)
    assert "publish_change" not in done.names


@pytest.mark.parametrize("outcome", ["budget_spent", "timed_out"])
def test_the_change_up_to_the_end_of_the_budget_is_published(flow, outcome):
    started = flow()
    started.start(observe_run=[publish(started.run, outcome=outcome)])
    report = started.report()
    assert (report.outcome, report.pull_request.id) == (outcome, 3)
    assert report.reason == "The changes made until then are offered as a draft."


def test_pushes_the_branch_only_when_no_pull_request_is_wanted(flow):
    done = flow(create_pull_request=False).start(publish_change=[pushed()])
    report = done.report()
    assert (report.outcome, report.pull_request, report.branch) == (
        "completed",
        None,
        "autocoder/7-crash-abcdef",
    )


def test_a_report_that_fails_does_not_keep_the_containers(flow):
    done = flow().start(conclude_run=[LEFT], report_run=[{"failed": {"reason": "comment refused"}}])
    assert done.report().untold == "comment refused"
    assert cleaned_up(done)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["delete_container_group", "report_run"])
def test_a_lost_step_is_repeated_beside_another(flow, where):
    started = flow()
    good = good_replies(started.run)[where]
    done = started.start(conclude_run=[LEFT], **{where: [{"raise": "lost"}, *good]})
    assert done.report().outcome == "completed"
    assert done.names.count(where) == 2


@pytest.mark.slow
def test_two_lost_steps_are_both_repeated(flow):
    started = flow()
    good = good_replies(started.run)
    lost = {name: [{"raise": "lost"}, *good[name]] for name in END[:-1]}
    done = started.start(conclude_run=[LEFT], **lost)
    assert done.report().outcome == "completed"


def test_both_of_two_steps_wait_for_services_that_are_busy(flow):
    started = flow()
    good, busy = good_replies(started.run), {"again": {"seconds": 0.1, "reason": "429", "steady": True}}
    replies = {name: [busy, *good[name]] for name in END[:-1]}
    done = started.start(conclude_run=[LEFT], **replies)
    assert done.report().outcome == "completed"
    assert [done.names.count(name) for name in replies] == [2, 2]


@pytest.mark.slow
def test_a_bug_in_an_activity_is_reported_too(flow):
    done = flow().start(publish_change=[{"raise": "boom"}])
    report = done.report()
    assert report.outcome == "failed"
    assert report.reason == UNEXPECTED.format(done.run.id)
    assert cleaned_up(done)


@pytest.mark.slow
def test_a_bug_in_the_report_does_not_keep_the_containers(flow):
    done = flow().start(
        create_container_group=[value(ENDED)], conclude_run=[LEFT], report_run=[{"raise": "boom"}]
    )
    assert done.report().untold == UNEXPECTED.format(done.run.id)
    assert list(dict.fromkeys(name for name in done.names if name in END)) == END


def test_the_containers_are_deleted_and_the_report_is_given_at_once(flow):
    started = flow().hold("delete_container_group").hold("report_run")
    done = started.start(create_container_group=[value(ENDED)], conclude_run=[LEFT])
    done.called("delete_container_group").called("report_run")  # neither waits for the other
    assert "finish_run" not in done.names
    done.let_go("report_run").let_go("delete_container_group")
    assert done.report().outcome == "failed"


def test_containers_do_not_wait_for_an_azure_devops_that_is_away(flow):
    started = flow()
    busy = {"again": {"seconds": 0.1, "reason": "503", "steady": True}}
    done = started.start(
        observe_run=[conclude(started.run)], conclude_run=[LEFT], report_run=[busy, busy, ECHO]
    )
    assert done.report().untold == ""
    assert {name: done.names.count(name) for name in END} == {**dict.fromkeys(END, 1), "report_run": 3}


def test_a_report_that_azure_devops_does_not_take_for_minutes_is_owed(flow):
    done = flow().start(create_container_group=[value(ENDED)], conclude_run=[LEFT], report_run=[AWAY])
    assert done.report().untold == "503"
    assert "suspend_run" not in done.names


@pytest.mark.parametrize(
    ("is_told", "is_deleted", "left"),
    [
        (False, True, ["report_run", "finish_run"]),
        (True, False, ["delete_container_group", "finish_run"]),
        (True, True, ["finish_run"]),
    ],
)
def test_what_was_done_of_an_end_is_not_done_again(flow, is_told, is_deleted, left):
    started = flow()
    told = m.RunReport(run=started.run, outcome="failed", reason="because") if is_told else None
    done = value(m.Concluded(report=told, is_deleted=is_deleted))
    started.start(observe_run=[conclude(started.run)], conclude_run=[done]).report()
    assert started.names == ["observe_run", "conclude_run", *left]


@pytest.mark.slow
def test_an_end_that_cannot_be_made_in_one_step_is_made_in_its_parts(flow):
    done = flow().start(create_container_group=[value(ENDED)], conclude_run=[{"raise": "boom"}])
    assert done.report().untold == ""
    assert [name for name in done.names if name in END][-1] == "finish_run"


def test_what_was_settled_earlier_is_what_is_recorded(flow):
    started = flow()
    earlier = m.RunReport(run=started.run, outcome="cancelled", reason="earlier")
    done = started.start(
        create_container_group=[value(ENDED)], conclude_run=[LEFT], report_run=[value(earlier)]
    )
    report = done.report()
    assert (report.outcome, report.reason) == ("cancelled", "earlier")


def test_containers_that_cannot_be_deleted_are_recorded(flow):
    done = flow().start(
        create_container_group=[value(ENDED)],
        conclude_run=[LEFT],
        delete_container_group=[{"failed": {"reason": "forbidden"}}],
    )
    report = done.report()
    assert (report.reason, report.untold) == ("because forbidden", "")


def test_both_ends_may_fail_and_the_run_is_finished(flow):
    refused = {
        name: [{"failed": {"reason": f"no {name}"}}] for name in ("delete_container_group", "report_run")
    }
    report = flow().start(create_container_group=[value(ENDED)], conclude_run=[LEFT], **refused).report()
    assert (report.reason, report.untold) == ("because no delete_container_group", "no report_run")


def test_a_pull_request_that_is_refused_keeps_branch_and_usage_in_the_report(flow):
    started = flow()
    used = result(started.run, usage=m.Usage(turns=3, output_tokens=5), seconds={"agent": 2.0})
    refused = [{"failed": {"reason": "no permission"}}]
    seen = m.Observation(next="publish", run=started.run, plan=plan(started.run), result=used)
    done = started.start(observe_run=[value(seen)], publish_change=[pushed()], create_pull_request=refused)
    report = done.report()
    assert (report.outcome, report.reason) == ("failed", "no permission")
    assert (report.branch, report.files) == ("autocoder/7-crash-abcdef", 1)
    assert (report.title, report.usage.turns, report.seconds) == ("Crash", 3, {"agent": 2.0})
    assert report.pull_request is None


def test_a_pull_request_that_cannot_be_opened_with_the_push_is_opened_alone(flow):
    busy = {"again": {"seconds": 0.1, "reason": "429", "steady": True}}
    opened = value(m.PullRequest(id=3, url="https://x/3"))
    done = flow().start(publish_change=[pushed()], create_pull_request=[busy, opened])
    assert done.report().pull_request.id == 3
    assert done.names.count("publish_change") == 1


def test_a_pull_request_that_is_refused_with_the_push_is_not_asked_for_again(flow):
    branch = m.PushedBranch(branch="autocoder/7-crash-abcdef", commit="2" * 40, files=())
    refused = value(m.Published(pushed=branch, refusal="no permission"))
    done = flow().start(publish_change=[refused])
    report = done.report()
    assert (report.outcome, report.reason, report.branch) == ("failed", "no permission", branch.branch)
    assert "create_pull_request" not in done.names


PENDING = m.PullRequest(
    id=3, url="https://x/3", warnings=("No Kim.",), pending={"The status": "The status was not added: 503."}
)


def test_a_part_that_could_not_be_added_to_a_pull_request_is_retried(flow):
    added = m.PullRequest(id=3, url="https://x/3", warnings=("No Kim.",))
    opened = pushed(pull_request=PENDING)
    done = flow().start(publish_change=[opened], add_to_pull_request=[value(added)])
    report = done.report()
    assert (report.outcome, report.pull_request) == ("completed", added)
    assert done.names.count("publish_change") == 1


@pytest.mark.parametrize(
    "busy",
    [
        {"again": {"seconds": 600, "reason": "sign in", "minutes": 50, "steady": True}},
        {"failed": {"reason": "it is a bug"}},
    ],
)
def test_a_part_that_can_never_be_added_to_a_pull_request_is_a_warning(flow, busy):
    done = flow().start(
        publish_change=[pushed()], create_pull_request=[value(PENDING)], add_to_pull_request=[busy]
    )
    report = done.report()
    assert (report.outcome, report.pull_request.id) == ("completed", 3)
    assert report.pull_request.warnings == ("No Kim.", "The status was not added: 503.")
    assert report.pull_request.pending == {}


def test_the_report_counts_the_checks_that_failed(flow):
    started = flow()
    checks = tuple(m.Verification(command="x", exit_code=code, seconds=1) for code in (0, 1, 2))
    started.start(observe_run=[publish(started.run, verification=checks)])
    assert started.report().failed_checks == 2


NOTHING = value(m.Observation(next="nothing"))


def test_a_run_without_a_place_ends_its_orchestration(flow):
    done = flow().start(prepare_run=[NOTHING]).over()
    assert done.names == ["observe_run", "prepare_run"]


def test_a_run_that_was_given_a_place_begins_when_it_is_started_anew(flow):
    started = flow()
    done = started.start(prepare_run=[NOTHING, launch(started.run)]).over()
    done.replies(observe_run=[begin(done.run)] * 2 + [publish(done.run)])
    assert done.begin().status_code == 202
    assert done.report().outcome == "completed"


def test_a_row_that_was_read_is_read_no_more(flow):
    started = flow()
    row = {"status": "queued", "etag": "1"}
    seen = m.Observation(next="begin", run=started.run, row=row, texts_apart=True)
    prepared = m.Observation(next="launch", run=started.run, plan=plan(started.run), row={**row, "etag": "2"})
    done = started.start(observe_run=[value(seen), publish(started.run)], prepare_run=[value(prepared)])
    done.report()
    (begun,), (launched,) = done.given("prepare_run"), done.given("create_container_group")
    assert (begun["row"]["etag"], launched["row"]["etag"]) == ("1", "2")


def test_a_push_that_fails_keeps_the_usage_in_the_report(flow):
    started = flow()
    done = started.start(
        observe_run=[publish(started.run, usage=m.Usage(turns=3))],
        publish_change=[{"failed": {"reason": "no permission"}}],
    )
    report = done.report()
    assert (report.outcome, report.branch, report.usage.turns) == ("failed", "", 3)
