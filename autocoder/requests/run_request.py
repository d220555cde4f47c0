"""From a caller's words to a `RunRequest`: every field checked, everything wrong said at once."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from autocoder import ids
from autocoder.models import MODEL, Budget, Requester, RunRequest
from autocoder.requests.body import Problem, RunBody, read_body
from autocoder.setting_values import ORGANIZATION
from autocoder.settings import Settings

N = TypeVar("N", int, float)
_IMAGE = re.compile(
    r"[a-z0-9][a-z0-9.-]*(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?"
)
_MODEL = re.compile(MODEL)
_NAME = re.compile(r'[^\x00-\x1f\x7f\\/:*?"<>|;#$%{},+=\[\]]{1,64}')
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@#-]*(/[A-Za-z0-9._+@#-]+)*")
_ORGANIZATION = re.compile(ORGANIZATION)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a run would happen, from the request or else the settings; None is for the caller to say."""

    organization: str
    project: str | None
    repository: str | None
    prefix: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that starts nothing: HTTP status, code, and all that is wrong."""

    status: int
    code: str
    problems: tuple[Problem, ...]

    @property
    def message(self) -> str:
        """All problems in one sentence."""
        return "; ".join(f"{problem.field}: {problem.message}" for problem in self.problems)


def read_request(
    body: object, settings: Settings, agents: Collection[str], requester: Requester
) -> RunRequest | Refusal:
    """Return the request that the JSON *body* makes, completed from *settings*, or all that is wrong."""
    if not isinstance(body, Mapping):
        return Refusal(400, "invalid_request", (Problem("body", "must be a JSON object"),))
    wanted, problems = read_body(body)
    place = _place(wanted, settings)
    named = {problem.field.split(".")[0] for problem in problems}
    problems += tuple(_impossible(wanted, place, settings, agents, named))
    forbidden = tuple(_forbidden(place.organization, wanted.container_image, settings))
    if problems:
        known = {problem.field for problem in problems}
        others = (problem for problem in forbidden if problem.field not in known)
        return Refusal(400, "invalid_request", (*problems, *others))
    return Refusal(403, "not_allowed", forbidden) if forbidden else _request(wanted, place, requester)


def refusal_today(request: RunRequest, settings: Settings) -> Refusal | None:
    """Return what of a *request* that was accepted before is not allowed any more, or None."""
    forbidden = tuple(_forbidden(request.organization, request.container_image, settings))
    return Refusal(403, "not_allowed", forbidden) if forbidden else None


def _place(wanted: RunBody, settings: Settings) -> _Place:
    """Fill in what settings and mapping say about where."""
    project = wanted.project or _only_project(settings)
    return _Place(
        organization=wanted.organization or settings.organization,
        project=project,
        repository=wanted.repository or _only_repository(settings, project),
        prefix=wanted.source_branch_prefix or settings.source_branch_prefix,
    )


def _impossible(
    wanted: RunBody, place: _Place, settings: Settings, agents: Collection[str], named: Collection[str]
) -> list[Problem]:
    """Return what cannot be although its type is right, besides the fields that are *named* already."""
    agent = wanted.agent_type or settings.default_agent  # the repository may still name another
    unknown = Problem(
        "agentType", f"unknown agent {agent[:60]!r}; the agents are {', '.join(sorted(agents))}"
    )
    found = [
        *_what_is_missing(wanted, place, settings, named),
        *_malformed(wanted, place.prefix),
        *_over_the_ceiling(wanted.budget, settings),
        *(() if agent in agents else (unknown,)),
    ]
    first = {problem.field: problem for problem in reversed(found)}
    return [problem for field, problem in first.items() if field not in named]


def _request(wanted: RunBody, place: _Place, requester: Requester) -> RunRequest:
    """Return the request of a body in which nothing is wrong."""
    settled = {"organization", "project", "repository", "source_branch_prefix"}
    return RunRequest(
        **{**wanted.model_dump(exclude=settled), "budget": wanted.budget},
        organization=place.organization,
        project=place.project or "",
        repository=place.repository or "",
        source_branch_prefix=place.prefix,
        requester=requester,
    )


def _only_project(settings: Settings) -> str | None:
    projects = list(settings.project_repo_map)
    return projects[0] if len(projects) == 1 else None


def _only_repository(settings: Settings, project: str | None) -> str | None:
    repositories = settings.repositories(project) if project else ()
    return repositories[0] if len(repositories) == 1 else None


def _what_is_missing(
    wanted: RunBody, place: _Place, settings: Settings, named: Collection[str]
) -> list[Problem]:
    """Ask for what is ambiguous; never guess."""
    found = []
    asked = wanted.work_item_id is not None or (wanted.user_prompt or "").strip() or "userPrompt" in named
    if not asked:
        found.append(Problem("workItemId", "is required unless userPrompt is given"))
    if place.project is None:
        names = ", ".join(settings.project_repo_map) or "no project"
        found.append(Problem("project", f"is required; PROJECT_REPO_MAP has {names}"))
    elif place.repository is None:
        names = ", ".join(settings.repositories(place.project)) or "none"
        message = f"is required; repositories of this project in PROJECT_REPO_MAP: {names}"
        found.append(Problem("repository", message))
    return found


def _malformed(wanted: RunBody, prefix: str) -> list[Problem]:
    """Return the fields that cannot be the names they should be."""
    rules = (
        ("organization", wanted.organization, _ORGANIZATION, "organisation name"),
        ("project", wanted.project, _NAME, "project name"),
        ("repository", wanted.repository, _NAME, "repository name"),
        ("model", wanted.model, _MODEL, "model name"),
        ("containerImage", wanted.container_image, _IMAGE, "image name with a registry"),
        ("targetBranch", wanted.target_branch, _BRANCH, "branch name"),
    )
    found = [
        Problem(field, f"is not a valid {what}")
        for field, value, rule, what in rules
        if value is not None and (not rule.fullmatch(value) or value in (".", ".."))
    ]
    if wanted.target_branch and (".." in wanted.target_branch or len(wanted.target_branch) > 200):
        found.append(Problem("targetBranch", "is not a valid branch name"))
    if not ids.is_branch_prefix(prefix):
        found.append(Problem("sourceBranchPrefix", "is not a valid start of a branch name"))
    for field, names in (("labels", wanted.labels), ("reviewers", wanted.reviewers)):
        if any(not name.strip() or len(name) > 100 or not name.isprintable() for name in names):
            found.append(Problem(field, "each entry must be one line of at most 100 characters"))
    return found


def _over_the_ceiling(budget: Budget, settings: Settings) -> list[Problem]:
    ceilings: dict[str, float] = {
        "minutes": settings.max_run_minutes,
        "usd": settings.max_run_usd,
        "tokens": settings.max_run_tokens,
        "turns": settings.max_run_turns,
    }
    given: dict[str, Any] = budget.model_dump()
    return [
        Problem(f"budget.{name}", f"must be at most {ceiling:g} (MAX_RUN_{name.upper()})")
        for name, ceiling in ceilings.items()
        if given[name] is not None and given[name] > ceiling
    ]


def _forbidden(organization: str, image: str | None, settings: Settings) -> list[Problem]:
    """Return what is well formed and not allowed here."""
    found = []
    organizations = settings.allowed_organizations or (settings.organization,)
    if organization.casefold() not in {name.casefold() for name in organizations}:
        found.append(Problem("organization", "is not allowed; ALLOWED_ORGANIZATIONS must list it"))
    registries = settings.allowed_image_registries or (settings.image_registry,)
    if image is not None and not any(image.startswith(f"{registry.rstrip('/')}/") for registry in registries):
        found.append(
            Problem(
                "containerImage",
                "comes from a registry that is not allowed; ALLOWED_IMAGE_REGISTRIES must list it",
            )
        )
    return found


def full_budget(wanted: Budget, repository: Budget, settings: Settings) -> Budget:
    """Return the budget of a run: what is *wanted*, under the repository's and the settings' ceilings."""
    return Budget(
        minutes=_least(wanted.minutes, repository.minutes, settings.max_run_minutes),
        usd=_least(wanted.usd, repository.usd, settings.max_run_usd),
        tokens=_least(wanted.tokens, repository.tokens, settings.max_run_tokens),
        turns=_least(wanted.turns, repository.turns, settings.max_run_turns),
    )


def _least(*ceilings: N | None) -> N:
    return min(one for one in ceilings if one is not None)
