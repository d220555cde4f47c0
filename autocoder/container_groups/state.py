"""What the state of a container group means for its run: pure.

https://learn.microsoft.com/azure/container-instances/container-state
"""

from datetime import datetime, timedelta

from autocoder.models import GroupSeen, Progress, Value

STARTING = ("Pending", "Creating")
DEAD = ("Failed", "Stopped", "Succeeded", "Terminated")
SUPERVISOR, AGENT, ENDED = "supervisor", "agent", "Terminated"
WAITED = timedelta(seconds=15)  # for the platform to start the container again, or for the agent's first word
OUT_OF_MEMORY = 137
KILLED_BY_PLATFORM = (7147, 7148)


class ContainerState(Value):
    """One container as the platform shows it."""

    name: str
    state: str = ""
    exit_code: int | None = None
    detail: str = ""


class GroupState(Value):
    """A container group as the platform shows it."""

    provisioning_state: str
    state: str = ""
    containers: tuple[ContainerState, ...] = ()
    events: tuple[str, ...] = ()


def judge_group(group: GroupState | None) -> GroupSeen:
    """Return whether the group starts, works, has ended, failed to start, or is gone (None).

    A group whose supervisor has ended has nothing more to tell, whatever else still runs in it.
    """
    if group is None:
        return GroupSeen(state="gone")
    if group.provisioning_state == "Failed":
        reason = "; ".join(group.events[-3:]) or _why(group) or "Azure gives no reason."
        return GroupSeen(state="failed", reason=f"The container group could not be started: {reason}"[:1_000])
    if group.state in DEAD or any(one.name == SUPERVISOR and one.state == ENDED for one in group.containers):
        return GroupSeen(state="ended", reason=_why(group))
    return GroupSeen(state="starting" if group.provisioning_state in STARTING else "working")


def agent_never_began(group: GroupState, progress: Progress | None, now: datetime) -> str:
    """Return why the agent's container ended before it did anything; an empty text when it did not.

    The supervisor cannot see this and waits as long as an image may take to be pulled. Its `progress.json`
    says `preparing` until the agent is seen to live; what ends it later is the supervisor's to find out.
    A clone that failed has no `progress.json`, and its result comes within moments.
    """
    ends = [one.exit_code for one in group.containers if one.name == AGENT and one.state == ENDED]
    if not ends or ends[0] is None or progress is None or progress.phase != "preparing":
        return ""
    if now - datetime.fromisoformat(progress.updated_at) < WAITED:
        return ""
    if ends[0] == 0:
        return "The agent could not start; its user must be able to write to the run's volumes."
    return f"The agent could not start; its image must have /bin/sh and glibc. {_why(group)}"


def _why(group: GroupState) -> str:
    """Return what ended the containers that did not end well."""
    return " ".join(_sentence(one) for one in group.containers if one.exit_code)[:1_000]


def _sentence(container: ContainerState) -> str:
    if container.exit_code == OUT_OF_MEMORY:
        return f"Container {container.name} ran out of memory; raise CONTAINER_MEMORY_GB."
    if container.exit_code in KILLED_BY_PLATFORM:
        return f"Container {container.name} was killed by the platform."
    detail = f" ({container.detail})" if container.detail else ""
    return f"Container {container.name} ended with exit code {container.exit_code}{detail}."
