"""The refusals of a pipeline's YAML file.

What the service refuses as well is 400 with its message and position; what only this emulator lacks is 501.
https://learn.microsoft.com/azure/devops/pipelines/yaml-schema
"""

from typing import Protocol

from emulators.azure_devops.core import errors

PIPELINES = "Microsoft.Azure.Pipelines.WebApi"
OPERATION = "pipelines Runs_Run Pipeline"


class Placed(Protocol):
    """A part of the file that knows its line and column, both counted from 1."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column."""


def invalid(message: str) -> errors.VssError:
    """400: the service refuses the pipeline, its file or the values for its parameters."""
    return errors.VssError(400, message, "PipelineValidationException", PIPELINES)


def misplaced(path: str, part: Placed, message: str) -> errors.VssError:
    """400: the service refuses a part of the file at *path* (`/azure-pipelines.yml`)."""
    return invalid(f"{path} (Line: {part.line}, Col: {part.column}): {message}")


def not_covered(path: str, part: Placed, what: str) -> errors.VssError:
    """501: *what*, a part of the file, is something that this emulator does not cover."""
    return errors.not_covered(OPERATION, f"{what} ({path}, line {part.line})")
