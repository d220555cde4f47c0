"""The environment of the supervisor's container: volumes, addresses, secrets."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from autocoder.shared.json_text import parse_json
from autocoder.shared.redaction import Redactor
from runner.blobs import Client
from runner.users import user_of

VOLUMES = ("workspace", "repository", "inputs", "exchange", "control", "verification")
OUTPUTS = frozenset({"attempt", "log.txt", "stream.txt", "progress.json", "changes.pack", "result.json"})


class Settings(NamedTuple):
    """The environment of the supervisor's container."""

    volumes: Mapping[str, Path]
    gateway: tuple[str, int]
    callback_url: str
    agent_user: tuple[int, int] | None
    any_user: bool  # the agent's files may belong to a user that is unknown
    model_key: str
    callback_token: str
    outputs: Mapping[str, str]
    further_secrets: tuple[str, ...]

    def __repr__(self) -> str:
        """Show no field, because most of them are secret."""
        return "Settings(...)"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings in *environment*.

        Raises `KeyError` when a variable is missing, and `ValueError` when one cannot be parsed or
        `OUTPUT_URLS` lacks an output.
        """
        host, _, port = environment["AUTOCODER_GATEWAY"].rpartition(":")
        outputs = parse_json(environment["OUTPUT_URLS"])
        if not outputs.keys() >= OUTPUTS:
            raise ValueError(f"OUTPUT_URLS lacks {sorted(OUTPUTS - outputs.keys())}")
        return cls(
            volumes={name: Path(environment[f"AUTOCODER_{name.upper()}"]) for name in VOLUMES},
            gateway=(host, int(port)),
            callback_url=environment["CALLBACK_URL"],
            agent_user=user_of(environment),
            any_user=bool(environment.get("AUTOCODER_ANY_USER")),
            model_key=environment.get("MODEL_KEY", ""),
            callback_token=environment["CALLBACK_TOKEN"],
            outputs=outputs,
            further_secrets=tuple(parse_json(environment.get("REDACT") or "[]")),
        )

    def redactor(self) -> Redactor:
        """Return a redactor that knows every secret of this container."""
        urls = self.outputs.values()
        signatures = [found[1] for url in urls if (found := re.search(r"[?&]sig=([^&]+)", url))]
        decoded = [unquote(signature) for signature in signatures]
        own = (self.model_key, self.callback_token)
        return Redactor((*own, *urls, *signatures, *decoded, *self.further_secrets))


class RunContext(NamedTuple):
    """What every step of a run needs: settings, redactor, blob client, and whether SIGTERM was received."""

    settings: Settings
    redactor: Redactor
    client: Client
    is_terminated: Callable[[], bool]
