"""Building a `RunRequest` from a JSON body: every field is validated, and all mistakes are reported."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from autocoder import ids
from autocoder.models import MODEL, Budget, Requester, RunRequest
from autocoder.names import branch_problem, name_problem
from autocoder.requests.body import Problem, RunBody, read_body
from autocoder.setting_values import ORGANIZATION
from autocoder.settings import Settings

N = TypeVar("N", int, float)
_IMAGE = re.compile(
    r"[a-z0-9][a-z0-9.-]*(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?"
)
_MODEL = re.compile(MODEL)
_ORGANIZATION = re.compile(ORGANIZATION)


@dataclass(frozen=True, slots=True)
class _Target:
    """The repository that a run works on, from the request or the settings; None when neither names it."""

    organization: str
    project: str | None
    repository: str | None
    prefix: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: HTTP status, code, and all its problems."""

    status: int
    code: str
    problems: tuple[Problem, ...]

    @property
    def message(self) -> str:
        """All problems in one sentence."""
        return "; ".join(f"{problem.field}: {problem.message}" for problem in self.problems)


def read_request(
    body: object,
    settings: Settings,
    agents: Collection[str],
    requester: Requester,
    required: Collection[str] = (),
) -> RunRequest | Refusal:
    """Return the request in the JSON *body*, completed from *settings*, or a refusal with all mistakes.

    The fields *required* must be in the body, even where the settings could complete them.
    """
    if not isinstance(body, Mapping):
        return Refusal(400, "invalid_request", (Problem("body", "must be a JSON object"),))
    wanted, problems = read_body(body)
    problems += tuple(Problem(name, "is required") for name in required if body.get(name) is None)
    target = _target(wanted, settings)
    named = {problem.field.split(".")[0] for problem in problems}
    problems += tuple(_invalid_values(wanted, target, settings, agents, named))
    forbidden = tuple(_forbidden(target.organization, wanted.container_image, settings))
    if problems:
        known = {problem.field for problem in problems}
        others = (problem for problem in forbidden if problem.field not in known)
        return Refusal(400, "invalid_request", (*problems, *others))
    return Refusal(403, "not_allowed", forbidden) if forbidden else _request(wanted, target, requester)


def recheck(request: RunRequest, settings: Settings) -> Refusal | None:
    """Return why a *request* that was accepted earlier is no longer allowed, or None."""
    forbidden = tuple(_forbidden(request.organization, request.container_image, settings))
    return Refusal(403, "not_allowed", forbidden) if forbidden else None


def _target(wanted: RunBody, settings: Settings) -> _Target:
    """Return the repository that the run works on; missing parts come from the settings."""
    project = wanted.project or _only_project(settings)
    return _Target(
        organization=wanted.organization or settings.organization,
        project=project,
        repository=wanted.repository or _only_repository(settings, project),
        prefix=wanted.source_branch_prefix or settings.source_branch_prefix,
    )


def _invalid_values(
    wanted: RunBody, target: _Target, settings: Settings, agents: Collection[str], named: Collection[str]
) -> list[Problem]:
    """Return the problems with well-typed values, except those in fields that already have a problem."""
    agent = wanted.agent_type or settings.default_agent  # the repository may still name another
    unknown = Problem(
        "agentType", f"unknown agent {agent[:60]!r}; the agents are {', '.join(sorted(agents))}"
    )
    found = [
        *_missing_fields(wanted, target, settings, named),
        *_malformed(wanted, target.prefix),
        *_over_ceilings(wanted.budget, settings),
        *(() if agent in agents else (unknown,)),
    ]
    first = {problem.field: problem for problem in reversed(found)}
    return [problem for field, problem in first.items() if field not in named]


def _request(wanted: RunBody, target: _Target, requester: Requester) -> RunRequest:
    """Return the request of a body without mistakes."""
    settled = {"organization", "project", "repository", "source_branch_prefix"}
    return RunRequest(
        **{**wanted.model_dump(exclude=settled), "budget": wanted.budget},
        organization=target.organization,
        project=target.project or "",
        repository=target.repository or "",
        source_branch_prefix=target.prefix,
        requester=requester,
    )


def _only_project(settings: Settings) -> str | None:
    projects = list(settings.project_repo_map)
    return projects[0] if len(projects) == 1 else None


def _only_repository(settings: Settings, project: str | None) -> str | None:
    repositories = settings.repositories(project) if project else ()
    return repositories[0] if len(repositories) == 1 else None


def _missing_fields(
    wanted: RunBody, target: _Target, settings: Settings, named: Collection[str]
) -> list[Problem]:
    """Return a problem for each missing or ambiguous field; a value is never guessed."""
    found = []
    asked = wanted.work_item_id is not None or (wanted.user_prompt or "").strip() or "userPrompt" in named
    if not asked:
        found.append(Problem("workItemId", "is required unless userPrompt is given"))
    if target.project is None:
        names = ", ".join(settings.project_repo_map) or "no project"
        found.append(Problem("project", f"is required; PROJECT_REPO_MAP has {names}"))
    elif target.repository is None:
        names = ", ".join(settings.repositories(target.project)) or "none"
        message = f"is required; repositories of this project in PROJECT_REPO_MAP: {names}"
        found.append(Problem("repository", message))
    return found


def _malformed(wanted: RunBody, prefix: str) -> list[Problem]:
    """Return a problem for each field that is not a valid name."""
    rules = (
        ("organization", wanted.organization, _ORGANIZATION, "organisation name"),
        ("model", wanted.model, _MODEL, "model name"),
        ("containerImage", wanted.container_image, _IMAGE, "image name with a registry"),
    )
    found = [
        Problem(field, f"is not a valid {what}")
        for field, value, rule, what in rules
        if value is not None and not rule.fullmatch(value)
    ]
    found += _misnamed(wanted)
    if not ids.is_branch_prefix(prefix):
        found.append(Problem("sourceBranchPrefix", "is not a valid start of a branch name"))
    for field, names in (("labels", wanted.labels), ("reviewers", wanted.reviewers)):
        if any(not name.strip() or len(name) > 100 or not name.isprintable() for name in names):
            found.append(Problem(field, "each entry must be one line of at most 100 characters"))
    return found


def _misnamed(wanted: RunBody) -> Iterator[Problem]:
    """Yield a problem for each project, repository or branch whose name cannot exist."""
    rules = (
        ("project", wanted.project, name_problem, "project name"),
        ("repository", wanted.repository, name_problem, "repository name"),
        ("targetBranch", wanted.target_branch, branch_problem, "branch name"),
        ("baseBranch", wanted.base_branch, branch_problem, "branch name"),
    )
    for field, value, problem_of, what in rules:
        if value is not None and (why := problem_of(value)):
            yield Problem(field, f"is not a valid {what}: {why}")


def _over_ceilings(budget: Budget, settings: Settings) -> list[Problem]:
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
    """Return a problem for each well-formed value that the settings do not allow."""
    found = []
    if not settings.serves(organization):
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
    """Return the budget of a run: the one *wanted*, limited by the repository's and the settings'."""
    return Budget(
        minutes=_least(wanted.minutes, repository.minutes, settings.max_run_minutes),
        usd=_least(wanted.usd, repository.usd, settings.max_run_usd),
        tokens=_least(wanted.tokens, repository.tokens, settings.max_run_tokens),
        turns=_least(wanted.turns, repository.turns, settings.max_run_turns),
    )


def _least(*ceilings: N | None) -> N:
    return min(one for one in ceilings if one is not None)
