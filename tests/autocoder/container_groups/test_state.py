from datetime import UTC, datetime, timedelta

import pytest

from autocoder.container_groups.state import ContainerState, GroupState, agent_start_failure, judge_group
from autocoder.models import Progress

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def group(provisioning="Succeeded", state="Running", *containers, events=()):
    return GroupState(provisioning_state=provisioning, state=state, containers=containers, events=events)


def ended(name, code=0, detail="Completed"):
    return ContainerState(name=name, state="Terminated", exit_code=code, detail=detail)


def running(name):
    return ContainerState(name=name, state="Running")


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (None, "gone"),
        (group("Pending", "Pending"), "starting"),
        (group("Creating", ""), "starting"),
        (group("Succeeded", "Running"), "working"),
        (group("Repairing", "Repairing"), "working"),
        (group("Unhealthy", "Running"), "working"),
        (group("Succeeded", "Succeeded"), "ended"),
        (group("Succeeded", "Failed"), "ended"),
        (group("Succeeded", "Stopped"), "ended"),
        (group("Failed", ""), "failed"),
        (group("Succeeded", "Running", ended("agent")), "working"),
        (group("Succeeded", "Running", ended("agent", 137)), "working"),
        (group("Succeeded", "Running", ended("supervisor")), "ended"),
        (group("Repairing", "Repairing", ended("supervisor", 137)), "working"),
        (group("Updating", "Running", ended("supervisor", 137)), "working"),
        (group("Pending", "Pending", ended("supervisor", 137)), "starting"),
        (group("Creating", "Creating", ended("supervisor", 137)), "starting"),
        (group("Failed", "Failed", ended("supervisor", 1)), "failed"),
    ],
)
def test_each_state_of_a_group_has_its_verdict(seen, state):
    assert judge_group(seen, None, NOW).state == state


DEAD = [
    (group("Failed", "Failed", running("supervisor"), ended("agent", 1)), "failed"),
    (group("Succeeded", "Failed", running("supervisor"), ended("agent", 1)), "ended"),
    (group("Succeeded", "Stopped", running("supervisor")), "ended"),
]


@pytest.mark.parametrize(("seen", "state"), DEAD)
@pytest.mark.parametrize("seconds_ago", [0, 299, 301, None])
def test_the_supervisor_of_a_dead_group_runs_as_long_as_it_tells_its_progress(seen, state, seconds_ago):
    progress = None if seconds_ago is None else told("running", seconds_ago)
    is_recent = seconds_ago is not None and seconds_ago < 300
    assert judge_group(seen, progress, NOW).state == ("working" if is_recent else state)


def test_a_quiet_supervisor_of_a_healthy_group_runs():
    assert judge_group(group("Succeeded", "Running", running("supervisor")), None, NOW).state == "working"


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (group("Failed", "", events=("no quota",)), "no quota"),
        (group("Failed", "", ended("clone", 1, "Error")), "Container clone ended with exit code 1 (Error)."),
        (group("Succeeded", "Failed", ended("supervisor", 137, "OOMKilled")), "ran out of memory"),
        (group("Succeeded", "Failed", ended("supervisor", 137, "Error")), "exit code 137 (Error)"),
        (group("Succeeded", "Failed", ended("agent", 7147)), "killed by the platform"),
        (
            group("Creating", "", events=("Failed to pull image", "Back-off")),
            "Failed to pull image; Back-off",
        ),
    ],
)
def test_gives_the_platforms_reason(seen, words):
    assert words in judge_group(seen, None, NOW).reason


def told(phase, seconds_ago):
    return Progress(phase=phase, updated_at=(NOW - timedelta(seconds=seconds_ago)).isoformat())


def test_an_agent_that_could_not_start_is_reported():
    dead = group("Succeeded", "Running", ended("agent", 127, "Error"))
    reason = agent_start_failure(dead, told("preparing", 30), NOW)
    assert "could not start" in reason
    assert "Container agent ended with exit code 127 (Error)." in reason


def test_an_agent_that_exits_with_0_before_it_begins_is_reported():
    reason = agent_start_failure(group("Succeeded", "Running", ended("agent", 0)), told("preparing", 30), NOW)
    assert "could not start" in reason
    assert "write to the run's volumes" in reason


@pytest.mark.parametrize(
    ("containers", "progress"),
    [
        ((ended("agent", 127),), told("preparing", 5)),
        ((ended("agent", 137),), told("running", 60)),
        ((ended("agent", 127),), None),
        ((ended("agent", 0),), told("preparing", 5)),
        ((ended("agent", 0),), told("running", 60)),
        ((ended("agent", 0),), None),  # a clone that failed: the supervisor is about to report it
        ((ContainerState(name="agent", state="Terminated"),), told("preparing", 60)),
        ((ContainerState(name="agent", state="Waiting", exit_code=1),), told("preparing", 60)),
        ((ended("verify", 1),), told("preparing", 60)),
    ],
)
def test_an_agent_that_has_begun_or_may_still_begin_is_left_to_the_supervisor(containers, progress):
    assert agent_start_failure(group("Succeeded", "Running", *containers), progress, NOW) == ""
