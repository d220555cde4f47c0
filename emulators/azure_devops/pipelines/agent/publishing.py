"""The step `publish`: copies a file or folder of the run to the artifacts that stay.

https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/steps-publish
"""

import re
import shutil
from pathlib import Path

from emulators.azure_devops.core.state import State
from emulators.azure_devops.pipelines.agent.workspace import artifact_path

FORBIDDEN = re.compile(r'[\\/"\':<>|*?\x00-\x1f]')
MAX_NAME = 120


class PublishError(Exception):
    """The step cannot publish; the message gives the cause."""


def publish(state: State, run_id: int, source: Path, name: str) -> str:
    """Copy *source* to the artifact *name* and return how it is named; raises `PublishError`."""
    if not name or FORBIDDEN.search(name) or name.strip(". ") != name or len(name) > MAX_NAME:
        raise PublishError(
            f"Artifact name is not valid: {name}. It cannot contain '\\', '/', \"\", ':', '<', '>', '|', "
            "'*', and '?'"
        )
    target = artifact_path(state, run_id, name)
    if not source.exists():
        raise PublishError(f"Path does not exist: {source}")
    if target.exists():
        raise PublishError(f"Artifact {name} already exists for build {run_id}.")
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        target.mkdir(parents=True)
        shutil.copy2(source, target / source.name)
    return name
