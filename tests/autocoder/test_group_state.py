import pytest

from autocoder.group_state import ContainerState, GroupState, judge_group


def group(provisioning="Succeeded", state="Running", *containers, events=()):
    return GroupState(provisioning_state=provisioning, state=state, containers=containers, events=events)


def ended(name, code=0, detail="Completed"):
    return ContainerState(name=name, state="Terminated", exit_code=code, detail=detail)


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
    ],
)
def test_what_a_state_means_for_the_run(seen, state):
    assert judge_group(seen).state == state


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (group("Failed", "", events=("no quota",)), "could not be started: no quota"),
        (group("Failed", "", ended("clone", 1, "Error")), "Container clone ended with exit code 1 Error."),
        (group("Failed", ""), "Azure gives no reason."),
        (group("Succeeded", "Failed", ended("supervisor", 137, "OOMKilled")), "ran out of memory"),
        (group("Succeeded", "Failed", ended("agent", 7147)), "killed by the platform"),
    ],
)
def test_says_what_the_platform_says(seen, words):
    assert words in judge_group(seen).reason
