"""Reads Bicep files for the tests. No package registry has a Bicep compiler, so this stands in for its checks
of syntax, symbols and parameters of modules.

https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tree_sitter
import tree_sitter_bicep

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.bicep"))
DECLARATIONS = {
    "parameter_declaration": "parameter",
    "variable_declaration": "variable",
    "resource_declaration": "resource",
    "module_declaration": "module",
    "output_declaration": "output",
}
LOCAL = ("for_statement", "lambda_expression")
LOOP_NAMES = ("loop_variable", "loop_enumerator")
# The functions that infra/ uses: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
FUNCTIONS = {
    "cidrHost", "cidrSubnet", "concat", "empty", "environment", "guid", "items", "join", "loadJsonContent",
    "resourceGroup", "split", "string", "subscription", "subscriptionResourceId", "toLower", "union",
    "uniqueString",
}  # fmt: skip
Node = tree_sitter.Node
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))


def text_of(node: Node) -> str:
    """Return the source of *node*; a string literal without its quotes."""
    text = (node.text or b"").decode()
    return text[1:-1] if node.type == "string" else text


def walk(node: Node) -> Iterator[Node]:
    """Yield *node* and all its descendants."""
    yield node
    for child in node.children:
        yield from walk(child)


def properties(node: Node) -> dict[str, Node]:
    """Return an object's properties, without nested resources."""
    pairs = [child.named_children for child in node.named_children if child.type == "object_property"]
    return {text_of(pair[0]): pair[1] for pair in pairs if len(pair) == 2}


@dataclass(frozen=True)
class Declaration:
    """A parameter, variable, resource, module or output, with its decorators."""

    kind: str
    name: str
    node: Node
    decorators: dict[str, str]

    @property
    def required(self) -> bool:
        """Whether a parameter has no default."""
        return self.kind == "parameter" and self.node.named_children[-1].type == "type"

    @property
    def type(self) -> str:
        """The type of a parameter or output, as it is written."""
        return text_of(next(child for child in self.node.named_children if child.type == "type"))

    @property
    def target(self) -> str:
        """The type of a resource, or the path of a module."""
        return text_of(next(child for child in self.node.named_children if child.type == "string"))

    @property
    def existing(self) -> bool:
        """Whether a resource is only referred to, not deployed."""
        return any(child.type == "existing" for child in self.node.children)

    @property
    def body(self) -> Node:
        """The object of a resource or module, inside loops and conditions."""
        return next(node for node in walk(self.node) if node.type == "object")


@dataclass(frozen=True)
class File:
    """A parsed Bicep file."""

    path: Path
    root: Node

    @functools.cached_property
    def declarations(self) -> list[Declaration]:
        """Return the declarations of the file, including nested resources."""
        return list(_declared(self.root))

    def of(self, kind: str) -> list[Declaration]:
        """Return the declarations of one *kind*."""
        return [one for one in self.declarations if one.kind == kind]

    def resources(self, kind: str) -> list[Declaration]:
        """Return the deployed resources of type *kind*, whatever their API version."""
        return [one for one in self.of("resource") if one.target.split("@")[0] == kind and not one.existing]

    def syntax_errors(self) -> list[str]:
        """Return the places that do not parse."""
        wrong = [node for node in walk(self.root) if node.is_error or node.is_missing]
        return [f"{self.path.name}:{node.start_point.row + 1}: {text_of(node)[:60]}" for node in wrong]

    def references(self) -> Iterator[tuple[str, int]]:
        """Yield each symbol that is used, with its line. Keys, properties and functions are not symbols."""
        for node in walk(self.root):
            if node.type == "identifier" and not _names_something(node) and not _is_local(node):
                yield text_of(node), node.start_point.row + 1

    def calls(self) -> Iterator[str]:
        """Yield the name of each function that is called."""
        for node in walk(self.root):
            decorates = node.parent is not None and node.parent.type == "decorator"
            if node.type == "call_expression" and not decorates:
                yield text_of(node.named_children[0])
            elif _is_called_in_an_array(node):
                yield text_of(node)

    def members(self, name: str) -> Iterator[tuple[str, ...]]:
        """Yield the members of *name* that are read: `("outputs", "id")` for `name.outputs.id`."""
        for node in walk(self.root):
            if node.type == "identifier" and text_of(node) == name and not _names_something(node):
                yield tuple(_path_from(node))


@functools.cache
def parsed(path: Path) -> File:
    """Return a parsed file."""
    return parse(path.read_text("utf-8"), path)


def parse(source: str, path: Path = Path("text.bicep")) -> File:
    """Return the file that *source* would be."""
    return File(path, _PARSER.parse(source.encode()).root_node)


def module(name: str) -> File:
    """Return a file of infra/modules."""
    return parsed(INFRA / "modules" / f"{name}.bicep")


def source(name: str) -> str:
    """Return the text of a file of infra/modules."""
    return text_of(module(name).root)


def _declared(node: Node) -> Iterator[Declaration]:
    decorators: dict[str, str] = {}
    for child in node.children:
        if child.type == "decorators":
            decorators = dict(_decorator(one) for one in child.named_children if one.type == "decorator")
            continue
        if child.type in DECLARATIONS:
            name = next(one for one in child.children if one.type == "identifier")
            yield Declaration(DECLARATIONS[child.type], text_of(name), child, decorators)
        if child.is_named and child.type != "comment":
            decorators = {}
        yield from _declared(child)


def _decorator(node: Node) -> tuple[str, str]:
    call = node.named_children[0]
    if call.type != "call_expression":
        return text_of(call), ""
    return text_of(call.named_children[0]), text_of(call.named_children[1])[1:-1].strip("'")


def _names_something(node: Node) -> bool:
    """Whether this identifier is a declaration, a key or the name of a function."""
    parent = node.parent
    if parent is None or parent.type in LOOP_NAMES or _is_called_in_an_array(node):
        return True
    first = parent.named_children[0] == node
    if parent.type in DECLARATIONS or parent.type in (*LOCAL, "metadata_declaration"):
        return first
    if parent.type == "resource_expression":
        return not first
    return first and parent.type in ("object_property", "call_expression")


def _is_called_in_an_array(node: Node) -> bool:
    """Whether this is a call that the grammar parses as two items: `[split(a, b)]`."""
    after = node.next_sibling
    if node.type != "identifier" or after is None or after.start_byte != node.end_byte:
        return False
    return text_of(after).startswith("(") and node.parent is not None and node.parent.type == "array"


def _is_local(node: Node) -> bool:
    """Whether this is the variable of an enclosing loop or lambda."""
    around = node.parent
    while around is not None:
        if around.type in LOCAL:
            head = around.named_children[0]
            names = head.named_children if head.type == "for_loop_parameters" else [head]
            if text_of(node) in map(text_of, names):
                return True
        around = around.parent
    return False


def _path_from(node: Node) -> Iterator[str]:
    while node.parent is not None and node.parent.type == "member_expression":
        node = node.parent
        yield text_of(node.named_children[-1])
