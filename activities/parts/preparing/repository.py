"""Reads the repository: where the run starts, and the target branch's settings and texts at one commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from activities.parts.preparing.draft import start_of
from autocoder import wire
from autocoder.changes.objections import lfs_globs
from autocoder.clients.azure_devops.git import Git, RepositoryRecord
from autocoder.clients.connect import Clients
from autocoder.errors import NotFound, TooLarge
from autocoder.models import Base, Ended, Repository, RepositorySettings, RepositoryTexts, Run
from autocoder.parallel import in_parallel
from autocoder.reports.comment import code
from autocoder.repository_settings import PATH, RepositorySettingsError, read_repository_settings
from autocoder.runs.files import TEXTS

INSTRUCTION_FILES = ("AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md")
PROMPT_FOLDER = ".azuredevops/autocoder"
MAX_TEMPLATES = 20
TEMPLATE_FILE = ".azuredevops/pull_request_template.md"
MAX_TEXT_LENGTH = 30_000


def read_repository(connected: Clients, run: Run) -> tuple[Repository, RepositoryTexts] | Ended:
    """Return the repository with its pinned branches, and the target's texts, also in `repository.json`."""
    git = connected.azure_devops(run.request.organization).git
    pinned = _find(git, run, partial(start_of, connected, run))
    if isinstance(pinned, Ended):
        return pinned
    try:
        found = _read(git, pinned)
    except (RepositorySettingsError, TooLarge) as error:
        reason = (
            f"The repository's settings file is not valid. Correct it, then start the run again.\n{error}"
        )
        return Ended(outcome="failed", reason=reason)
    if found.has_texts:
        connected.blobs.put(run.current_round, TEXTS, wire.to_bytes(found.texts))
    return _repository(pinned, found), found.texts


@dataclass(frozen=True)
class PinnedRepository:
    """A repository, the run's target branch with its current commit, and where the run starts."""

    record: RepositoryRecord
    branch: str
    commit: str
    base: Base


@dataclass(frozen=True)
class RepositoryContents:
    """The team's settings, texts and Git attributes at the target branch's commit."""

    settings: RepositorySettings
    texts: RepositoryTexts
    attributes: str
    has_build_policy: bool

    @property
    def has_texts(self) -> bool:
        """Whether any text is not empty."""
        return self.texts != RepositoryTexts()


def _find(
    git: Git, run: Run, draft_in: Callable[[RepositoryRecord, str], Base | str]
) -> PinnedRepository | Ended:
    """Return the repository with its branches' commits, or how the run ends when one is missing.

    *draft_in* returns the draft that the run completes, or why it does not, as `start_of` does.
    """
    request = run.request
    try:
        record = git.get_repository(request.project, request.repository)
    except NotFound as error:
        return Ended(outcome="failed", reason=f"Repository `{code(request.repository, 100)}`: {error}")
    target = request.target_branch or record.default_branch
    if record.is_disabled or target is None:
        return _unusable(
            record, "is disabled" if record.is_disabled else "is empty: it has no default branch"
        )
    draft = draft_in(record, target)
    start = target if isinstance(draft, Base) else request.base_branch or target
    found = {name: git.resolve_branch(record.project, record.id, name) for name in {target, start}}
    commit, base_commit = found[target], found[start]
    if commit is None or base_commit is None:
        absent = target if commit is None else start
        return _unusable(record, f"has no branch `{code(absent, 300)}`")
    base = draft if isinstance(draft, Base) else Base(branch=start, commit=base_commit, remark=draft)
    return PinnedRepository(record, target, commit, base)


def _unusable(record: RepositoryRecord, why: str) -> Ended:
    return Ended(outcome="failed", reason=f"Repository `{code(record.name, 100)}` {why}.")


def _read(git: Git, pinned: PinnedRepository) -> RepositoryContents:
    """Return the contents, read in parallel; raises `RepositorySettingsError` or `TooLarge`."""
    record = pinned.record
    policy, top = in_parallel(
        lambda: git.has_build_policy(record.project, record.id, pinned.branch),
        lambda: git.list_folder(record.project, record.id, "", pinned.commit),
    )
    files = CommitFiles(git, pinned, frozenset(top))
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
    """The files of the target branch's commit; *top* has the names in its root, to save requests."""

    git: Git
    pinned: PinnedRepository
    top: frozenset[str]

    def content(self, path: str) -> bytes | None:
        """Return the bytes of the file *path*, or None when it is absent. Raises `TooLarge`."""
        if path.lstrip("/").split("/")[0] not in self.top:
            return None
        record = self.pinned.record
        return self.git.read_file(record.project, record.id, path, self.pinned.commit)

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
        record = self.pinned.record
        paths = self.git.list_files(record.project, record.id, PROMPT_FOLDER, self.pinned.commit)
        named = [path for path in paths if path.endswith(".md")][:MAX_TEMPLATES]
        return {Path(path).stem.lower(): text for path, text in zip(named, self.texts(named), strict=True)}


def _repository(pinned: PinnedRepository, found: RepositoryContents) -> Repository:
    record = pinned.record
    return Repository(
        id=record.id,
        name=record.name,
        project=record.project,
        project_id=record.project_id,
        clone_url=record.clone_url,
        web_url=record.web_url,
        target_branch=pinned.branch,
        target_commit=pinned.commit,
        base=pinned.base,
        settings=found.settings,
        lfs=lfs_globs(found.attributes),
        has_build_policy=found.has_build_policy,
        has_texts=found.has_texts,
    )
