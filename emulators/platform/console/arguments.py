"""Arguments as the Makefile passes them; errors name the Makefile's variable, not the option.

https://docs.python.org/3/library/argparse.html
"""

import argparse
import os
import re
from pathlib import Path
from typing import NoReturn

from emulators.platform.plan import MODELS


class MakeParser(argparse.ArgumentParser):
    """A parser whose errors say `BASE_PORT` where argparse would say `--base-port`."""

    def error(self, message: str) -> NoReturn:
        """Print *message* with variables in place of options, and exit with code 2."""
        self.exit(2, f"{self.prog}: {as_variables(message)}\n")


def as_variables(message: str) -> str:
    """Return a message from argparse with each `argument --base-port` written as `BASE_PORT`."""
    return re.sub(r"(?:argument )?--([a-z][a-z-]*)", lambda found: _variable(found[1]), message)


def _variable(option: str) -> str:
    return option.upper().replace("-", "_")


def make_parser(target: str, purpose: str, state: Path) -> argparse.ArgumentParser:
    """Return a parser of the arguments common to all targets; *state* is the default state folder."""
    parser = MakeParser(prog=f"make {target}", description=purpose)
    parser.add_argument("--agent", required=True, help="the agent: the name of a folder in containers/")
    parser.add_argument("--state", type=Path, default=state, help=f"folder for state ({state.name})")
    add_model(parser)
    add_durable_extension(parser)
    return parser


def add_durable_extension(parser: argparse.ArgumentParser) -> None:
    """Add the argument that hands the orchestrations to Microsoft's Durable extension."""
    parser.add_argument(
        "--durable-extension",
        type=program,
        metavar="PROGRAM",
        help="the Durable extension, which keeps the orchestrations in place of the functions host",
    )


def program(text: str) -> Path:
    """Return the absolute path of a program; raises `argparse.ArgumentTypeError` when there is none."""
    path = Path(text).absolute()
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise argparse.ArgumentTypeError(f"there is no program {text!r}")
    return path


def add_pipelines(parser: argparse.ArgumentParser) -> None:
    """Add the argument that turns pipelines on."""
    parser.add_argument(
        "--pipelines",
        action="store_true",
        help="let pipelines execute their steps: scripts, with your rights and without a sandbox",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose the model."""
    parser.add_argument("--model", choices=MODELS, default=MODELS[0], help="which model answers the agent")
    parser.add_argument(
        "--unsafe", action="store_true", help="let a real model's agent run without a sandbox"
    )
