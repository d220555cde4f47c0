"""Attachments: files that work items and comments refer to, each stored under its own id.

https://learn.microsoft.com/rest/api/azure/devops/wit/attachments
"""

import re
from urllib.parse import quote

from emulators.azure_devops.core.state import JSON, Identity, Project, State, new_id

MAX_ATTACHMENT_BYTES = (
    60 << 20
)  # https://learn.microsoft.com/azure/devops/organizations/settings/work/object-limits
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def keep(state: State, name: str, content: bytes, by: Identity) -> str:
    """Store a file and return its id."""
    attachment = new_id()
    (state.attachments / attachment).write_bytes(content)
    state.store.put("attachment", attachment, {"name": name, "by": by.id, "size": len(content)})
    return attachment


def find(state: State, attachment: str) -> JSON | None:
    """Return `{name, by, size}` of an attachment, or None when there is none with that id."""
    return state.store.get("attachment", attachment) if _GUID.fullmatch(attachment) else None


def read(state: State, attachment: str) -> bytes:
    """Return the content of an attachment that `find` knows."""
    return (state.attachments / attachment).read_bytes()


def api_url(url: str, project: Project | None, attachment: str, name: str) -> str:
    """Return the address of an attachment in the REST API; *url* is that of the organisation."""
    scope = f"{url}/{project.id}" if project else url
    address = f"{scope}/_apis/wit/attachments/{attachment}"
    return f"{address}?fileName={quote(name)}" if name else address
