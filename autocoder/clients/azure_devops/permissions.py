"""Identities with their groups, and access control lists.

The permission APIs evaluate only the caller, so the permissions of others are read from the lists:
https://learn.microsoft.com/rest/api/azure/devops/security/access-control-lists/query
"""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from autocoder.clients.azure_devops.protocol import rows
from autocoder.clients.azure_devops.session import Session
from autocoder.errors import UnexpectedAnswer
from autocoder.requests.requesters import AccessEntry, Identity, allows, is_member

GIT_REPOSITORIES = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"
IDENTITIES_HOST = "vssps.dev.azure.com"  # of the hosted service
MAX_DESCRIPTORS_LENGTH = 1_500  # encoded; the service answers 404 to a query string over 2,048 characters


def git_token(project_id: str, repository_id: str) -> str:
    """Return the security token of a repository, under which its permissions are kept."""
    return f"repoV2/{project_id}/{repository_id}"


@dataclass(frozen=True)
class Permissions:
    """The identities and permissions of one organisation."""

    session: Session

    def identity(self, identity_id: str) -> Identity | None:
        """Return the active identity with its direct and indirect groups, or None when it is unknown."""
        query = {"identityIds": identity_id, "queryMembership": "expandedUp"}
        return _first(self._identities(query))

    def group(self, name: str) -> Identity | None:
        r"""Return the group *name*, such as `[Fabrikam]\Contributors`, or None when it does not exist."""
        return _first(self._identities({"searchFilter": "General", "filterValue": name}))

    def is_in_group(self, identity: Identity, name: str) -> bool:
        """Whether *identity* is in the group *name*; False when the group does not exist."""
        return is_member(identity, self.group(name))

    def has_permission(self, identity: Identity, project_id: str, repository_id: str, bit: int) -> bool:
        """Whether the repository's access control list allows *bit* to *identity*."""
        return allows(self.git_entries(project_id, repository_id, identity), bit)

    def git_entries(self, project_id: str, repository_id: str, identity: Identity) -> tuple[AccessEntry, ...]:
        """Return the repository's entries, inherited ones included, for *identity* and each of its groups."""
        token = git_token(project_id, repository_id)
        return tuple(
            entry
            for descriptors in _batches((identity.descriptor, *identity.groups))
            for entry in self._entries(token, descriptors)
        )

    def _entries(self, token: str, descriptors: str) -> Iterator[AccessEntry]:
        query = {"token": token, "descriptors": descriptors, "includeExtendedInfo": "true"}
        answer = self.session.json("GET", "_apis/accesscontrollists", GIT_REPOSITORIES, query=query)
        for row in rows(answer):
            yield from map(_entry, (row.get("acesDictionary") or {}).values())

    def _identities(self, query: dict[str, str]) -> Any:
        parts = urlsplit(self.session.organization_url)
        hosted = parts.hostname == "dev.azure.com"
        url = parts._replace(netloc=IDENTITIES_HOST).geturl() if hosted else parts.geturl()
        session = dataclasses.replace(self.session, organization_url=url)
        return session.json("GET", "_apis/identities", query=query)


def _batches(descriptors: Iterable[str]) -> Iterator[str]:
    """Yield *descriptors* joined by commas, in parts that fit a query string."""
    part: list[str] = []
    length = 0
    for descriptor in descriptors:
        size = len(quote(descriptor, safe="")) + len("%2C")
        if part and length + size > MAX_DESCRIPTORS_LENGTH:
            yield ",".join(part)
            part, length = [], 0
        part.append(descriptor)
        length += size
    if part:
        yield ",".join(part)


def _first(answer: Any) -> Identity | None:
    """Return the only identity in *answer*; None when there are none or several."""
    value = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(value, list):
        raise UnexpectedAnswer("Azure DevOps did not return a list of identities.")
    found = [row for row in value if isinstance(row, dict) and row.get("isActive", True)]
    if len(found) != 1 or not isinstance(found[0].get("descriptor"), str):
        return None
    groups = found[0].get("memberOf") or ()
    return Identity(
        id=str(found[0].get("id", "")),
        name=str(found[0].get("providerDisplayName", "")),
        descriptor=found[0]["descriptor"],
        groups=tuple(str(group) for group in groups),
    )


def _entry(row: Any) -> AccessEntry:
    extended = row.get("extendedInfo") or {}
    allow = _bits(row, "allow") | _bits(extended, "effectiveAllow") | _bits(extended, "inheritedAllow")
    deny = _bits(row, "deny") | _bits(extended, "effectiveDeny") | _bits(extended, "inheritedDeny")
    return AccessEntry(allow=allow, deny=deny)


def _bits(row: dict[str, Any], name: str) -> int:
    value = row.get(name) or 0
    if not isinstance(value, int):
        raise UnexpectedAnswer("Azure DevOps returned an access control list that is not valid.")
    return value
