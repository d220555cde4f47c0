"""The XML of Blob Storage's answers, read without document types: so no entity can be declared or expanded.

https://docs.python.org/3/library/xml.html#xml-vulnerabilities
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from autocoder.errors import UnexpectedAnswer

MAX_DEPTH = 32


@dataclass(slots=True)
class Element:
    """An element: its name, its text, and the elements in it."""

    name: str
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def all(self, name: str) -> "Iterator[Element]":
        """Yield the elements in it that have that *name*."""
        return (child for child in self.children if child.name == name)

    def at(self, *names: str) -> str:
        """Return the text of the element that these *names* lead to, empty when there is none."""
        found: Element | None = self
        for name in names:
            found = next(found.all(name), None) if found else None
        return found.text if found else ""

    def children_of(self, name: str) -> "list[Element]":
        """Return the elements in the first element of that *name*."""
        found = next(self.all(name), None)
        return found.children if found else []


def read_xml(text: bytes, root: str) -> Element:
    """Return the element *root* that *text* is. Raises `UnexpectedAnswer` for any other text."""
    stack = [Element("")]

    def start(name: str, _: dict[str, str]) -> None:
        if len(stack) > MAX_DEPTH:
            raise _unexpected()
        stack[-1].children.append(Element(name))
        stack.append(stack[-1].children[-1])

    def data(part: str) -> None:
        stack[-1].text += part

    def refuse(*_: object) -> None:
        raise _unexpected()

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = data
    try:
        parser.Parse(text.removeprefix(b"\xef\xbb\xbf"), True)
    except expat.ExpatError:
        raise _unexpected() from None
    if stack[0].children[0].name != root:
        raise _unexpected()
    return stack[0].children[0]


def _unexpected() -> UnexpectedAnswer:
    return UnexpectedAnswer("Blob Storage answered with something that is not its documented XML.")
