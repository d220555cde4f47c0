"""The folders of a run: those that its steps use, removed at the end, and those of its logs and artifacts.

https://learn.microsoft.com/azure/devops/pipelines/build/variables
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from emulators.azure_devops.core.state import State

USED = ("sources", "artifacts", "binaries", "tests", "temp", "tools", "home")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders below *root* that the steps of one run use."""

    root: Path

    @property
    def sources(self) -> Path:
        """Build.SourcesDirectory."""
        return self.root / "s"

    @property
    def artifacts(self) -> Path:
        """Build.ArtifactStagingDirectory."""
        return self.root / "a"

    @property
    def binaries(self) -> Path:
        """Build.BinariesDirectory."""
        return self.root / "b"

    @property
    def tests(self) -> Path:
        """Common.TestResultsDirectory."""
        return self.root / "TestResults"

    @property
    def temp(self) -> Path:
        """Agent.TempDirectory."""
        return self.root / "_temp"

    @property
    def tools(self) -> Path:
        """Agent.ToolsDirectory."""
        return self.root / "_tool"

    @property
    def home(self) -> Path:
        """The home of the processes, so that they do not see this machine's own settings."""
        return self.root / "home"

    def create(self) -> None:
        """Create the folders, empty and private to this user."""
        self.remove()
        self.root.mkdir(parents=True, mode=0o700)
        for name in USED:
            folder: Path = getattr(self, name)
            folder.mkdir()

    def remove(self) -> None:
        """Remove the folders that the steps used."""
        shutil.rmtree(self.root, ignore_errors=True)


def work_folder(state: State, instance: str) -> Path:
    """Return the folder of all workspaces of the agent *instance*."""
    return state.folder / "pipelines" / "work" / instance


def log_path(state: State, run_id: int, log_id: int) -> Path:
    """Return the file of a log."""
    return _kept(state, run_id) / "logs" / f"{log_id}.log"


def artifact_path(state: State, run_id: int, name: str) -> Path:
    """Return the folder of an artifact, whose name has been checked."""
    return _kept(state, run_id) / "artifacts" / name


def workspace_of(state: State, run_id: int, instance: str) -> Workspace:
    """Return the folders of a run that the agent *instance* executes."""
    return Workspace(work_folder(state, instance) / str(run_id))


def _kept(state: State, run_id: int) -> Path:
    return state.folder / "pipelines" / "runs" / str(run_id)
