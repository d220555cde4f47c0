"""The words for the agent: templates filled with a work item, a person's words and the repository's own.

Templates are the files in `prompts/`; they are filled in one pass, so that nothing inside a value is taken
for a placeholder. What people wrote stands between marks that it cannot forge.
"""

import hashlib
from pathlib import Path
from string import Template

from autocoder.models import RepositoryTexts, RunRequest, WorkItem

FOLDER = Path(__file__).with_name("prompts")
LONGEST_PART = 60_000


def system_prompt(request: RunRequest) -> str:
    """Return the system prompt: the project's own, or the one that the request brings."""
    return request.system_prompt or (FOLDER / "system.md").read_text(encoding="utf-8")


def task_prompt(request: RunRequest, work_item: WorkItem | None, texts: RepositoryTexts) -> str:
    """Return the prompt: the work item, the request, its context, the instructions."""
    template = Template((FOLDER / "task.md").read_text(encoding="utf-8"))
    asked = f"Implement work item #{work_item.id}." if work_item else "Do what the request below asks."
    return (
        template.substitute(
            task=asked,
            work_item=_data("WORK ITEM", _work_item(work_item) if work_item else ""),
            user_prompt=_data("REQUEST", request.user_prompt or ""),
            additional_context=_data("ADDITIONAL CONTEXT", request.additional_context or ""),
            instructions=_data("INSTRUCTIONS OF THE REPOSITORY", texts.instructions),
        ).strip()
        + "\n"
    )


def _data(name: str, text: str) -> str:
    """Return *text* between marks that carry its own hash, so that no text can hold its own end mark."""
    if not text.strip():
        return ""
    text = text[:LONGEST_PART]
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"\n\nBEGIN {name} {mark}\n{text.strip()}\nEND {name} {mark}"


def _work_item(item: WorkItem) -> str:
    """Return the work item as Markdown, empty parts left out."""
    parts = [f"# {item.type} #{item.id}: {item.title}", f"State: {item.state}"]
    if item.tags:
        parts.append("Tags: " + ", ".join(item.tags))
    for heading, text in (
        ("Description", item.description),
        ("Steps to reproduce", item.repro_steps),
        ("System information", item.system_info),
        ("Acceptance criteria", item.acceptance_criteria),
        ("Related", "\n".join(f"- {line}" for line in item.related)),
        ("Images (files beside this prompt)", "\n".join(f"- {image.name}" for image in item.images)),
        (
            "Comments",
            "\n\n".join(f"{note.author}, {note.created_at}:\n{note.text}" for note in item.comments),
        ),
    ):
        if text.strip():
            parts.append(f"## {heading}\n\n{text.strip()}")
    return "\n\n".join(parts)
