"""The agents: every folder in `containers/` that has an `agent.toml`. No other list of agents exists.

agents = load_agents(Path("containers"))
agent = agents[folder]
agent.default_model, agent.secret, agent.price(model)
"""

import fnmatch
import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from autocoder.models import AgentEvents, Price, RunAgent
from autocoder.shared.json_text import parse_json
from autocoder.shared.providers import ProviderName

CONTAINERS = Path(__file__).parents[1] / "containers"
FILE = "agent.toml"
TYPE = r"^[a-z][a-z0-9-]{0,30}$"

Url = Annotated[str, Field(pattern=r"^(https?://[^\s/?#@]+(/[^\s?#@]*)?)?$")]


class AgentError(ValueError):
    """Agent manifests that are not valid; the message has one line for each mistake."""


class Cli(BaseModel):
    """The agent's command-line program, and the options that `run.sh` sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str = Field(description="its npm package; package.json pins the version")
    version: str = Field("", description="read from package.json, never written in agent.toml")
    base_url: str = Field(description="the variable or option that points it to the gateway")
    system_prompt: str = Field(description="the variable, option or file that carries the system prompt")
    retries: str = Field("", description="the variable, option or setting that bounds its own retries")
    exit_is_status: bool = Field(
        False, description="whether its exit code after a failed model call is the HTTP status modulo 256"
    )


class Agent(BaseModel):
    """One agent: its folder's name, how it is run, the key that it needs, and the prices of its models."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(pattern=TYPE, description="the folder's name")
    name: str = Field(min_length=1, description="the display name")
    description: str = Field("", description="one line, for lists")
    image: str = Field(pattern=r"^[a-z0-9][a-z0-9._/-]*$", description="without registry and tag")
    run: str = Field("run.sh", pattern=r"^[\w.-]+$", description="the script that the wrapper starts")
    secret: str = Field(pattern=r"^[0-9a-zA-Z-]{1,127}$", description="the name of the key in Key Vault")
    provider: ProviderName = Field(description="the model provider, which decides the header of the key")
    upstream: Url = Field(description="the only address that the gateway forwards to; empty: MODEL_UPSTREAMS")
    default_model: str = Field(min_length=1)
    models: tuple[str, ...] = Field((), description="suggestions; any model of the provider can be requested")
    prices: tuple[Price, ...] = Field((), description="the first whose glob matches the model applies")
    events: AgentEvents = AgentEvents()
    leftovers: tuple[str, ...] = Field((), description="globs of files that it leaves behind")
    configuration: tuple[str, ...] = Field(
        (), description="globs of a repository's files that configure it, besides folders of leftovers"
    )
    cli: Cli

    @model_validator(mode="after")
    def _suggests_its_default(self) -> "Agent":
        if self.models and self.default_model not in self.models:
            raise ValueError(f"default_model {self.default_model} is not one of models")
        return self

    def price(self, model: str) -> Price | None:
        """Return the price of *model*, or None when the manifest has none."""
        return next((price for price in self.prices if fnmatch.fnmatchcase(model, price.model)), None)

    def missing_upstream(self, upstreams: Mapping[str, str]) -> str:
        """Return why the agent has no model address, given MODEL_UPSTREAMS; empty when it has one."""
        if self.upstream or upstreams.get(self.provider):
            return ""
        return f"{self.name} has no model address: MODEL_UPSTREAMS must have one for {self.provider}."

    @property
    def protected(self) -> tuple[str, ...]:
        """Globs of the files that configure it and would act when a reviewer or a later run starts it."""
        folders = (glob.removesuffix("**") for glob in self.leftovers if glob.endswith("/**"))
        return (*folders, *self.configuration)

    def for_run(
        self, model: str | None = None, upstream: str | None = None, leftovers: tuple[str, ...] = ()
    ) -> RunAgent:
        """Return the agent's part of `run.json`, with *model* and *upstream* in place of the defaults.

        *leftovers* are the globs of all agents (`all_leftovers`).
        """
        return RunAgent(
            type=self.type,
            model=model or self.default_model,
            provider=self.provider,
            upstream=upstream or self.upstream,
            events=self.events,
            exit_is_status=self.cli.exit_is_status,
            leftovers=leftovers,
            prices=self.prices,
        )


def all_leftovers(known: Iterable[Agent]) -> tuple[str, ...]:
    """Return the globs of files that any *known* agent leaves behind: a run's agent may start another."""
    return tuple(dict.fromkeys(glob for agent in known for glob in agent.leftovers))


def load_agents(folder: Path) -> dict[str, Agent]:
    """Return the agents in *folder* by type. Raises `AgentError` with every mistake of every manifest.

    Folders without an `agent.toml`, such as the base image and the runner, are not agents.
    """
    agents, wrong = {}, []
    for file in sorted(folder.glob(f"*/{FILE}")):
        try:
            agents[file.parent.name] = load_agent(file.parent)
        except AgentError as error:
            wrong.append(str(error))
    if not agents and not wrong:
        wrong.append(f"{folder}: no folder with an {FILE} in it")
    if wrong:
        raise AgentError("\n".join(wrong))
    return agents


def load_agent(folder: Path) -> Agent:
    """Return the agent in *folder*. Raises `AgentError` with every mistake in its manifest."""
    data = _read(folder / FILE)
    cli = data.get("cli")
    if isinstance(cli, dict) and "version" not in cli:
        data["cli"] = {**cli, "version": _version(folder, str(cli.get("package", "")))}
    try:
        return Agent.model_validate({"type": folder.name, **data})
    except ValidationError as error:
        raise AgentError("\n".join(_lines(folder, error))) from None


def _read(file: Path) -> dict[str, Any]:
    import tomllib  # imported on use: a cold start does not need it

    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AgentError(f"{file.parent.name}/{FILE}: {error}") from None


def _version(folder: Path, package: str) -> str:
    """Return the version that `package.json` pins, or "" when there is none."""
    try:
        pinned = parse_json((folder / "package.json").read_text("utf-8"))["dependencies"][package]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return str(pinned)


def _lines(folder: Path, error: ValidationError) -> Iterator[str]:
    for wrong in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in wrong["loc"])
        yield f"{folder.name}/{FILE}: {f'{place}: ' if place else ''}{wrong['msg']}"


@functools.cache
def agents() -> dict[str, Agent]:
    """Return the agents that are deployed with this app, read once."""
    return load_agents(CONTAINERS)
