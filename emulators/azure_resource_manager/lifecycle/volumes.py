"""Folders that stand for the volumes of a group; what containers leave in them is not trusted."""

import base64
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from emulators.azure_resource_manager.definition.spec import Volume
from emulators.azure_resource_manager.lifecycle.platform import ProvisioningError


def make_volumes(folder: Path, volumes: Iterable[Volume]) -> None:
    """Make a folder for each of *volumes* under *folder*; emptyDir volumes that are there keep their content.

    Raises `ProvisioningError` for a kind of volume that this machine does not have.
    """
    for volume in volumes:
        if volume.azure_file is not None or volume.git_repo is not None:
            raise ProvisioningError(
                "VolumeNotSupported", f"'{volume.name}': this machine has no such volumes."
            )
        place = folder / volume.name
        if volume.secret is not None:
            remove_tree(place)  # a container may have put links in place of its files
        place.mkdir(parents=True, exist_ok=True)
        for name, content in (volume.secret or {}).items():
            (place / name).write_bytes(base64.b64decode(content))


def remove_tree(folder: Path) -> None:
    """Delete *folder*, also when its owner has closed folders in it to themselves; links are not followed."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    for path, inner, _ in os.walk(folder):
        for name in inner:
            place = Path(path, name)
            if not place.is_symlink():
                place.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
