"""The folders of a group's volumes; their content is untrusted, because containers write it.

https://learn.microsoft.com/azure/container-instances/container-instances-volume-emptydir and
https://learn.microsoft.com/azure/container-instances/container-instances-volume-secret
"""

import base64
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from emulators.azure_resource_manager.definition.spec import Volume


def make_volumes(folder: Path, volumes: Iterable[Volume]) -> None:
    """Create a folder for each of *volumes* under *folder*; an existing emptyDir keeps its content."""
    for volume in volumes:
        place = folder / volume.name
        if volume.secret is not None:
            remove_tree(place)  # a container may have put links in place of its files
        place.mkdir(parents=True, exist_ok=True)
        for name, content in (volume.secret or {}).items():
            (place / name).write_bytes(base64.b64decode(content))


def remove_tree(folder: Path) -> None:
    """Delete *folder*, even when folders in it deny access to their owner; links are not followed."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    for path, inner, _ in os.walk(folder):
        for name in inner:
            place = Path(path, name)
            if not place.is_symlink():
                place.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
