"""The forms of a work item's page, and the one that creates a work item.

https://learn.microsoft.com/azure/devops/boards/work-items/view-add-work-items
https://learn.microsoft.com/azure/devops/boards/queries/add-tags-to-work-items
"""

from emulators.azure_devops.core.state import Project
from emulators.azure_devops.pages.forms.edits import PERSON
from emulators.azure_devops.pages.forms.inputs import (
    Refused,
    button,
    choice_field,
    file_field,
    folded,
    form,
    hidden,
    line_field,
    of_form,
    of_page,
    problem,
    text_field,
)
from emulators.azure_devops.pages.parts.html import Child, Html, join, tag
from emulators.azure_devops.pages.parts.views import project_path, work_item_path
from emulators.azure_devops.work_items.models import WorkItem
from emulators.azure_devops.work_items.processes import PROCESSES
from emulators.azure_devops.work_items.shapes import multiline_formats

ADD_TAG, EDIT, COMMENT, ATTACH, CREATE = "add-tag", "edit", "comment", "attach", "create"
REMOVE = "\N{MULTIPLICATION SIGN}"
PORTFOLIO = ("Epic", "Feature")  # containers of other work items, so listed last for a new one
FORMAT_NAMES = {"html": "HTML", "markdown": "Markdown"}


def page_problem(refused: Refused | None) -> Child:
    """Return the error of a form that does not show its own error."""
    return problem(of_page(refused, (ADD_TAG, EDIT, COMMENT, ATTACH, CREATE)))


def tag_forms(item: WorkItem, refused: Refused | None) -> Html:
    """Return the tags, each with a button that removes it, and the form that adds one."""
    path, wrong = work_item_path(item), of_form(refused, ADD_TAG)
    shown = [_tag(path, name) for name in item.tags]
    field = tag(
        "input", type="text", name="tag", placeholder="such as autocoder", aria_label="Tag",
        value=wrong.value("tag") if wrong else "",
    )  # fmt: skip
    return join(
        problem(wrong), tag("div", shown, form(ADD_TAG, path, field, button("Add tag")), class_="tags")
    )


def _tag(path: str, name: str) -> Html:
    remove = button(REMOVE, title=f"Remove tag {name}", look="bare")
    return form("remove-tag", path, hidden("tag", name), tag("span", name), remove, look="tag")


def edit_form(item: WorkItem, text_name: str, refused: Refused | None) -> Html:
    """Return the form for title and main text; the text keeps its format."""
    wrong, text = of_form(refused, EDIT), item.kind.text_field
    title, body = str(item.fields["System.Title"]), str(item.fields.get(text, ""))
    if wrong:
        title, body = wrong.value("title"), wrong.value("description")
    format_name = FORMAT_NAMES[multiline_formats(item).get(text, "html")]
    fields = form(
        EDIT,
        work_item_path(item),
        hidden("revision", item.revision["rev"]),
        line_field("Title", "title", title),
        text_field(f"{text_name} ({format_name})", "description", body, rows=12),
        button("Save"),
    )
    return folded(f"Edit title and {text_name.lower()}", problem(wrong), fields, is_open=wrong is not None)


def comment_form(item: WorkItem, refused: Refused | None) -> Html:
    """Return the form that adds a comment."""
    wrong = of_form(refused, COMMENT)
    text = text_field("Add a comment (Markdown)", "text", wrong.value("text") if wrong else "", rows=4)
    return join(problem(wrong), form(COMMENT, work_item_path(item), text, button("Add comment")))


def attach_form(item: WorkItem, refused: Refused | None) -> Html:
    """Return the form that attaches a file."""
    wrong = of_form(refused, ATTACH)
    fields = form(ATTACH, work_item_path(item), file_field("File", "file"), button("Attach"))
    return folded("Attach a file", problem(wrong), fields, is_open=wrong is not None)


def create_form(project: Project, refused: Refused | None) -> Html:
    """Return the form that creates a work item in *project*."""
    wrong = of_form(refused, CREATE)
    names = [kind.name for kind in PROCESSES[project.process]]
    usual = next(name for name in names if name not in PORTFOLIO)
    typed = wrong or Refused(CREATE, "")
    fields = form(
        CREATE,
        project_path(project),
        choice_field("Type", "type", names, typed.value("type", usual)),
        line_field("Title", "title", typed.value("title")),
        text_field("Description (Markdown)", "description", typed.value("description")),
        line_field("Tags", "tags", typed.value("tags"), hint="autocoder; ui"),
        button("Create"),
    )
    return folded("New work item", problem(wrong), fields, is_open=wrong is not None)


def acting_person() -> Child:
    """Return a line that names the person who makes the changes."""
    return tag("p", f"Changes on this page are made by {PERSON.display_name}.", class_="faint")
