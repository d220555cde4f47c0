"""The meaning of a container group's state for its run, without I/O.

https://learn.microsoft.com/azure/container-instances/container-state
"""

from datetime import datetime, timedelta

from autocoder.models import GroupVerdict, Progress, Value

STARTING = ("Pending", "Creating")
MOVING = ("Repairing", "Updating")  # the platform restarts the containers, or moves the group
DEAD = ("Failed", "Stopped", "Succeeded", "Terminated")
SUPERVISOR, AGENT, RUNNING, ENDED = "supervisor", "agent", "Running", "Terminated"
MAX_SILENCE = timedelta(minutes=5)  # a supervisor tells its progress every minute, even if there is none
GRACE = timedelta(seconds=15)  # for a restart by the platform, or for the agent's first sign of life
KILLED, OUT_OF_MEMORY = 137, "OOMKilled"
KILLED_BY_PLATFORM = (7147, 7148)


class ContainerState(Value):
    """One container as Azure reports it."""

    name: str
    state: str = ""
    exit_code: int | None = None
    detail: str = ""


class GroupState(Value):
    """A container group as Azure reports it."""

    provisioning_state: str
    state: str = ""
    containers: tuple[ContainerState, ...] = ()
    events: tuple[str, ...] = ()


def judge_group(group: GroupState | None, progress: Progress | None, now: datetime) -> GroupVerdict:
    """Return whether the group is starting, working, ended, failed to start, or gone (None).

    A group that works has a supervisor that runs, whatever Azure calls the group; it has ended when its
    supervisor has, whatever else still runs in it. While a group starts or moves, its containers say nothing.
    Azure may keep the state of a container whose group is dead, so there only recent *progress* shows that
    its supervisor runs.
    """
    if group is None:
        return GroupVerdict(state="gone")
    if group.provisioning_state in STARTING:
        return GroupVerdict(state="starting", reason="; ".join(group.events[-3:])[:1_000])
    supervisor = next((one.state for one in group.containers if one.name == SUPERVISOR), "")
    is_dead = group.provisioning_state == "Failed" or group.state in DEAD
    runs = supervisor == RUNNING and (not is_dead or _is_recent(progress, now))
    if runs or group.provisioning_state in MOVING:
        return GroupVerdict(state="working")
    if group.provisioning_state == "Failed":
        return GroupVerdict(state="failed", reason=("; ".join(group.events[-3:]) or _why(group))[:1_000])
    if group.state in DEAD or supervisor == ENDED:
        return GroupVerdict(state="ended", reason=_why(group))
    return GroupVerdict(state="working")


def agent_start_failure(group: GroupState, progress: Progress | None, now: datetime) -> str:
    """Return why the agent's container ended before the agent began; an empty text if it did not.

    The supervisor cannot see this and would wait for as long as pulling an image may take. Its
    `progress.json` says `preparing` until the agent shows a sign of life; the supervisor itself handles any
    later end. After a failed clone there is no `progress.json`, and the result follows at once.
    """
    ends = [one.exit_code for one in group.containers if one.name == AGENT and one.state == ENDED]
    if not ends or ends[0] is None or progress is None or progress.phase != "preparing":
        return ""
    if now - datetime.fromisoformat(progress.updated_at) < GRACE:
        return ""
    if ends[0] == 0:
        return "The agent could not start; its user must be able to write to the run's volumes."
    return f"The agent could not start; its image must have /bin/sh and glibc. {_why(group)}"


def _is_recent(progress: Progress | None, now: datetime) -> bool:
    return progress is not None and now - datetime.fromisoformat(progress.updated_at) <= MAX_SILENCE


def _why(group: GroupState) -> str:
    """Return why the failed containers ended."""
    return " ".join(_sentence(one) for one in group.containers if one.exit_code)[:1_000]


def _sentence(container: ContainerState) -> str:
    if container.exit_code == KILLED and container.detail == OUT_OF_MEMORY:
        return f"Container {container.name} ran out of memory; raise CONTAINER_MEMORY_GB."
    if container.exit_code in KILLED_BY_PLATFORM:
        return f"Container {container.name} was killed by the platform."
    detail = f" ({container.detail})" if container.detail else ""
    return f"Container {container.name} ended with exit code {container.exit_code}{detail}."
