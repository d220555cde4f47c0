"""Build outputs that no `.gitignore` names: known by their names, and by evidence where a name is not enough.

The supervisor leaves them out without a word for each and counts them, before it reads or judges anything.
Only new files count, and only in folders of which the base has nothing: what a team commits stays its own, as
does a folder such as `bin/` with scripts. Only the standard library is used, because the runner's image has a
copy of this folder.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import NamedTuple

MADE_BY_COMMANDS = "made by setup and verify"  # what stands for the name of files known by that
MAX_NESTED = 8  # folders of build output in one another that are looked at, from the outermost


class BuildOutput(NamedTuple):
    """A glob of what a tool makes; each kind of evidence that is given must be there.

    A glob that ends with a slash is a folder with all that is in it, any other glob is a file. `*` matches
    within a name.
    """

    glob: str
    made_by: str
    beside: tuple[str, ...] = ()  # one of these files stands beside its first folder
    within: tuple[str, ...] = ()  # one of these files is in the folder
    is_binary: bool = False  # the file's content is not text

    @property
    def evidence(self) -> str:
        """What must be there besides the name, in words; empty if nothing."""
        parts = [f"beside {_names(self.beside)}"] if self.beside else []
        parts += [f"with {_names(self.within)} in it"] if self.within else []
        parts += ["not text"] if self.is_binary else []
        return ", ".join(parts)


DOTNET = ("*.csproj", "*.fsproj", "*.vbproj")
PYTHON = ("pyproject.toml", "setup.py", "setup.cfg")
GRADLE = ("build.gradle", "build.gradle.kts")
BUILD_OUTPUTS = (
    BuildOutput("node_modules/", "npm, pnpm, Yarn"),
    BuildOutput("bower_components/", "Bower"),
    BuildOutput(".next/", "Next.js"),
    BuildOutput(".nuxt/", "Nuxt"),
    BuildOutput(".svelte-kit/", "SvelteKit"),
    BuildOutput(".angular/", "Angular"),
    BuildOutput(".turbo/", "Turborepo"),
    BuildOutput(".parcel-cache/", "Parcel"),
    BuildOutput(".nyc_output/", "Istanbul"),
    BuildOutput("coverage/", "Jest, Istanbul", within=("lcov.info", "coverage-final.json", "clover.xml")),
    BuildOutput("*.tsbuildinfo", "TypeScript"),
    BuildOutput(".eslintcache", "ESLint"),
    BuildOutput("__pycache__/", "Python"),
    BuildOutput("*.pyc", "Python", is_binary=True),
    BuildOutput(".venv/", "Python"),
    BuildOutput("venv/", "Python", within=("pyvenv.cfg",)),
    BuildOutput("env/", "Python", within=("pyvenv.cfg",)),
    BuildOutput("*.egg-info/", "setuptools", within=("PKG-INFO",)),
    BuildOutput("dist/*.whl", "Python", beside=PYTHON),
    BuildOutput("dist/*.tar.gz", "Python", beside=PYTHON),
    BuildOutput(".pytest_cache/", "pytest"),
    BuildOutput(".hypothesis/", "Hypothesis"),
    BuildOutput(".mypy_cache/", "mypy"),
    BuildOutput(".ruff_cache/", "Ruff"),
    BuildOutput(".tox/", "tox"),
    BuildOutput(".nox/", "Nox"),
    BuildOutput(".coverage", "Coverage.py", is_binary=True),
    BuildOutput("htmlcov/", "Coverage.py", within=("status.json",)),
    BuildOutput(".ipynb_checkpoints/", "Jupyter"),
    BuildOutput("bin/Debug/", ".NET", beside=DOTNET),
    BuildOutput("bin/Release/", ".NET", beside=DOTNET),
    BuildOutput("bin/*/Debug/", ".NET", beside=DOTNET),
    BuildOutput("bin/*/Release/", ".NET", beside=DOTNET),
    BuildOutput("obj/", ".NET", beside=DOTNET, within=("project.assets.json",)),
    BuildOutput("target/", "Cargo, Maven, sbt", beside=("Cargo.toml", "pom.xml", "build.sbt")),
    BuildOutput("*.class", "Java", is_binary=True),
    BuildOutput(".gradle/", "Gradle"),
    BuildOutput("build/", "Gradle", beside=GRADLE),
    BuildOutput("build/", "CMake", within=("CMakeCache.txt",)),
    BuildOutput("cmake-build-*/", "CMake", within=("CMakeCache.txt",)),
    BuildOutput(".dart_tool/", "Dart"),
    BuildOutput(".terraform/", "Terraform"),
    BuildOutput(".DS_Store", "macOS", is_binary=True),
    BuildOutput("Thumbs.db", "Windows", is_binary=True),
)


def build_outputs(
    new: Collection[str],
    base: Collection[str],
    is_allowed: Callable[[str], bool],
    is_binary: Callable[[str], bool],
    is_link: Callable[[str], bool],
) -> dict[str, str]:
    """Return the build output among *new* files, of which *base* has none: path to the name it is known by.

    *is_allowed* says that the team lets a path through, *is_binary* that a file's content is not text, and
    *is_link* that a path is a symbolic link, which may stand for a folder.
    """
    candidates = [(path, found) for path in new if (found := list(_candidates(path)))]
    if not candidates:
        return {}
    evidence = _Evidence(new, base, is_binary, is_link)
    outputs: dict[str, str] = {}
    for path, found in candidates:
        name = next((glob for glob, place in found if evidence.proves(glob, place)), None)
        if name is not None and not is_allowed(path):
            outputs[path] = name.rstrip("/")
    return outputs


def counted(outputs: Mapping[str, int]) -> str:
    """Return in one sentence how many files of build output were left out, by name; empty if none were."""
    total = sum(outputs.values())
    if not total:
        return ""
    were = "1 file of build output was" if total == 1 else f"{total:,} files of build output were"
    known = [f"`{name}`" for name in dict.fromkeys(glob.rstrip("/") for glob in _globs()) if name in outputs]
    known += [MADE_BY_COMMANDS] if MADE_BY_COMMANDS in outputs else []
    return f"{were} left out ({', '.join(known or ['of unknown kinds'])})."


class _Evidence:
    """What there is beside and within what may be build output."""

    def __init__(
        self,
        new: Collection[str],
        base: Collection[str],
        is_binary: Callable[[str], bool],
        is_link: Callable[[str], bool],
    ) -> None:
        self._base = sorted(base)
        self._there = frozenset(base).union(new)
        self._is_binary, self._is_link = is_binary, is_link
        self._known: dict[tuple[str, str], bool] = {}
        self._suffixed: frozenset[tuple[str, str]] | None = None

    def proves(self, glob: str, place: str) -> bool:
        """Whether the folder or file *place*, which *glob* matches, is what the table says."""
        key = (glob, place)
        if key not in self._known:
            self._known[key] = (
                not self._is_in_base(place)
                and not self._is_a_file(glob, place)
                and any(self._has_all(entry, place) for entry in _entries()[glob])
            )
        return self._known[key]

    def _is_a_file(self, glob: str, place: str) -> bool:
        """Whether *place* has the name of a folder of the table, and is a file."""
        return glob.endswith("/") and place in self._there and not self._is_link(place)

    def _has_all(self, entry: BuildOutput, place: str) -> bool:
        above = place.split("/")[: -len(entry.glob.strip("/").split("/"))]
        folder = "".join(f"{name}/" for name in above)
        return (
            (not entry.beside or any(self._stands(folder, name) for name in entry.beside))
            and (not entry.within or any(f"{place}/{name}" in self._there for name in entry.within))
            and (not entry.is_binary or self._is_binary(place))
        )

    def _stands(self, folder: str, name: str) -> bool:
        """Whether *folder* has a file *name*, or one that ends as *name* says after a `*`."""
        if not name.startswith("*"):
            return f"{folder}{name}" in self._there
        if self._suffixed is None:
            endings = tuple(name[1:] for name in DOTNET)
            found = (path for path in self._there if path.endswith(endings))
            self._suffixed = frozenset(
                (path[: path.rfind("/") + 1], path[path.rfind(".") :]) for path in found
            )
        return (folder, name[1:]) in self._suffixed

    def _is_in_base(self, place: str) -> bool:
        at = bisect_left(self._base, f"{place}/")
        return at < len(self._base) and self._base[at].startswith(f"{place}/")


def _candidates(path: str) -> Iterator[tuple[str, str]]:
    """Yield the globs that match *path* or a folder above it, each with what it matches, outermost first."""
    for found in islice(_folders().finditer(path), MAX_NESTED):
        yield _globs()[int((found.lastgroup or "_0")[1:])], path[: found.end()]
    last = _files().search(path)
    if last is not None:
        yield _globs()[int((last.lastgroup or "_0")[1:])], path


@cache
def _entries() -> dict[str, list[BuildOutput]]:
    entries: dict[str, list[BuildOutput]] = {}
    for entry in BUILD_OUTPUTS:
        entries.setdefault(entry.glob, []).append(entry)
    return entries


@cache
def _globs() -> tuple[str, ...]:
    return tuple(_entries())


@cache
def _folders() -> re.Pattern[str]:
    """Return the expression for folders; a link may stand for a folder that needs no evidence."""
    parts = (
        (glob, r"(?=/|\Z)" if any(not entry.evidence for entry in entries) else "(?=/)")
        for glob, entries in _entries().items()
    )
    return _expression((glob, end) for glob, end in parts if glob.endswith("/"))


@cache
def _files() -> re.Pattern[str]:
    return _expression((glob, r"\Z") for glob in _globs() if not glob.endswith("/"))


def _expression(globs: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    places = {glob: number for number, glob in enumerate(_globs())}
    parts = (f"(?P<_{places[glob]}>{_translated(glob.rstrip('/'))}{end})" for glob, end in globs)
    return re.compile(rf"(?:\A|(?<=/))(?:{'|'.join(parts)})", re.DOTALL)


def _translated(glob: str) -> str:
    return "[^/]*".join(map(re.escape, glob.split("*")))


def _names(names: Iterable[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)
