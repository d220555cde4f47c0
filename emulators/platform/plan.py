"""The plan of a platform: its state folder and ports, the app it serves, and the model that answers.

https://docs.npmjs.com/cli/v10/commands/npm-ci
"""

import os
import shutil
import sys
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from emulators.certificates import ensure_certificates
from emulators.platform.processes import ROOT, PlatformError
from emulators.ports import DEFAULT_BASE_PORT

REAL_MODEL_KEY, REAL_PROVIDER = "ANTHROPIC_API_KEY", "anthropic"
MODELS = ("scripted", "real")
CONTAINERS = ROOT / "containers"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How messages spell the options: as flags, or as the Makefile's variables."""

    state: str
    base_port: str  # followed by the port; empty when free ports are chosen automatically
    model: str
    unsafe: str
    pipelines: str


FLAGS = Spelling("--state FOLDER", "--base-port ", "--model real", "--unsafe", "--pipelines")
MAKE = Spelling("STATE=FOLDER", "BASE_PORT=", "MODEL=real", "UNSAFE=1", "PIPELINES=1")
MAKE_ON_FREE_PORTS = replace(MAKE, base_port="")


@dataclass(frozen=True, slots=True)
class Plan:
    """A platform before it starts.

    *settings* are app settings that replace the generated ones; *arguments* are additional arguments of
    emulators, by emulator name; *access_logs* names the programs that log each request they answer.
    """

    state: Path
    base_port: int = DEFAULT_BASE_PORT
    app: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    access_logs: Collection[str] = ()
    model_key: str | None = None  # of the real model; None: the scripted model answers
    unsafe: bool = False  # whether the agent of a real model may run without a sandbox
    durable_extension: Path | None = None  # the program that keeps the orchestrations; None: the host does
    pipelines: bool = False  # whether the steps of pipelines may run, which they do without a sandbox
    spelling: Spelling = FLAGS

    @property
    def needs_sandbox(self) -> bool:
        """Whether containers must run in a sandbox, because a real model may run any command."""
        return self.model_key is not None and not self.unsafe

    def with_pipelines(self) -> "Plan":
        """Return this plan with pipelines on; raises `PlatformError` when a sandbox is needed."""
        if self.needs_sandbox:
            raise PlatformError(
                "The steps of a pipeline run on this machine without a sandbox, and a real model's agent "
                "can start one.\nUse the scripted model, or accept the risk of a real one: "
                f"{self.spelling.unsafe}."
            )
        return replace(self, pipelines=True)

    def folder(self, name: str) -> Path:
        """Return the folder *name* of the state; a new one is private to this user."""
        path = self.state / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def log(self, name: str) -> Path:
        """Return the log file of the program *name*."""
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
    def extension(self) -> Path:
        """The folder of the extension that the local Azure DevOps hosts."""
        return self.state / "extension_files"

    @property
    def passwords_file(self) -> Path:
        """The platform's generated secrets."""
        return self.folder("platform") / "passwords.json"

    @property
    def token_file(self) -> Path:
        """The personal access token of the sample's administrator."""
        return self.folder("platform") / "pat"

    @property
    def python(self) -> str:
        """The Python interpreter of every emulator."""
        return sys.executable

    def trust(self) -> dict[str, str]:
        """Return variables that make SDKs trust only the local authority: they call only this machine."""
        authority = str(ensure_certificates(self.state).authority)
        return {"REQUESTS_CA_BUNDLE": authority, "SSL_CERT_FILE": authority}


def agents() -> list[str]:
    """Return the names of all agents: the folders of `containers/` with an `agent.toml`."""
    return sorted(path.parent.name for path in CONTAINERS.glob("*/agent.toml"))


def agent_file(agent: str) -> dict[str, Any]:
    """Return the content of `containers/<agent>/agent.toml`; raises `PlatformError` when there is none."""
    if agent not in agents():
        raise PlatformError(f"There is no agent {agent!r}. Agents are: {', '.join(agents())}.")
    return tomllib.loads((CONTAINERS / agent / "agent.toml").read_text())


def check_installed(agent: str) -> None:
    """Check that *agent* is installed on this machine; raises `PlatformError` that says how to install it."""
    folder = CONTAINERS / agent
    package = agent_file(agent)["cli"]["package"]
    if not (folder / "package.json").is_file() or (folder / "node_modules" / package).is_dir():
        return
    command, needs = "ci", "a package registry"
    if not (folder / "package-lock.json").is_file():
        command, needs = (
            "install --no-package-lock",
            "more than a package registry (see README.md in its folder)",
        )
    raise PlatformError(
        f"The program of {agent}, {package}, is not installed on this machine; installing it needs {needs}.\n"
        f"Run: npm {command} --prefix containers/{agent}\nThen try again, or choose another agent."
    )


def real_model_key(spelling: Spelling, *, unsafe: bool) -> str:
    """Return the real model's key from the environment.

    Raises `PlatformError` when there is none, or when there is no sandbox and *unsafe* is not set.
    """
    key = os.environ.get(REAL_MODEL_KEY)
    if not key:
        raise PlatformError(
            f"{spelling.model} needs a key: set {REAL_MODEL_KEY} in the environment and try again."
        )
    if not unsafe and shutil.which("bwrap") is None:
        raise PlatformError(
            f"{spelling.model} needs bubblewrap: without it the agent would run commands on this machine "
            "with your rights.\nInstall it (Debian: apt-get install bubblewrap), or accept the risk: "
            f"{spelling.unsafe}."
        )
    return key
