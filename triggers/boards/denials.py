"""The answers to people in Azure Boards who are not signed in, or who lack a permission."""

from triggers.answers import BadRequest, error


def not_signed_in(message: str) -> BadRequest:
    """Return the answer to a caller who is not signed in."""
    return BadRequest(error(401, "not_signed_in", message))


def not_visible(work_item_id: int, project: str = "") -> BadRequest:
    """Return the answer to a person who may not see a work item, or to whom it is not in *project*."""
    place = f" in {project}" if project else ""
    message = (
        f"Work item {work_item_id} does not exist{place}, or you may not see it. "
        "Check its number and its project, and ask for the permission to view work items in its area."
    )
    return _forbidden("not_visible", message)


def project_not_visible(project: str) -> BadRequest:
    """Return the answer to a person who may not see *project*, or if there is none."""
    message = (
        f"The project {project} does not exist, or you may not see it. "
        "Check its name, and ask for the permission to view project-level information."
    )
    return _forbidden("not_visible", message)


def not_reader(repository: str) -> BadRequest:
    """Return the answer to a person who may not read *repository*, or if there is none."""
    return _forbidden("not_reader", _lacks("read", repository, "Read"))


def not_contributor(repository: str) -> BadRequest:
    """Return the answer to a person who may not contribute to *repository*, or if there is none."""
    return _forbidden("not_contributor", _lacks("contribute to", repository, "Contribute"))


def not_in_group() -> BadRequest:
    """Return the answer to a person who is not in the group whose members may start runs."""
    message = "You are not a member of the group that may start runs (ALLOWED_REQUESTERS_GROUP)."
    return _forbidden("not_allowed", message)


def _lacks(what: str, repository: str, permission: str) -> str:
    return (
        f"You may not {what} {repository}, or this repository does not exist. "
        f"Check its name, and ask for the permission {permission} there."
    )


def _forbidden(code: str, message: str) -> BadRequest:
    return BadRequest(error(403, code, message))
