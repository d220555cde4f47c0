"""The XML of Blob Storage's answers, read without document types: so no entity can be declared or expanded.

https://docs.python.org/3/library/xml.html#xml-security
"""

from typing import NoReturn
from xml.etree import ElementTree as Tree

from autocoder.errors import UnexpectedAnswer


class _WithoutDocumentTypes(Tree.TreeBuilder):
    def doctype(self, *_: object) -> NoReturn:
        """Refuse a document type, before any of its declarations is read."""
        raise unexpected()


def read_xml(text: bytes, root: str) -> Tree.Element:
    """Return the element *root* that *text* is. Raises `UnexpectedAnswer` for any other text."""
    parser = Tree.XMLParser(target=_WithoutDocumentTypes())  # noqa: S314  (it declares no entity)
    try:
        parser.feed(text.removeprefix(b"\xef\xbb\xbf"))
        found: Tree.Element = parser.close()
    except Tree.ParseError:
        raise unexpected() from None
    if found.tag != root:
        raise unexpected()
    return found


def unexpected() -> UnexpectedAnswer:
    """Return the error for an answer that is not what the documentation says."""
    return UnexpectedAnswer("Blob Storage answered with something that is not its documented XML.")
