"""Reads the repository: the base commit of the run, and the team's settings and texts at that commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from activities.activity import activity
from activities.parts.parallel import in_parallel
from activities.parts.repository_texts import TEXTS
from autocoder import wire
from autocoder.changes.objections import lfs_globs
from autocoder.clients.azure_devops.git import Git, RepositoryRecord
from autocoder.clients.connect import clients
from autocoder.errors import NotFound, TooLarge
from autocoder.models import Ended, Repository, RepositorySettings, RepositoryTexts, Run
from autocoder.repository_settings import PATH, RepositorySettingsError, read_repository_settings

INSTRUCTION_FILES = ("AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md")
PROMPT_FOLDER = ".azuredevops/autocoder"
MAX_TEMPLATES = 20
TEMPLATE_FILE = ".azuredevops/pull_request_template.md"
MAX_TEXT_LENGTH = 30_000


@activity
def read_repository(run: Run) -> Repository | Ended:
    """Return the repository at one commit of its target branch; store its texts in blob `repository.json`."""
    connected = clients()
    git = connected.azure_devops(run.request.organization).git
    base = _find(git, run)
    if isinstance(base, Ended):
        return base
    try:
        found = _read(git, base)
    except (RepositorySettingsError, TooLarge) as error:
        reason = (
            f"The repository's settings file is not valid. Correct it, then start the run again.\n{error}"
        )
        return Ended(outcome="failed", reason=reason)
    if found.has_texts:
        connected.blobs.put(run.id, TEXTS, wire.to_bytes(found.texts))
    return _repository(base, found)


@dataclass(frozen=True)
class BaseCommit:
    """A repository, the run's target branch in it, and the current commit of that branch."""

    record: RepositoryRecord
    branch: str
    commit: str


@dataclass(frozen=True)
class RepositoryContents:
    """The team's settings, texts and Git attributes at the base commit."""

    settings: RepositorySettings
    texts: RepositoryTexts
    attributes: str
    has_build_policy: bool

    @property
    def has_texts(self) -> bool:
        """Whether any text is not empty."""
        return self.texts != RepositoryTexts()


def _find(git: Git, run: Run) -> BaseCommit | Ended:
    """Return the base commit, or how the run ends when there is none."""
    request = run.request
    try:
        record = git.get_repository(request.project, request.repository)
    except NotFound as error:
        return Ended(outcome="failed", reason=f"Repository {request.repository}: {error}")
    branch = request.target_branch or record.default_branch
    commit = git.resolve_branch(record.project, record.id, branch) if branch else None
    if record.is_disabled or branch is None or commit is None:
        absent = f"has no branch {branch}" if branch else "is empty: it has no default branch"
        what = "is disabled" if record.is_disabled else absent
        return Ended(outcome="failed", reason=f"Repository {record.name} {what}.")
    return BaseCommit(record, branch, commit)


def _read(git: Git, base: BaseCommit) -> RepositoryContents:
    """Return the contents, read in parallel; raises `RepositorySettingsError` or `TooLarge`."""
    record = base.record
    policy, top = in_parallel(
        lambda: git.has_build_policy(record.project, record.id, base.branch),
        lambda: git.list_folder(record.project, record.id, "", base.commit),
    )
    files = CommitFiles(git, base, frozenset(top))
    settings, templates, (attributes, usual, *instructions) = in_parallel(
        lambda: read_repository_settings(files.content(PATH)),
        files.templates,
        lambda: files.texts((".gitattributes", TEMPLATE_FILE, *INSTRUCTION_FILES)),
    )
    first = next((text for text in instructions if text), "")
    template = files.text(settings.template) if settings.template else usual
    texts = RepositoryTexts(instructions=first, templates=templates, pull_request_template=template)
    return RepositoryContents(settings, texts, attributes, policy)


@dataclass(frozen=True)
class CommitFiles:
    """The files of the base commit; *top* has the names in its root, so that absent paths need no request."""

    git: Git
    base: BaseCommit
    top: frozenset[str]

    def content(self, path: str) -> bytes | None:
        """Return the bytes of the file *path*, or None when it is absent. Raises `TooLarge`."""
        if path.lstrip("/").split("/")[0] not in self.top:
            return None
        record = self.base.record
        return self.git.read_file(record.project, record.id, path, self.base.commit)

    def text(self, path: str) -> str:
        """Return the first MAX_TEXT_LENGTH characters of the file *path*; empty if absent or too large."""
        try:
            content = self.content(path) or b""
        except TooLarge:
            return ""
        return content.decode("utf-8", "replace")[:MAX_TEXT_LENGTH]

    def texts(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Return the texts of several files in the same order."""
        return in_parallel(*(partial(self.text, path) for path in paths))

    def templates(self) -> dict[str, str]:
        """Return the team's prompt templates by name."""
        if PROMPT_FOLDER.split("/", maxsplit=1)[0] not in self.top:
            return {}
        record = self.base.record
        paths = self.git.list_files(record.project, record.id, PROMPT_FOLDER, self.base.commit)
        named = [path for path in paths if path.endswith(".md")][:MAX_TEMPLATES]
        return {Path(path).stem.lower(): text for path, text in zip(named, self.texts(named), strict=True)}


def _repository(base: BaseCommit, found: RepositoryContents) -> Repository:
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
        has_texts=found.has_texts,
    )
