"""Reads the manifest of the extension: as it was built, or else its source.

https://learn.microsoft.com/azure/devops/extend/develop/manifest
"""

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "extension"
BUILT_FOLDER, MANIFEST = "dist/extension", "vss-extension.json"
SOURCE_FOLDER = "manifest"
BUILD_COMMAND = "make extension-pages"


@dataclass(frozen=True, slots=True)
class Contribution:
    """What an extension adds: its full id, type, targets and properties, and whether its page is built."""

    id: str
    type: str
    targets: tuple[str, ...]
    properties: dict[str, Any]
    is_built: bool


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension as its manifest describes it; *addressable* are the paths that browsers may load."""

    publisher: str
    name: str
    version: str
    title: str
    scopes: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    addressable: tuple[PurePosixPath, ...]

    @property
    def id(self) -> str:
        """The full id, such as `publisher.extension`."""
        return f"{self.publisher}.{self.name}"

    def at(self, *targets: str, kind: str) -> list[Contribution]:
        """Return the contributions of the type *kind* to any of *targets*, in the order of the manifest."""
        return [
            one for one in self.contributions if one.type == kind and not set(targets).isdisjoint(one.targets)
        ]


def read_extension(folder: Path) -> Extension | None:
    """Return the extension in *folder*, or None if it has no manifest; raises ValueError for a wrong one."""
    built = folder / BUILT_FOLDER
    manifest = built / MANIFEST
    if not manifest.is_file():
        manifest = folder / SOURCE_FOLDER / MANIFEST
    if not manifest.is_file():
        return None
    body = json.loads(manifest.read_text("utf-8"))
    try:
        return _extension(body, built)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{manifest} is not the manifest of an extension: {error!r}") from error


def _extension(body: dict[str, Any], built: Path) -> Extension:
    prefix = f"{body['publisher']}.{body['id']}"
    return Extension(
        publisher=str(body["publisher"]),
        name=str(body["id"]),
        version=str(body["version"]),
        title=str(body["name"]),
        scopes=tuple(body.get("scopes", ())),
        contributions=tuple(_contribution(prefix, one, built) for one in body.get("contributions", ())),
        addressable=tuple(
            PurePosixPath(one.get("packagePath", one["path"]))
            for one in body.get("files", ())
            if one.get("addressable") is True
        ),
    )


def _contribution(prefix: str, body: dict[str, Any], built: Path) -> Contribution:
    properties = body.get("properties", {})
    page = properties.get("uri")
    return Contribution(
        f"{prefix}.{body['id']}",
        str(body["type"]),
        tuple(body.get("targets", ())),
        properties,
        isinstance(page, str) and (built / page).is_file(),
    )
