"""Arguments as the Makefile passes them: a wrong one is reported by the name of its variable.

https://docs.python.org/3/library/argparse.html
"""

import argparse
import re
from pathlib import Path
from typing import NoReturn

from emulators.platform.plan import MODELS


class MakeParser(argparse.ArgumentParser):
    """A parser that speaks of `BASE_PORT` where argparse would speak of `--base-port`."""

    def error(self, message: str) -> NoReturn:
        """Print *message* with the Makefile's variables instead of our options, and exit with code 2."""
        self.exit(2, f"{self.prog}: {as_variables(message)}\n")


def as_variables(message: str) -> str:
    """Return a message of argparse with each `argument --base-port` written as `BASE_PORT`."""
    return re.sub(r"(?:argument )?--([a-z][a-z-]*)", lambda found: _variable(found[1]), message)


def _variable(option: str) -> str:
    return option.upper().replace("-", "_")


def make_parser(target: str, purpose: str, state: Path) -> argparse.ArgumentParser:
    """Return the arguments that every target with a platform takes; *state* is its folder by default."""
    parser = MakeParser(prog=f"make {target}", description=purpose)
    parser.add_argument("--agent", required=True, help="which agent: a folder of containers/")
    parser.add_argument("--state", type=Path, default=state, help=f"folder for state ({state.name})")
    add_model(parser)
    return parser


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which model answers the agent."""
    parser.add_argument("--model", choices=MODELS, default=MODELS[0], help="which model answers the agent")
    parser.add_argument("--unsafe", action="store_true", help="a real model's agent needs no sandbox")
