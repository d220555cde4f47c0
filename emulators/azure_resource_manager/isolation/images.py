"""Images on this machine: `images.toml` maps the content of each image to folders.

References: https://learn.microsoft.com/azure/container-instances/container-instances-using-azure-container-registry
"""

import importlib.util
import py_compile
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from emulators.certificates import FOLDER, Certificates

CHECKOUT = Path(__file__).resolve().parents[3]
OURS = Path(__file__).with_name("images.toml")
BUNDLE, AUTHORITY = "/etc/ssl/autocoder/bundle.pem", "/etc/ssl/autocoder/authority.pem"
BUNDLE_BESIDE_A_ROOT = "/run/autocoder/bundle.pem"
PART = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
REFERENCE = re.compile(rf"{PART}(?:/{PART})*")


class ImageNotFoundError(Exception):
    """An image that this machine does not have."""


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of this machine, and its path in a container."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """An image: its files, environment, user, home, working directory, command, and own root if any."""

    name: str
    binds: tuple[Bind, ...]
    environment: Mapping[str, str]
    user: int
    home: str
    directory: str
    command: tuple[str, ...] = ()
    root: Path | None = None


class Images:
    """The images of an *extra* file, such as a test's, followed by those of `images.toml`."""

    def __init__(self, certificates: Certificates, extra: Path | None = None) -> None:
        self.certificates = certificates
        sources = (
            [(OURS, CHECKOUT)] if extra is None else [(extra, extra.parent.absolute()), (OURS, CHECKOUT)]
        )
        self.entries = [entry for file, base in sources for entry in _entries(file, base)]
        self.pulled: dict[str, Image] = {}

    def pull(self, reference: str) -> Image:
        """Return the image that *reference* names; raises `ImageNotFoundError`."""
        name = name_of(reference)
        if name not in self.pulled:
            self.pulled[name] = self._find(name)
        return self.pulled[name]

    def _find(self, name: str) -> Image:
        for base, entry in self.entries:
            match = re.fullmatch(re.escape(entry["name"]).replace(r"\*", f"({PART})"), name)
            if match:
                return self._image(name, base, entry, match.group(1) if match.groups() else "")
        raise ImageNotFoundError(f"image {name} not found")

    def _image(self, name: str, base: Path, entry: dict[str, Any], matched: str) -> Image:
        root = base / entry["root"] if "root" in entry else None
        bundle = BUNDLE_BESIDE_A_ROOT if root else BUNDLE
        places = {
            "python": str(python_prefix()),
            "node": str(node_prefix()),
            "bundle": bundle,
            **_openssl(self.certificates),
        }
        folders = entry.get("folders", {}).items()
        binds = [Bind(base / source.format(name=matched), target) for target, source in folders]
        needed = [*(bind.source for bind in binds), *([root] if root else [])]
        missing = next((source for source in needed if not source.exists()), None)
        if missing is not None:
            raise ImageNotFoundError(f"image {name} not found: {missing} does not exist")
        compiled = [extra for bind in binds for extra in _compiled(bind)]
        trusted = [Bind(self.certificates.bundle, bundle)]
        if root is None:
            trusted.append(Bind(self.certificates.authority, AUTHORITY))
        return Image(
            name=name,
            binds=(*binds, *compiled, *trusted),
            environment={key: text.format(**places) for key, text in entry["environment"].items()},
            user=entry["user"],
            home=entry["home"],
            directory=entry["directory"],
            command=tuple(entry.get("command", ())),
            root=root,
        )


def name_of(reference: str) -> str:
    """Return the name in *reference* without registry, tag and digest; raises `ImageNotFoundError`."""
    first, slash, rest = reference.partition("/")
    is_registry = bool(slash) and (first == "localhost" or "." in first or ":" in first)
    name = (rest if is_registry else reference).partition("@")[0].partition(":")[0]
    if not REFERENCE.fullmatch(name):
        raise ImageNotFoundError("invalid reference format")
    return name


def _openssl(certificates: Certificates) -> dict[str, str]:
    """Return variables that tell OpenSSL where the local and public authorities are."""
    folder = certificates.public_folder
    return {"authority": AUTHORITY if folder else BUNDLE, "authorities": str(folder or FOLDER)}


@cache
def python_prefix() -> Path:
    """Return the installation folder of this Python, not of its virtual environment."""
    return Path(sys.base_prefix)


@cache
def node_prefix() -> Path:
    """Return the installation folder of Node.js, or `/usr` if it is not installed."""
    node = shutil.which("node")
    if node is None:
        return Path("/usr")
    asked = subprocess.run([node, "-p", "process.execPath"], capture_output=True, text=True, check=False)
    return Path(asked.stdout.strip() or "/usr/bin/node").resolve().parent.parent


def _entries(file: Path, base: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the images of *file*, each with the defaults of `images.toml` overridden by those of *file*."""
    ours = tomllib.loads(OURS.read_text())["defaults"]
    content = tomllib.loads(file.read_text())
    defaults = {**ours, **content.get("defaults", {})}
    for image in content.get("image", []):
        environment = {
            **ours["environment"],
            **defaults.get("environment", {}),
            **image.get("environment", {}),
        }
        yield base, {**defaults, **image, "environment": environment}


def _compiled(bind: Bind) -> Iterator[Bind]:
    """Compile Python sources as an image build would; for a single source, yield its compiled file."""
    single = bind.source.suffix == ".py"
    for source in [bind.source] if single else bind.source.glob("*.py"):
        cached = Path(importlib.util.cache_from_source(str(source)))
        try:
            if not cached.exists() or cached.stat().st_mtime < source.stat().st_mtime:
                py_compile.compile(str(source), doraise=True)
        except (OSError, py_compile.PyCompileError):
            continue  # an invalid source or a read-only checkout: Python compiles at run time
        if single:
            yield Bind(cached, importlib.util.cache_from_source(bind.target))
