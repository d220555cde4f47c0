"""The project's own rules, which no linter checks: packages without cycles, small folders, docstrings.

`python -m tests.test_house` prints what breaks a rule.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("function_app.py", "triggers", "orchestrators", "activities", "autocoder", "containers/runner")
PACKAGES = ("triggers", "orchestrators", "activities", "autocoder", "emulators", "runner")
SAMPLE = "emulators/sample/"  # a project of its own
MAX_MODULES = 16  # of one folder, `__init__.py` aside
MAX_LINES = 250
LIMIT_WORDS = re.compile(r"\b(MOST|LONGEST|LARGEST)_[A-Z]")
PAGE = re.compile(r"https://\S+")
PARTS = ("activities.activity", "activities.parts")


@cache
def modules(*roots):
    """The tracked and new Python modules below *roots*, by name, with their syntax trees."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *roots]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = [name for name in listed.split("\0") if name.endswith(".py") and not name.startswith(SAMPLE)]
    return {
        name: ast.parse((ROOT / name).read_text("utf-8")) for name in sorted(names) if (ROOT / name).exists()
    }


def ours():
    """The modules of product, runner and emulators."""
    return modules(*PRODUCT, "emulators")


def packages_in_circles():
    """Groups of packages that import each other, directly or through others.

    Of a package with packages inside, each module counts for itself: some are above the rooms, some below.
    """
    sys.path.insert(0, str(ROOT / "containers"))
    import grimp

    graph = grimp.build_graph(*PACKAGES)
    with_rooms = {package.rpartition(".")[0] for package in graph.modules if graph.find_children(package)}
    homes = {
        module: module if module.rpartition(".")[0] in with_rooms | {""} else module.rpartition(".")[0]
        for module in graph.modules
    }
    arrows = {}
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            if homes[module] != homes[other]:
                arrows.setdefault(homes[module], set()).add(homes[other])
    return circles_of(arrows)


def circles_of(arrows):
    """Groups of names that reach each other by *arrows* (name -> names)."""
    reached = {package: _reached(package, arrows) for package in arrows}
    circles = {
        frozenset({package, *(other for other in there if package in reached.get(other, ()))})
        for package, there in reached.items()
        if package in there
    }
    return sorted(sorted(circle) for circle in circles)


def _reached(start, arrows):
    found, waiting = set(), [start]
    while waiting:
        new = arrows.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def crowded_folders():
    """Folders with more than MAX_MODULES modules."""
    counted = Counter(name.rpartition("/")[0] for name in ours() if not name.endswith("__init__.py"))
    return [f"{folder}: {count}" for folder, count in counted.items() if count > MAX_MODULES]


def long_modules():
    """Modules with too many lines."""
    lengths = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in ours()}
    return [f"{name}: {length}" for name, length in lengths.items() if length > MAX_LINES]


def activities_that_import_another():
    """Imports from one activity to another, `activity.py` and `parts/` aside."""
    found = []
    for name, tree in modules("activities").items():
        for node in ast.walk(tree):
            named = [node.module] if isinstance(node, ast.ImportFrom) else []
            named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module == "activities":
                named = [f"activities.{alias.name}" for alias in node.names]
            wrong = [one for one in named if one.startswith("activities.") and not one.startswith(PARTS)]
            found += [f"{name}: {one}" for one in wrong]
    return found


def json_read_elsewhere():
    """Calls of `json.load` and `json.loads` outside the one function that survives any nesting."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in modules(*PRODUCT).items()
        if name != "autocoder/shared/json_text.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("json.load", "json.loads")
    ]


def old_words_for_limits():
    """Constants for limits that are not called MAX_, MIN_ or DEFAULT_."""
    lines = (
        (f"{name}:{number}", line)
        for name in ours()
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
    )
    return [f"{place}: {line.strip()}" for place, line in lines if LIMIT_WORDS.search(line)]


def emulators_without_a_vendor_page():
    """Modules of the emulators whose docstring names no page of the vendor's documentation."""
    pages = {name: ast.get_docstring(tree) or "" for name, tree in modules("emulators").items()}
    return [
        name for name, text in pages.items() if not PAGE.search(text) and not name.endswith("__init__.py")
    ]


def public_functions():
    """Every public function, class and method of product, runner and emulators, with where it is."""
    for name, tree in ours().items():
        yield from _public(name, tree.body)


def _public(name, nodes):
    for node in nodes:
        is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if not is_named or node.name.startswith("_") or "overload" in map(ast.unparse, node.decorator_list):
            continue
        yield f"{name}:{node.lineno} {node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from _public(name, node.body)


def raises(node):
    """Whether the function contains `raise`, apart from functions inside it."""
    if isinstance(node, ast.Raise):
        return True
    inside = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    return any(raises(child) for child in ast.iter_child_nodes(node) if not isinstance(child, inside))


def functions_that_do_not_say_what_they_raise():
    """Public functions that contain `raise`, but whose docstring does not mention it."""
    functions = ((place, node) for place, node in public_functions() if not isinstance(node, ast.ClassDef))
    return [place for place, node in functions if raises(node) and "raise" not in _words(node)]


def _words(node):
    return (ast.get_docstring(node) or "").lower()


def without_a_docstring():
    """Modules, public functions and public classes without a docstring."""
    silent = [name for name, tree in ours().items() if not ast.get_docstring(tree)]
    return silent + [place for place, node in public_functions() if not ast.get_docstring(node)]


def strangers_of_the_shared_folder():
    """Imports of `autocoder/shared` other than itself and the standard library."""
    found = []
    for path in sorted((ROOT / "autocoder" / "shared").glob("*.py")):
        program = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import autocoder.shared.{path.stem}; "
            "print(*{name for name in sys.modules if name.split('.')[0] not in sys.stdlib_module_names})"
        )
        command = [sys.executable, "-S", "-I", "-c", program]
        done = subprocess.run(command, capture_output=True, text=True)
        foreign = [
            name for name in done.stdout.split() if not re.match(r"autocoder(\.shared|$)|__main__$", name)
        ]
        found += [f"{path.stem}: {done.stderr.strip().splitlines()[-1:]}"] if done.returncode else foreign
    return found


RULES = (
    packages_in_circles,
    crowded_folders,
    long_modules,
    activities_that_import_another,
    old_words_for_limits,
    emulators_without_a_vendor_page,
    functions_that_do_not_say_what_they_raise,
    without_a_docstring,
    strangers_of_the_shared_folder,
    json_read_elsewhere,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_nothing_breaks_the_rule(rule):
    assert rule() == []


def test_the_checker_finds_violations():
    assert LIMIT_WORDS.search("MOST_RUNS = 1")
    assert raises(ast.parse("def run():\n    raise ValueError").body[0])
    assert not raises(ast.parse("def run():\n    def inner():\n        raise ValueError").body[0])
    assert circles_of({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}}) == [["a", "b", "c"]]
    assert len(ours()) > 200


if __name__ == "__main__":
    for broken in RULES:
        found = broken()
        print(f"{broken.__name__}: {len(found)}")
        for line in found:
            print(f"  {line}")
