"""From a caller's words to a `RunRequest`: every field checked, everything wrong said at once."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from autocoder import ids
from autocoder.models import MODEL, TEMPLATE, Budget, Requester, RunRequest, Value
from autocoder.settings import Settings

N = TypeVar("N", int, float)
_IMAGE = re.compile(
    r"[a-z0-9][a-z0-9.-]*(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?"
)
_MODEL = re.compile(MODEL)
_NAME = re.compile(r'[^\x00-\x1f\x7f\\/:*?"<>|;#$%{},+=\[\]]{1,64}')
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@#-]*(/[A-Za-z0-9._+@#-]+)*")


def _no_flag(value: object) -> object:
    """Refuse true and false, which Python counts as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


WorkItemId = Annotated[int, BeforeValidator(_no_flag), Field(gt=0, le=2_147_483_647)]


class RunBody(Value):
    """The JSON body of `POST /api/runs`; see the table in the README."""

    work_item_id: WorkItemId | None = None
    user_prompt: str | None = Field(None, min_length=1, max_length=100_000)
    organization: str | None = None
    project: str | None = None
    repository: str | None = None
    agent_type: str | None = None
    model: str | None = None
    container_image: str | None = None
    system_prompt: str | None = Field(None, min_length=1, max_length=100_000)
    create_pull_request: bool = True
    target_branch: str | None = None
    source_branch_prefix: str | None = None
    additional_context: str | None = Field(None, max_length=100_000)
    template: str | None = Field(None, pattern=TEMPLATE)
    draft: bool | None = None
    reviewers: tuple[str, ...] = Field((), max_length=20)
    labels: tuple[str, ...] = Field((), max_length=20)
    budget: Budget = Budget()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request."""

    field: str
    message: str


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
    """Return the request that the JSON *body* makes, completed from *settings*, or why it starts nothing."""
    if not isinstance(body, Mapping):
        return Refusal(400, "invalid_request", (Problem("body", "must be a JSON object"),))
    try:
        wanted = RunBody.model_validate(dict(body), strict=False)
    except ValidationError as error:
        return Refusal(400, "invalid_request", tuple(_problems(error)))
    return _complete(wanted, settings, agents, requester)


def _problems(error: ValidationError) -> list[Problem]:
    """Return one problem for each thing that pydantic found, unknown fields named as such."""
    found = []
    for item in error.errors(include_url=False, include_input=False):
        unknown = item["type"] == "extra_forbidden"
        message = "is no field of a run request" if unknown else item["msg"]
        found.append(Problem(".".join(str(part)[:100] for part in item["loc"]) or "body", message))
    return found


def _complete(
    wanted: RunBody, settings: Settings, agents: Collection[str], requester: Requester
) -> RunRequest | Refusal:
    """Fill in what settings and mapping say, and check what only they can tell."""
    agent = wanted.agent_type or settings.default_agent  # the repository may still name another
    prefix = wanted.source_branch_prefix or settings.source_branch_prefix
    project = wanted.project or _only_project(settings)
    repository = wanted.repository or _only_repository(settings, project)
    problems = [
        *_what_is_missing(wanted, settings, project, repository),
        *_malformed(wanted, prefix),
        *_over_the_ceiling(wanted.budget, settings),
    ]
    if agent not in agents:
        problems.append(Problem("agentType", f"{agent[:60]!r} is none of {', '.join(sorted(agents))}"))
    if problems:
        return Refusal(400, "invalid_request", tuple(problems))
    organization = wanted.organization or settings.organization
    forbidden = _forbidden(organization, wanted.container_image, settings)
    if forbidden:
        return Refusal(403, "not_allowed", tuple(forbidden))
    given = wanted.model_dump(
        exclude={"organization", "project", "repository", "agent_type", "source_branch_prefix"}
    )
    return RunRequest(
        **{**given, "budget": wanted.budget},
        organization=organization,
        project=project or "",
        repository=repository or "",
        agent_type=wanted.agent_type,
        source_branch_prefix=prefix,
        requester=requester,
    )


def _only_project(settings: Settings) -> str | None:
    projects = list(settings.project_repo_map)
    return projects[0] if len(projects) == 1 else None


def _only_repository(settings: Settings, project: str | None) -> str | None:
    repositories = settings.repositories(project) if project else ()
    return repositories[0] if len(repositories) == 1 else None


def _what_is_missing(
    wanted: RunBody, settings: Settings, project: str | None, repository: str | None
) -> list[Problem]:
    """Ask for what is ambiguous; never guess."""
    found = []
    if wanted.work_item_id is None and not (wanted.user_prompt or "").strip():
        found.append(Problem("workItemId", "give workItemId or userPrompt"))
    if project is None:
        names = ", ".join(settings.project_repo_map) or "PROJECT_REPO_MAP is empty"
        found.append(Problem("project", f"is needed; mapped are: {names}"))
    elif repository is None:
        names = ", ".join(settings.repositories(project)) or "PROJECT_REPO_MAP has none for this project"
        found.append(Problem("repository", f"is needed; mapped are: {names}"))
    return found


def _malformed(wanted: RunBody, prefix: str) -> list[Problem]:
    """Return the fields that cannot be the names they should be."""
    rules = (
        (
            "organization",
            wanted.organization,
            re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,49}"),
            "an organisation",
        ),
        ("project", wanted.project, _NAME, "a project"),
        ("repository", wanted.repository, _NAME, "a repository"),
        ("model", wanted.model, _MODEL, "a model"),
        ("containerImage", wanted.container_image, _IMAGE, "an image with its registry"),
        ("targetBranch", wanted.target_branch, _BRANCH, "a branch"),
    )
    found = [
        Problem(field, f"cannot be the name of {what}")
        for field, value, rule, what in rules
        if value is not None and (not rule.fullmatch(value) or value in (".", ".."))
    ]
    if wanted.target_branch and (".." in wanted.target_branch or len(wanted.target_branch) > 200):
        found.append(Problem("targetBranch", "cannot be the name of a branch"))
    if not ids.is_branch_prefix(prefix):
        found.append(Problem("sourceBranchPrefix", "cannot begin the name of a branch"))
    for field, names in (("labels", wanted.labels), ("reviewers", wanted.reviewers)):
        if any(not name.strip() or len(name) > 100 or not name.isprintable() for name in names):
            found.append(Problem(field, "each must be one line of at most 100 characters"))
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
        Problem(f"budget.{name}", f"is over the ceiling of {ceiling:g} (MAX_RUN_{name.upper()})")
        for name, ceiling in ceilings.items()
        if given[name] is not None and given[name] > ceiling
    ]


def _forbidden(organization: str, image: str | None, settings: Settings) -> list[Problem]:
    """Return what is well formed and not allowed here."""
    found = []
    organizations = settings.allowed_organizations or (settings.organization,)
    if organization.casefold() not in {name.casefold() for name in organizations}:
        found.append(Problem("organization", "is not in ALLOWED_ORGANIZATIONS"))
    registries = settings.allowed_image_registries or (settings.image_registry,)
    if image is not None and not any(image.startswith(f"{registry.rstrip('/')}/") for registry in registries):
        found.append(Problem("containerImage", "is of no registry in ALLOWED_IMAGE_REGISTRIES"))
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
