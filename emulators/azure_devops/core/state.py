"""The state of the emulator: organisations, projects, repositories and identities.

https://learn.microsoft.com/rest/api/azure/devops/core
"""

import base64
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from emulators.azure_devops.core import errors
from emulators.azure_devops.storage.documents import JSON, Store

Process = Literal["Agile", "Scrum", "Basic", "CMMI"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, an application (service principal) or a group; the descriptor is what access lists name."""

    id: str
    display_name: str
    unique_name: str
    kind: Literal["user", "servicePrincipal", "group"] = "user"

    @property
    def descriptor(self) -> str:
        """The descriptor in access control entries."""
        if self.kind == "group":
            return f"Microsoft.TeamFoundation.Identity;{self._security_id}"
        if self.kind == "servicePrincipal":
            return f"Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;{self.id}"
        return f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{self.unique_name}"

    @property
    def subject(self) -> str:
        """The descriptor in the graph and in identity references."""
        prefix = {"group": "vssgp", "servicePrincipal": "aadsp", "user": "aad"}[self.kind]
        named = self._security_id if self.kind == "group" else self.id
        return f"{prefix}.{base64.urlsafe_b64encode(named.encode()).decode().rstrip('=')}"

    @property
    def _security_id(self) -> str:
        """The security identifier of a group, as long as real ones, whose parts have up to ten digits."""
        digest = hashlib.sha256(self.id.encode()).digest()
        parts = [int.from_bytes(digest[at : at + 4], "big") | 1 << 30 for at in range(0, 28, 4)]
        return "-".join(map(str, ("S-1-9-1551374245", *parts[:3], 1, *parts[3:])))

    @property
    def signature(self) -> str:
        """Its name in events of version 1.0 and in commits: `Name <address>`."""
        return f"{self.display_name} <{self.unique_name}>"


@dataclass(frozen=True, slots=True)
class Project:
    """A team project and the process its work items follow."""

    id: str
    name: str
    organization: str
    process: Process
    description: str = ""
    created: str = ""

    @property
    def area_node(self) -> str:
        """The id of its root area, at which permissions on work items are set."""
        return str(uuid.uuid5(uuid.UUID(self.id), "area"))


@dataclass(frozen=True, slots=True)
class Repository:
    """A Git repository; its folder is named after the id."""

    id: str
    name: str
    project_id: str
    default_branch: str = "refs/heads/main"


@dataclass(frozen=True, slots=True)
class Switches:
    """Switches of the emulator that tests may change."""

    link_work_items: bool = True
    hook_seconds_scale: float = 1.0
    largest_file_bytes: int = 0
    extension_evaluates_permissions: bool = True


@dataclass(slots=True)
class State:
    """All persistent state, under one folder."""

    folder: Path
    tokens: Path
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.repositories.mkdir(exist_ok=True)
        self.attachments.mkdir(exist_ok=True)
        self.store = Store(self.folder / "azure_devops.sqlite")

    @property
    def repositories(self) -> Path:
        """The folder of the bare repositories."""
        return self.folder / "repositories"

    @property
    def attachments(self) -> Path:
        """The folder of attached files, each named by its id."""
        return self.folder / "attachments"

    def switches(self) -> Switches:
        """Return the current switches."""
        return Switches(**(self.store.get("switches", "all") or {}))

    # -- identities ---------------------------------------------------------------------------------------

    def add_identity(self, identity: Identity) -> Identity:
        """Save an identity, replacing any with the same id."""
        self.store.put("identity", identity.id, asdict(identity))
        return identity

    def identity(self, identity_id: str) -> Identity | None:
        """Return the identity with that id, or None."""
        body = self.store.get("identity", identity_id.lower())
        return None if body is None else Identity(**body)

    def identities(self) -> list[Identity]:
        """Return all identities, groups included."""
        return [Identity(**body) for body in self.store.all("identity")]

    def find_identity(self, words: str) -> Identity | None:
        """Return the identity with that id, address, descriptor or display name, or None."""
        wanted = words.casefold()
        for identity in self.identities():
            names = (identity.id, identity.unique_name, identity.descriptor, identity.subject)
            if wanted in {name.casefold() for name in (*names, identity.display_name, identity.signature)}:
                return identity
        return None

    # -- projects and repositories ------------------------------------------------------------------------

    def organizations(self) -> list[str]:
        """Return the names of the organisations, oldest first."""
        return [body["name"] for body in self.store.all("organization")]

    def organization(self, name: str) -> str | None:
        """Return the organisation's name as it was created; *name* matches in any case."""
        return next((known for known in self.organizations() if known.lower() == name.lower()), None)

    def organization_id(self, name: str) -> str:
        """Return the id of the organisation (its collection)."""
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, name.lower()))

    def add_project(self, project: Project) -> Project:
        """Save a project, and its organisation with it."""
        with self.store.transaction():
            self.store.put("organization", project.organization.lower(), {"name": project.organization})
            self.store.put("project", project.id, asdict(project))
        return project

    def projects(self, organization: str | None = None) -> list[Project]:
        """Return the projects (of one organisation)."""
        found = [Project(**body) for body in self.store.all("project")]
        return [p for p in found if organization is None or p.organization.lower() == organization.lower()]

    def project(self, organization: str, name_or_id: str) -> Project:
        """Return a project by name or id, in any case; raises 404 TF200016."""
        wanted = name_or_id.lower()
        for project in self.projects(organization):
            if wanted in (project.id, project.name.lower()):
                return project
        raise errors.project_missing(name_or_id)

    def project_of(self, project_id: str) -> Project:
        """Return the project with that id, which must exist."""
        return Project(**self._known("project", project_id))

    def add_repository(self, repository: Repository) -> Repository:
        """Save a repository, replacing any with the same id."""
        self.store.put("repository", repository.id, asdict(repository), parent=repository.project_id)
        return repository

    def repositories_of(self, projects: list[Project]) -> Iterator[Repository]:
        """Return the repositories of *projects*."""
        for project in projects:
            for body in self.store.all("repository", parent=project.id):
                yield Repository(**body)

    def repository(self, organization: str, project: Project | None, name_or_id: str) -> Repository:
        """Return a repository by id, or by name within a project; raises 404 TF401019."""
        wanted = name_or_id.lower()
        projects = [project] if project is not None else self.projects(organization)
        for repository in self.repositories_of(projects):
            by_name = project is not None and repository.name.lower() == wanted
            if repository.id == wanted or by_name:
                return repository
        raise errors.repository_missing(name_or_id)

    def path_of(self, repository: Repository) -> Path:
        """Return the folder of the bare repository."""
        return self.repositories / f"{repository.id}.git"

    def _known(self, kind: str, key: str) -> dict[str, Any]:
        body = self.store.get(kind, key)
        if body is None:
            raise LookupError(f"{kind} {key} does not exist")
        return body


def now() -> str:
    """Return the current time as the service writes it: UTC, milliseconds, `Z`."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Return a fresh GUID."""
    return str(uuid.uuid4())


__all__ = ["JSON", "Identity", "Process", "Project", "Repository", "State", "Switches", "new_id", "now"]
