"""What a platform is to be: where its state and ports are, which app it serves, and who answers the agent."""

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulators.certificates import ensure_certificates
from emulators.platform.processes import ROOT, PlatformError
from emulators.ports import DEFAULT_BASE_PORT

REAL_MODEL_KEY, REAL_PROVIDER = "ANTHROPIC_API_KEY", "anthropic"


@dataclass(frozen=True, slots=True)
class Plan:
    """A platform before it starts.

    *settings* are app settings that replace the generated ones, *arguments* further arguments of an emulator
    by its name.
    """

    state: Path
    base_port: int = DEFAULT_BASE_PORT
    app: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    model_key: str | None = None  # of the real model; None: the scripted model answers

    def folder(self, name: str) -> Path:
        """Return the folder *name* of the state, made for this user alone if it is not there."""
        path = self.state / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def log(self, name: str) -> Path:
        """Return the file that the program *name* prints to."""
        return self.folder("logs") / f"{name}.log"

    @property
    def settings_file(self) -> Path:
        """The generated `local.settings.json` of the functions host."""
        return self.folder("functions_host") / "local.settings.json"

    @property
    def keys_file(self) -> Path:
        """The functions host's keys."""
        return self.folder("functions_host") / "keys.json"

    @property
    def python(self) -> str:
        """The interpreter that every emulator runs on."""
        return sys.executable

    def trust(self) -> dict[str, str]:
        """Return the variables by which SDKs trust the local authority: they speak to no other machine."""
        authority = str(ensure_certificates(self.state).authority)
        return {"REQUESTS_CA_BUNDLE": authority, "SSL_CERT_FILE": authority}


def agent_file(agent: str) -> dict[str, Any]:
    """Return what `containers/<agent>/agent.toml` says; raises `PlatformError` when there is none."""
    path = ROOT / "containers" / agent / "agent.toml"
    if not path.is_file():
        raise PlatformError(f"There is no agent {agent!r}: containers/{agent}/agent.toml does not exist.")
    return tomllib.loads(path.read_text())


def check_installed(agent: str) -> None:
    """Raise `PlatformError` with the next step when the program of *agent* is not on this machine."""
    folder = ROOT / "containers" / agent
    package = agent_file(agent)["cli"]["package"]
    if not (folder / "package.json").is_file() or (folder / "node_modules" / package).is_dir():
        return
    command, needs = "ci", "a package registry"
    if not (folder / "package-lock.json").is_file():
        command, needs = "install --no-package-lock", "more than a package registry, see the README.md there"
    raise PlatformError(
        f"The program of {agent}, {package}, is not installed on this machine; installing it needs {needs}.\n"
        f"Run: npm {command} --prefix containers/{agent}\nThen try again, or choose another agent."
    )


def real_model_key() -> str | None:
    """Return the real model's key from the environment, or None."""
    return os.environ.get(REAL_MODEL_KEY) or None
