"""Find the repository, pin the commit that the run starts from, and read the team's own files at it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from activities.activity import activity
from autocoder import wire
from autocoder.at_once import at_once
from autocoder.clients.azure_devops.git import Git, RepositoryRecord
from autocoder.clients.connect import clients
from autocoder.errors import NotFound, TooLarge
from autocoder.models import Ended, Repository, RepositorySettings, RepositoryTexts, Run
from autocoder.publishing import lfs_globs
from autocoder.repository_settings import PATH, RepositorySettingsError, read_repository_settings

INSTRUCTION_FILES = ("AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md")
PROMPT_FOLDER = ".azuredevops/autocoder"
MOST_PROMPTS = 20
TEMPLATE_FILE = ".azuredevops/pull_request_template.md"
LONGEST_TEXT = 30_000
MOST_AT_ONCE = 8  # requests, none of which needs the answer to another


@activity
def read_repository(run: Run) -> Repository | Ended:
    """Return the repository at one commit of its target branch; its texts go to blob `repository.json`."""
    connected = clients()
    git = connected.azure_devops(run.request.organization).git
    base = _find(git, run)
    if isinstance(base, Ended):
        return base
    try:
        found = _read(git, base)
    except (RepositorySettingsError, TooLarge) as error:
        return Ended(outcome="failed", reason=f"The settings file of the repository is wrong.\n{error}")
    connected.blobs.put(run.id, "repository.json", wire.to_bytes(found.texts))
    return _repository(base, found)


@dataclass(frozen=True)
class Base:
    """A repository, the run's target branch in it, and the commit where that is now."""

    record: RepositoryRecord
    branch: str
    commit: str


@dataclass(frozen=True)
class Found:
    """What the repository says at the base commit."""

    settings: RepositorySettings
    texts: RepositoryTexts
    attributes: str
    has_build_policy: bool


def _find(git: Git, run: Run) -> Base | Ended:
    """Return where the run starts from, or how it ends when there is nothing to start from."""
    request = run.request
    try:
        record = git.get_repository(request.project, request.repository)
    except NotFound as error:
        return Ended(outcome="failed", reason=f"Repository {request.repository}: {error}")
    branch = request.target_branch or record.default_branch
    commit = git.resolve_branch(record.project, record.id, branch) if branch else None
    if record.is_disabled or branch is None or commit is None:
        what = f"has no branch {branch}" if branch else "has no default branch; it is empty"
        return Ended(outcome="failed", reason=f"Repository {record.name} {what}.")
    return Base(record, branch, commit)


def _read(git: Git, base: Base) -> Found:
    """Return what the team says, read at once; raises `RepositorySettingsError` and `TooLarge`."""
    record, commit = base.record, base.commit
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        policy = pool.submit(git.has_build_policy, record.project, record.id, base.branch)
        attributes = pool.submit(_text, git, record, ".gitattributes", commit)
        instructions = pool.submit(_instructions, git, record, commit)
        prompts = pool.submit(_prompts, git, record, commit)
        usual = pool.submit(_text, git, record, TEMPLATE_FILE, commit)
        settings = _settings(git, record, commit)
        template = _text(git, record, settings.template, commit) if settings.template else usual.result()
    texts = RepositoryTexts(
        instructions=instructions.result(), templates=prompts.result(), pull_request_template=template
    )
    return Found(settings, texts, attributes.result(), policy.result())


def _repository(base: Base, found: Found) -> Repository:
    record = base.record
    return Repository(
        id=record.id,
        name=record.name,
        project=record.project,
        project_id=record.project_id,
        clone_url=record.clone_url,
        web_url=record.web_url,
        target_branch=base.branch,
        base_commit=base.commit,
        settings=found.settings,
        lfs=lfs_globs(found.attributes),
        has_build_policy=found.has_build_policy,
    )


def _settings(git: Git, record: RepositoryRecord, commit: str) -> RepositorySettings:
    return read_repository_settings(git.read_file(record.project, record.id, PATH, commit))


def _instructions(git: Git, record: RepositoryRecord, commit: str) -> str:
    """Return the first file of instructions that the repository has."""
    found = at_once(*(partial(_text, git, record, path, commit) for path in INSTRUCTION_FILES))
    return next((text for text in found if text), "")


def _prompts(git: Git, record: RepositoryRecord, commit: str) -> dict[str, str]:
    """Return the prompt templates that the team brings, by name."""
    paths = git.list_files(record.project, record.id, PROMPT_FOLDER, commit)
    named = [path for path in paths if path.endswith(".md")][:MOST_PROMPTS]
    return {Path(path).stem.lower(): _text(git, record, path, commit) for path in named}


def _text(git: Git, record: RepositoryRecord, path: str, commit: str) -> str:
    try:
        content = git.read_file(record.project, record.id, path, commit) or b""
    except TooLarge:
        return ""
    return content.decode("utf-8", "replace")[:LONGEST_TEXT]
