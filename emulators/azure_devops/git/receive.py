"""Decides which ref updates of a push are refused, and rewrites Git's report about them.

Git itself refuses the updates: hidden refs and non-fast-forwards through its configuration for this push,
large files through a hook. Its reasons are then replaced by the messages of Azure Repos.
https://learn.microsoft.com/azure/devops/repos/git/limits
"""

from dataclasses import dataclass, field
from pathlib import Path

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.state import Identity, Repository, State
from emulators.azure_devops.git.pushes import RefUpdate
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.policy import models as policies
from emulators.azure_devops.storage.git_commands import ZERO, is_ref, is_sha

PROTECTED = (
    "TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch."
)
RESERVED = "TF402463: The ref is reserved and cannot be updated."
TOO_LARGE = (
    "VS403658: Push rejected because it includes at least one file that exceeds the maximum allowed size of "
    "{} bytes."
)
ATOMIC = "atomic push failure"
MAX_PACKET_BYTES = 65_520
MAX_COMMAND_BYTES = 1 << 20
HOOKS = Path(__file__).parent / "receive_hooks"


class ProtocolError(Exception):
    """The client violates the protocol of `git-receive-pack`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about a push: refused refs with reasons, and whether the others may rewrite history."""

    updates: tuple[RefUpdate, ...]
    refused: dict[str, str] = field(default_factory=dict)
    without_force: dict[str, str] = field(default_factory=dict)
    largest_file: int = 0

    def configuration(self) -> dict[str, str]:
        """Return the Git configuration that enforces the decision."""
        values = {"receive.autogc": "false", "receive.maxInputSize": str(5 << 30)}
        if self.without_force:
            values["receive.denyNonFastForwards"] = "true"
        if self.largest_file:
            values["core.hooksPath"] = str(HOOKS)
        return values

    def reason(self, ref: str, said: str) -> str:
        """Return the message of Azure Repos for the refusal of *ref*, for which git *said* its own reason."""
        if ref in self.refused:
            return self.refused[ref]
        if said == "non-fast-forward" and ref in self.without_force:
            return self.without_force[ref]
        if said == "pre-receive hook declined":
            return TOO_LARGE.format(self.largest_file)
        return said


def parse_commands(data: bytes) -> tuple[RefUpdate, ...] | None:
    """Return the ref updates at the start of a push, or None while *data* is incomplete.

    Raises `ProtocolError` when the client does not follow the protocol.
    """
    found: list[RefUpdate] = []
    position = 0
    while True:
        line, position = _packet(data, position)
        if position < 0:
            return None
        if line is None:
            return tuple(found)
        words = line.split(b"\0", 1)[0].rstrip(b"\n").split(b" ", 2)
        if words[0] in (b"shallow", b"push-cert"):
            if words[0] == b"push-cert":
                raise ProtocolError("Signed pushes are not supported.")
            continue
        parts = [word.decode(errors="replace") for word in words]
        if len(parts) != 3 or not is_sha(parts[0]) or not is_sha(parts[1]):
            raise ProtocolError("The Git protocol sent is not as expected.")
        found.append(RefUpdate(parts[2], parts[0], parts[1]))


def decide(
    state: State,
    repository: Repository,
    caller: Identity,
    updates: tuple[RefUpdate, ...],
    *,
    atomic: bool = False,
) -> Decision:
    """Return the decision on *updates*; an *atomic* push is accepted or refused as a whole."""
    decision = Decision(
        updates, largest_file=policies.largest_file(state, repository) or state.switches().largest_file_bytes
    )
    for update in updates:
        reason = _refusal(state, repository, caller, update)
        if reason:
            decision.refused[update.ref] = reason
        elif not permissions.may_git(state, caller, repository, "ForcePush", update.ref):
            decision.without_force[update.ref] = _missing("ForcePush", caller)
    if atomic and decision.refused:
        decision.refused.update({u.ref: ATOMIC for u in updates if u.ref not in decision.refused})
    return decision


def _refusal(state: State, repository: Repository, caller: Identity, update: RefUpdate) -> str:
    def may(permission: str) -> bool:
        return permissions.may_git(state, caller, repository, permission, update.ref)

    branch = update.ref.startswith("refs/heads/")
    if not is_ref(update.ref) or not (branch or update.ref.startswith(("refs/tags/", "refs/notes/"))):
        return RESERVED
    if not may("GenericContribute"):
        return _missing("GenericContribute", caller)
    protected = branch and update.old != ZERO and policies.is_protected(state, repository, update.ref)
    if protected and not may("PolicyExempt"):
        return PROTECTED
    needed = ""
    if update.new == ZERO:
        needed = "ForcePush"
    elif update.old == ZERO:
        needed = "CreateBranch" if branch else "CreateTag"
    return _missing(needed, caller) if needed and not may(needed) else ""


def rewrite(report: bytes, decision: Decision, *, side_band: bool) -> tuple[bytes, list[RefUpdate]]:
    """Return git's answer with its reasons replaced, and the updates that took effect."""
    if not side_band:
        return _rewrite_lines(report, decision)
    others, inner, position = b"", b"", 0
    while position < len(report):
        packet, position = _packet(report, position)
        if position < 0 or packet is None:
            break
        if packet[:1] == b"\x01":
            inner += packet[1:]
        else:
            others += packet_line(packet)
    lines, done = _rewrite_lines(inner, decision)
    chunks = [
        lines[start : start + MAX_PACKET_BYTES - 5] for start in range(0, len(lines), MAX_PACKET_BYTES - 5)
    ]
    return others + b"".join(packet_line(b"\x01" + chunk) for chunk in chunks) + b"0000", done


def _rewrite_lines(report: bytes, decision: Decision) -> tuple[bytes, list[RefUpdate]]:
    by_ref = {update.ref: update for update in decision.updates}
    lines: list[bytes] = []
    done: list[RefUpdate] = []
    position, failed = 0, False
    while position < len(report):
        line, position = _packet(report, position)
        if line is None:
            break
        kind, _, rest = line.decode(errors="replace").rstrip("\n").partition(" ")
        if kind == "ok" and rest in by_ref:
            done.append(by_ref[rest])
        if kind == "ng":
            ref, _, said = rest.partition(" ")
            failed = failed or said == "pre-receive hook declined"
            line = f"ng {ref} {decision.reason(ref, said)}\n".encode()
        lines.append(line)
    if failed and lines:
        lines[0] = b"unpack error\n"
    return (b"".join(map(packet_line, lines)) + b"0000" if report else b""), done


def packet_line(content: bytes) -> bytes:
    """Return *content* as one line of Git's packet protocol."""
    return f"{len(content) + 4:04x}".encode() + content


def _packet(data: bytes, position: int) -> tuple[bytes | None, int]:
    """Return the packet at *position* (None for a flush) and the next position; -1 when it is cut off."""
    head = data[position : position + 4]
    if len(head) < 4:
        return None, -1
    try:
        length = int(head, 16)
    except ValueError:
        raise ProtocolError("The Git protocol sent is not as expected.") from None
    if length < 4:
        return None, position + 4
    if len(data) < position + length:
        return None, -1
    return data[position + 4 : position + length], position + length


def _missing(permission: str, caller: Identity) -> str:
    return errors.git_permission_text(permission, caller.unique_name, "branch")
