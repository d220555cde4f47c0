"""The agent's prompts: templates filled with the work item, the request and texts of the repository.

Templates are the files in `prompts/`. They are filled in one pass, so that a placeholder inside a value is
not replaced. Text that people wrote stands between marks that it cannot contain.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from autocoder.models import RepositoryTexts, RunRequest, WorkItem

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
MAX_PART_LENGTH = 60_000
MAX_FILES = 10
DEFAULT_TEMPLATE = "feature"
TEMPLATE_OF_TYPE = {"bug": "bug"}  # not "issue": in the Basic process that is any backlog item
BEGUN = (
    "An earlier run began this and stopped before it was done. What it changed is already in the project, in "
    "its last commit: look at that first, then complete it."
)
_FILE_LINE = re.compile(r"^@(?P<path>[^\s@][^\r\n]{0,300}?)\s*$", re.MULTILINE)


def system_prompt(request: RunRequest) -> str:
    """Return the system prompt: the one in the request, else the file `system.md`."""
    return request.system_prompt or (FOLDER / "system.md").read_text(encoding="utf-8")


def template_names(texts: RepositoryTexts) -> tuple[str, ...]:
    """Return the names of all templates: Autocoder's own and the repository's."""
    return tuple(sorted({*own_template_names(), *texts.templates}))


def own_template_names() -> tuple[str, ...]:
    """Return the names of Autocoder's own templates."""
    return tuple(sorted(path.stem for path in TEMPLATES.glob("*.md")))


def guidance(request: RunRequest, work_item: WorkItem | None, texts: RepositoryTexts) -> str | None:
    """Return the template that the request names, else the one for the work item's type.

    A template of the repository overrides Autocoder's of the same name. None when there is no such template.
    """
    by_type = TEMPLATE_OF_TYPE.get(work_item.type.casefold()) if work_item else None
    name = request.template or by_type or DEFAULT_TEMPLATE
    if name not in template_names(texts):
        return None
    return texts.templates.get(name) or (TEMPLATES / f"{name}.md").read_text(encoding="utf-8")


def files_named(context: str | None) -> tuple[str, ...]:
    """Return the paths in lines such as `@docs/api.md` of the additional context."""
    paths = (match["path"] for match in _FILE_LINE.finditer(context or ""))
    safe = (path for path in paths if not path.startswith(("/", "\\")) and ".." not in path.split("/"))
    return tuple(dict.fromkeys(safe))


def task_prompt(
    request: RunRequest,
    work_item: WorkItem | None,
    texts: RepositoryTexts,
    *,
    guide: str = "",
    files: Mapping[str, str] | None = None,
    remarks: Sequence[str] = (),
    is_begun: bool = False,
) -> str:
    """Return the prompt: guidance, work item, request, additional context, files, repository instructions.

    *remarks* say which files are missing or cut, and why. A task *is_begun* if an earlier run worked on it.
    """
    template = Template((FOLDER / "task.md").read_text(encoding="utf-8"))
    asked = f"Implement work item #{work_item.id}." if work_item else "Do what the request below asks."
    return (
        template.substitute(
            task=f"{asked} {BEGUN}" if is_begun else asked,
            guidance=guide.strip(),
            work_item=_data("WORK ITEM", _work_item(work_item) if work_item else ""),
            user_prompt=_data("REQUEST", request.user_prompt or ""),
            additional_context=_data("ADDITIONAL CONTEXT", request.additional_context or ""),
            files="".join(_data(f"FILE {path}", text) for path, text in (files or {}).items())
            + _data("REMARKS ON FILES", "\n".join(remarks)),
            instructions=_data("INSTRUCTIONS OF THE REPOSITORY", texts.instructions),
        ).strip()
        + "\n"
    )


def _data(name: str, text: str) -> str:
    """Return *text* between marks with its own hash, so that no text can contain its own end mark."""
    if not text.strip():
        return ""
    text = text[:MAX_PART_LENGTH]
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"\n\nBEGIN {name} {mark}\n{text.strip()}\nEND {name} {mark}"


def _work_item(item: WorkItem) -> str:
    """Return the work item as Markdown, without empty parts."""
    parts = [f"# {item.type} #{item.id}: {item.title}", f"State: {item.state}"]
    if item.tags:
        parts.append("Tags: " + ", ".join(item.tags))
    for heading, text in (
        ("Description", item.description),
        ("Steps to reproduce", item.repro_steps),
        ("System information", item.system_info),
        ("Acceptance criteria", item.acceptance_criteria),
        ("Related", "\n".join(f"- {line}" for line in item.related)),
        ("Images (files beside this prompt)", "\n".join(_images(item))),
        (
            "Comments",
            "\n\n".join(f"{note.author}, {note.created_at}:\n{note.text}" for note in item.comments),
        ),
    ):
        if text.strip():
            parts.append(f"## {heading}\n\n{text.strip()}")
    return "\n\n".join(parts)


def _images(item: WorkItem) -> list[str]:
    """Return one line for each image, and one for the images that were left out."""
    more = [f"- {item.images_left_out} more could not be added"] if item.images_left_out else []
    return [*(f"- {image.name}" for image in item.images), *more]
