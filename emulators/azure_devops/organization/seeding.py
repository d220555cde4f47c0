"""The identities, groups and permissions that a new organisation and a new project have.

Default permissions: https://learn.microsoft.com/azure/devops/organizations/security/permissions-access
"""

import uuid

from emulators import identities
from emulators.azure_devops.core.state import Identity, Process, Project, Repository, State, new_id, now
from emulators.azure_devops.organization import permissions as may

APP = Identity(identities.APP.client_id, "Autocoder", identities.APP.client_id, "servicePrincipal")
READER = Identity(
    identities.READER.client_id, "Autocoder reader", identities.READER.client_id, "servicePrincipal"
)
# the people of Microsoft's own samples
ADMINISTRATOR = Identity(
    "d6245f20-2af8-44f4-9451-8107cb2767db", "Normal Paulk", "fabrikamfiber16@hotmail.com"
)
CONTRIBUTOR = Identity("54d125f7-69f7-4191-904f-c5b96b6261c8", "Jamal Hartnett", "fabrikamfiber4@hotmail.com")
VISITOR = Identity("8c8c7d32-6b1b-47f4-b2e9-30b477b5ab3d", "Chuck Reinhart", "fabrikamfiber3@hotmail.com")
COLLECTION_ADMINISTRATORS = "Project Collection Administrators"
EVERYBODY = (APP, READER, ADMINISTRATOR, CONTRIBUTOR, VISITOR)


def seed_identities(state: State) -> None:
    """Create the identities of every organisation, unless they exist."""
    with state.store.transaction():
        for identity in EVERYBODY:
            if state.identity(identity.id) is None:
                state.add_identity(identity)


def group(state: State, scope: str, name: str) -> Identity:
    r"""Return the group `[scope]\name`; creates it if it does not exist."""
    full = f"[{scope}]\\{name}"
    found = state.identity(str(uuid.uuid5(uuid.NAMESPACE_DNS, full.lower())))
    if found is not None:
        return found
    group_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, full.lower()))
    return state.add_identity(
        Identity(group_id, full, f"vstfs:///Framework/Generic/{group_id}\\{name}", "group")
    )


def create_project(
    state: State, organization: str, name: str, process: Process = "Agile", description: str = ""
) -> Project:
    """Create a project with its groups and members, or return the existing one with that name."""
    for known in state.projects(organization):
        if known.name.lower() == name.lower():
            return known
    organization = state.organization(organization) or organization
    with state.store.transaction():
        project = state.add_project(Project(new_id(), name, organization, process, description, now()))
        _seed_members(state, project)
        _seed_permissions(state, project)
    return project


def administrators(state: State, project: Project) -> tuple[Identity, Identity]:
    """Return the groups that administer *project*: those of its organisation and its own."""
    return (
        group(state, project.organization, COLLECTION_ADMINISTRATORS),
        group(state, project.name, "Project Administrators"),
    )


def create_repository(state: State, project: Project, name: str) -> Repository:
    """Record a new repository of *project*; `git_commands.create` creates its folder."""
    return state.add_repository(Repository(new_id(), name, project.id))


def _seed_members(state: State, project: Project) -> None:
    contributors = group(state, project.name, "Contributors")
    may.join(state, APP, contributors)
    may.join(state, CONTRIBUTOR, contributors)
    may.join(state, VISITOR, group(state, project.name, "Readers"))
    may.join(state, ADMINISTRATOR, group(state, project.organization, COLLECTION_ADMINISTRATORS))


def _seed_permissions(state: State, project: Project) -> None:
    contributors = group(state, project.name, "Contributors")
    readers = group(state, project.name, "Readers")
    git, area, hooks = f"repoV2/{project.id}", may.area_token(project), may.hooks_token(project.id)
    builds = may.build_token(project.id)
    may.grant(state, may.BUILDS, builds, contributors, allow=may.bits(may.BUILD_CONTRIBUTOR, may.BUILD_BITS))
    may.grant(state, may.BUILDS, builds, readers, allow=may.bits(may.BUILD_READER, may.BUILD_BITS))
    for identity in administrators(state, project):
        may.grant(state, may.GIT_REPOSITORIES, git, identity, allow=may.bits(may.ADMINISTRATOR))
        may.grant(state, may.AREAS, area, identity, allow=sum(may.AREA_BITS.values()))
        may.grant(state, may.SERVICE_HOOKS, hooks, identity, allow=sum(may.HOOK_BITS.values()))
        may.grant(state, may.BUILDS, builds, identity, allow=sum(may.BUILD_BITS.values()))
    _seed_administration(state, project)
    everything_on_items = sum(
        may.AREA_BITS[name] for name in ("GENERIC_READ", "WORK_ITEM_READ", "WORK_ITEM_WRITE")
    )
    reading_items = sum(may.AREA_BITS[name] for name in ("GENERIC_READ", "WORK_ITEM_READ"))
    may.grant(state, may.GIT_REPOSITORIES, git, contributors, allow=may.bits(may.CONTRIBUTOR))
    may.grant(state, may.AREAS, area, contributors, allow=everything_on_items)
    may.grant(state, may.GIT_REPOSITORIES, git, readers, allow=may.bits(("GenericRead",)))
    may.grant(state, may.AREAS, area, readers, allow=reading_items)
    may.grant(state, may.GIT_REPOSITORIES, git, READER, allow=may.bits(("GenericRead",)))


def _seed_administration(state: State, project: Project) -> None:
    """Let administrators edit what is said of the organisation and of *project*, and its members read it."""
    own, every = may.project_token(project.id), sum(may.PROJECT_BITS.values())
    for identity in administrators(state, project):
        may.grant(state, may.PROJECTS, own, identity, allow=every)
    for name in ("Contributors", "Readers"):
        member = group(state, project.name, name)
        may.grant(state, may.PROJECTS, own, member, allow=may.bits(("GENERIC_READ",), may.PROJECT_BITS))
    collection = group(state, project.organization, COLLECTION_ADMINISTRATORS)
    may.grant(
        state, may.COLLECTIONS, may.COLLECTION_ROOT, collection, allow=sum(may.COLLECTION_BITS.values())
    )
