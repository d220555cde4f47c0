"""The HTML of forms: labelled fields, buttons, and the error of the last attempt.

https://learn.microsoft.com/azure/devops/boards/work-items/about-work-items
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from emulators.azure_devops.pages.forms.origin import FORM_TOKEN
from emulators.azure_devops.pages.forms.reading import FORM, TOKEN
from emulators.azure_devops.pages.parts.html import Child, Html, tag


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was not accepted: its name, the reason, and the values to show again."""

    form: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str, default: str = "") -> str:
        """Return the value that was typed into a field."""
        return self.values.get(name, default)


def of_form(refused: Refused | None, name: str) -> Refused | None:
    """Return *refused* if it belongs to the form *name*."""
    return refused if refused is not None and refused.form == name else None


def of_page(refused: Refused | None, forms: Collection[str]) -> Refused | None:
    """Return *refused* unless it belongs to one of *forms*, which show their own errors."""
    return refused if refused is not None and refused.form not in forms else None


def problem(refused: Refused | None) -> Child:
    """Return the reason why a form was not accepted, if there is one."""
    return tag("p", refused.message, class_="problem", role="alert") if refused else None


def form(name: str, action: str, *children: Child, look: str | None = None) -> Html:
    """Return the form *name*, which posts to the path *action*."""
    return tag(
        "form",
        _hidden(TOKEN, FORM_TOKEN),
        _hidden(FORM, name),
        *children,
        method="post",
        action=action,
        enctype="multipart/form-data",
        class_=look,
    )


def folded(summary: str, *children: Child, is_open: bool, anchor: str | None = None) -> Html:
    """Return a part of the page that opens with a click on *summary*."""
    opened = "" if is_open else None
    return tag("details", tag("summary", summary), *children, open=opened, id=anchor)


def hidden(name: str, value: str | int) -> Html:
    """Return a field that is not shown."""
    return _hidden(name, str(value))


def line_field(label: str, name: str, value: str = "", *, hint: str | None = None) -> Html:
    """Return a field of one line with its label."""
    return _labelled(label, tag("input", type="text", name=name, value=value, placeholder=hint))


def text_field(label: str, name: str, value: str = "", *, rows: int = 8, hint: str | None = None) -> Html:
    """Return a field of several lines with its label."""
    area = tag(
        "textarea", "\n", value, name=name, rows=str(rows), placeholder=hint
    )  # HTML drops the first line feed
    return _labelled(label, area)


def choice_field(label: str, name: str, choices: list[str], chosen: str) -> Html:
    """Return a list to choose one of *choices* from."""
    options = [tag("option", one, value=one, selected="" if one == chosen else None) for one in choices]
    return _labelled(label, tag("select", options, name=name))


def file_field(label: str, name: str) -> Html:
    """Return a field to choose a file with."""
    return _labelled(label, tag("input", type="file", name=name))


def button(words: str, *, title: str | None = None, look: str | None = None) -> Html:
    """Return a submit button; *title* describes it when *words* are too short."""
    return tag("button", words, type="submit", title=title, aria_label=title, class_=look)


def _labelled(label: str, control: Html) -> Html:
    return tag("label", tag("span", label), control)


def _hidden(name: str, value: str) -> Html:
    return tag("input", type="hidden", name=name, value=value)
