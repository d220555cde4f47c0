"""What ends and what begins a look, and a run that waits without an orchestration."""

import pytest

from autocoder import models as m
from tests.orchestrators.conftest import begin, conclude, plan, publish, pushed, value, watch

FOREVER = 600  # seconds, of which no test has so many
ENDED = m.Ended(outcome="failed", reason="because")
AWAY = {"again": {"seconds": 600, "reason": "503", "minutes": 40}}
BEFORE_A_WAIT = ["prepare_run", "create_container_group"]
BEFORE_THE_END = ["publish_change", "conclude_run"]
A_DAY = 24 * 60


def waits(flow):
    """Wait until the orchestration of *flow* waits for a hint or for its next look."""
    flow.host.until(lambda: "TimerCreated" in flow.host.history(flow.run.id), "it waits")
    return flow


def test_the_next_look_comes_by_itself(flow):
    started = flow()
    looks = [watch(started.run)] * 3 + [publish(started.run)]
    assert started.start(observe_run=looks).report().outcome == "completed"
    assert started.names.count("observe_run") == 4


def test_a_hint_brings_the_next_look_forward(flow):
    started = flow()
    done = started.start(observe_run=[watch(started.run, FOREVER), publish(started.run)])
    assert waits(done).hint().report().outcome == "completed"


def test_a_hint_that_comes_during_a_look_brings_another_one(flow):
    started = flow().hold("observe_run")
    done = started.start(observe_run=[watch(started.run, FOREVER), publish(started.run)])
    done.called("observe_run").hint().let_go("observe_run")
    assert done.report().outcome == "completed"


@pytest.mark.parametrize("when", [*BEFORE_A_WAIT, *BEFORE_THE_END])
def test_a_hint_while_a_step_is_taken_loses_nothing_and_repeats_nothing(flow, when):
    done = flow().hold(when).start().called(when).hint().let_go(when)
    assert done.report().outcome == "completed"
    assert {name: done.names.count(name) for name in {*BEFORE_A_WAIT, *BEFORE_THE_END}} == dict.fromkeys(
        {*BEFORE_A_WAIT, *BEFORE_THE_END}, 1
    )


def test_many_hints_at_once_do_no_harm(flow):
    started = flow().hold("observe_run")
    done = started.start(observe_run=[watch(started.run, FOREVER), publish(started.run)])
    done.called("observe_run")
    for _ in range(20):
        done.hint()
    done.let_go("observe_run")
    assert done.report().outcome == "completed"
    assert done.names.count("publish_change") == 1


def test_a_generation_has_one_wait_however_often_the_run_is_looked_at(flow):
    once, often = flow(), flow()
    once.start(observe_run=[watch(once.run), watch(once.run, FOREVER)]).called("observe_run", 2)
    often.start(observe_run=[watch(often.run)] * 15 + [watch(often.run, FOREVER)]).called("observe_run", 16)
    histories = [one.host.history(waits(one).run.id) for one in (once, often)]
    assert histories[0] == histories[1]
    assert histories[1].count("TimerCreated") == 1
    assert "EventRaised" not in histories[1]
    for one in (once, often):
        one.replies(observe_run=[publish(one.run)])
        assert one.hint().report().outcome == "completed"


def test_a_start_of_a_run_that_has_an_orchestration_changes_nothing(flow):
    started = flow()
    done = waits(started.start(observe_run=[watch(started.run, FOREVER), publish(started.run)]))
    assert done.begin().status_code == 409
    assert done.names == ["observe_run"]
    assert done.hint().report().outcome == "completed"


def test_a_run_whose_orchestration_has_ended_is_started_anew_under_its_id(flow):
    started = flow()
    nothing = value(m.Observation(next="nothing"))
    done = started.start(observe_run=[nothing, publish(started.run)]).over()
    assert done.begin().status_code == 202
    assert done.report().outcome == "completed"


