"""Why a person who uses the extension's pages is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Denial:
    """A refusal at the door: HTTP status, code, and a message that says what is wrong and what to do."""

    status: int
    code: str
    message: str


def not_signed_in(message: str) -> Denial:
    """Return the refusal of a caller who is not signed in."""
    return Denial(401, "not_signed_in", message)


def not_visible(work_item_id: int, project: str) -> Denial:
    """Return the refusal of a person who may not see the work item, or of one that does not exist."""
    message = (
        f"Work item {work_item_id} does not exist in {project}, or you may not see it. "
        "Check its number, and ask for the permission to view work items in this node."
    )
    return Denial(403, "not_visible", message)


def not_contributor(repository: str) -> Denial:
    """Return the refusal of a person who may not contribute to *repository*."""
    message = (
        f"You may not contribute to {repository}, or this repository does not exist. "
        "Check its name, and ask for the permission Contribute there."
    )
    return Denial(403, "not_contributor", message)


def not_in_group() -> Denial:
    """Return the refusal of a person who is not in the group that may start runs."""
    message = "You are not a member of the group that may start runs (ALLOWED_REQUESTERS_GROUP)."
    return Denial(403, "not_allowed", message)
