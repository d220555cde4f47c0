"""The worker dies in a turn: what the extension makes of it, and the control route that brings it about."""

import pytest

from emulators.functions_host.durable.management.worker_death_control import PATH

LOST = (
    "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
    "an activity task with sequence ID 0 and name 'echo_activity' (version ''), "
    "but the current replay execution hasn't (yet?) scheduled this task. "
    "Was a change made to the orchestrator code after this instance had already started running?"
)


@pytest.fixture
def mortal(own_host):
    return own_host(FUNCTIONS_HOST_WORKER_DEATHS="true").start()


def waiting(host, id_):
    host.begin("activity_then_event", id_=id_)
    host.until(lambda: "TaskCompleted" in host.history(id_), "the activity ended")


def test_the_route_is_refused_without_the_setting(host):
    answer = host.http.post(PATH, json={"orchestrator": "chain"})
    assert answer.status_code == 403
    assert "FUNCTIONS_HOST_WORKER_DEATHS" in answer.json()["error"]
    assert host.output("chain", 1) == 7


def test_an_instance_whose_worker_dies_fails_and_is_healed_by_a_rewind(mortal):
    waiting(mortal, "one")
    waiting(mortal, "other")
    death = {"instanceId": "one", "orchestrator": "", "times": 1}
    assert mortal.http.post(PATH, json={"instanceId": "one"}).json() == {"deaths": [death]}
    for id_ in ("one", "other"):
        mortal.send(id_, "go", "now")
    assert mortal.ended("one")["output"] == LOST
    assert mortal.ended("other")["output"] == ["first", "now"]
    assert mortal.http.get(PATH).json() == {"deaths": []}
    assert mortal.hub("POST", "/instances/one/rewind").status_code == 202
    mortal.has_status("one", "Completed")
    assert mortal.status("one")["output"] == ["first", "now"]


def test_a_start_with_the_same_id_heals_it_too(mortal):
    waiting(mortal, "one")
    mortal.http.post(PATH, json={"orchestrator": "activity_then_event"})
    mortal.send("one", "go")
    assert mortal.ended("one")["output"] == LOST
    waiting(mortal, "one")
    mortal.send("one", "go", "now")
    assert mortal.ended("one")["output"] == ["first", "now"]


def test_a_death_in_the_first_turn_shows_the_exit(mortal):
    mortal.http.post(PATH, json={"orchestrator": "chain", "times": 2})
    for _ in range(2):
        assert mortal.run("chain", 1)["output"] == (
            "Orchestrator function 'chain' failed: One or more errors occurred. "
            "(python exited with code 137 (0x89))"
        )
    assert mortal.output("chain", 1) == 7


def test_deaths_are_forgotten(mortal):
    mortal.http.post(PATH, json={"orchestrator": "chain"})
    assert mortal.http.delete(PATH).json() == {"deaths": []}
    assert mortal.output("chain", 1) == 7


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"times": 1},
        {"orchestrator": "chain", "times": 0},
        {"orchestrator": "chain", "times": True},
        {"orchestrator": 1},
        {"orchestrator": "chain", "more": 1},
    ],
)
def test_other_bodies_are_refused(mortal, body):
    answer = mortal.http.post(PATH, json=body)
    assert (answer.status_code, answer.json()["error"].split(":")[0]) == (400, "not a worker's death")


def test_the_route_answers_only_this_machine(mortal):
    assert mortal.http.get(PATH, headers={"Host": "rebound.example"}).status_code == 403