def test_an_orchestration_that_was_terminated_goes_on_where_the_record_says(flow):
    started = flow().hold("publish_change")
    done = started.start(observe_run=[publish(started.run)]).called("publish_change")
    done.host.hub("POST", f"/instances/{done.run.id}/terminate", params={"reason": "a test"})
    assert done.host.ended(done.run.id)["runtimeStatus"] == "Terminated"
    done.let_go("publish_change")
    assert done.begin().status_code == 202
    assert done.report().outcome == "completed"


@pytest.mark.parametrize(
    ("where", "minutes"),
    [
        ("prepare_run", 40),
        ("create_container_group", 40),
        ("publish_change", A_DAY),
        ("create_pull_request", A_DAY),
    ],
)
def test_a_service_that_is_away_for_minutes_is_waited_for_without_an_orchestration(flow, where, minutes):
    done = flow().start(**{"publish_change": [pushed()], where: [AWAY]}).over()
    (wait,) = done.given("suspend_run")
    assert (wait["run"]["id"], wait["reason"], wait["seconds"]) == (done.run.id, "503", 600)
    assert wait["minutes"] == minutes  # what was paid is worth a day
    assert "conclude_run" not in done.names


@pytest.mark.parametrize("where", ["prepare_run", "create_container_group", "publish_change"])
def test_a_run_that_has_waited_long_enough_ends(flow, where):
    done = flow().start(**{where: [AWAY]}, suspend_run=[value(ENDED)])
    report = done.report()
    assert (report.outcome, report.reason, report.branch) == ("failed", "because", "")


def test_a_run_that_has_waited_a_day_for_its_pull_request_keeps_its_branch(flow):
    away = {"publish_change": [pushed()], "create_pull_request": [AWAY]}
    report = flow().start(**away, suspend_run=[value(ENDED)]).report()
    assert (report.reason, report.branch, report.files) == ("because", "autocoder/7-crash-abcdef", 1)


def test_capacity_is_waited_for_as_long_as_the_settings_say(flow):
    none = {"again": {"seconds": 1440, "reason": "no room", "minutes": 240, "steady": True}}
    (wait,) = flow().start(create_container_group=[none]).over().given("suspend_run")
    assert (wait["seconds"], wait["minutes"]) == (1440, 240)


def test_a_run_that_waited_goes_on_when_it_is_started_anew(flow):
    started = flow()
    seen = value(m.Observation(next="launch", run=started.run, plan=plan(started.run)))
    looks = [begin(started.run), seen, publish(started.run)]
    done = started.start(observe_run=looks, create_container_group=[AWAY, value(None)]).over()
    assert done.begin().status_code == 202
    assert done.report().outcome == "completed"
    assert done.names.count("prepare_run") == 1


def test_a_waiting_run_that_was_cancelled_ends_when_it_is_started_anew(flow):
    started = flow()
    looks = [begin(started.run), conclude(started.run, "cancelled")]
    done = started.start(observe_run=looks, prepare_run=[AWAY]).over()
    assert done.begin().status_code == 202
    assert done.report().outcome == "cancelled"
    assert "create_container_group" not in done.names


@pytest.mark.parametrize("how", [None, ENDED])
def test_a_run_whose_record_says_that_it_waits_waits_or_ends(flow, how):
    started = flow()
    wait = m.Wait(run=started.run, reason="no room", since="2026-01-01T00:00:00+00:00", minutes=10)
    seen = m.Observation(next="wait", run=started.run, plan=plan(started.run), wait=wait)
    done = started.start(observe_run=[value(seen)], suspend_run=[value(how)]).over()
    assert done.given("suspend_run")[0]["reason"] == "no room"
    assert done.names.count("conclude_run") == (how is not None)


def test_a_platform_that_is_away_is_looked_at_again(flow):
    away = {"again": {"seconds": 0.05, "reason": "503", "minutes": 0, "steady": True}}
    started = flow()
    done = started.start(observe_run=[away, away, publish(started.run)])
    assert done.report().outcome == "completed"
    assert "suspend_run" not in done.names
