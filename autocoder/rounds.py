"""A run and its rounds, and which files belong to which of them.

A round is one container group of a run, with its own plan, inputs and outputs under `<run id>/<number>/` in
Blob Storage. What belongs to the whole run, such as its request and its report, is under `<run id>/`. The
name of a file has the type of its place, so that nobody looks for the file of a round in the run, or for the
run's in a round.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Generic, TypeVar

FIRST = 1  # the number of a run's first round
CONTAINER = "runs"  # in Blob Storage


class RunFile(str):
    """The name of a file that belongs to the whole run."""

    __slots__ = ()


class RoundFile(str):
    """The name of a file that belongs to one round of a run."""

    __slots__ = ()


FileT = TypeVar("FileT", RunFile, RoundFile)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Folder(Generic[FileT]):
    """A folder of a run in Blob Storage, with the type of the files in it."""

    run_id: str

    @property
    def prefix(self) -> str:
        """What the names of its blobs begin with: its fields, each one a folder."""
        return "".join(f"{part}/" for part in astuple(self))


@dataclass(frozen=True, slots=True)
class WholeRun(Folder[RunFile]):
    """A run with its own files."""


@dataclass(frozen=True, slots=True)
class Round(Folder[RoundFile]):
    """One round of a run: its container group, and the files of that."""

    number: int


def files_in(listed: Mapping[str, T], current: Round) -> dict[str, T]:
    """Return what was *listed* of a run, without the files of other rounds than the *current* one.

    The keys are names below `<run id>/`; those that are returned have no number of a round any more.
    """
    inner = f"{current.number}/"
    own = {name: value for name, value in listed.items() if "/" not in name}
    return own | {name.removeprefix(inner): value for name, value in listed.items() if name.startswith(inner)}
