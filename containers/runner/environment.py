"""What the supervisor's container is told: volumes, addresses, secrets."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from autocoder.redaction import Redactor

VOLUMES = ("workspace", "repository", "inputs", "exchange", "control", "verification")
OUTPUTS = frozenset({"attempt", "log.txt", "progress.json", "changes.pack", "result.json"})


def user_of(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Return uid and gid of the agent's user, where the image names one and this process can act on it."""
    uid, _, gid = environment.get("AUTOCODER_AGENT_USER", "").partition(":")
    return (int(uid), int(gid)) if uid and os.geteuid() == 0 else None


def let_any_user_write(environment: Mapping[str, str]) -> None:
    """From now on make files that every user can change, where nobody knows the user of the agent's image."""
    if environment.get("AUTOCODER_ANY_USER"):
        os.umask(0)


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of the supervisor's container."""

    volumes: Mapping[str, Path]
    gateway: tuple[str, int]
    callback_url: str
    agent_user: tuple[int, int] | None
    model_key: str = field(repr=False)
    callback_token: str = field(repr=False)
    outputs: Mapping[str, str] = field(repr=False)
    further_secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings in *environment*; raises `KeyError` or `ValueError` when one is wrong."""
        host, _, port = environment["AUTOCODER_GATEWAY"].rpartition(":")
        outputs = json.loads(environment["OUTPUT_URLS"])
        if not outputs.keys() >= OUTPUTS:
            raise ValueError("OUTPUT_URLS is not complete")
        return cls(
            volumes={name: Path(environment[f"AUTOCODER_{name.upper()}"]) for name in VOLUMES},
            gateway=(host, int(port)),
            callback_url=environment["CALLBACK_URL"],
            agent_user=user_of(environment),
            model_key=environment.get("MODEL_KEY", ""),
            callback_token=environment["CALLBACK_TOKEN"],
            outputs=outputs,
            further_secrets=tuple(json.loads(environment.get("REDACT") or "[]")),
        )

    def redactor(self) -> Redactor:
        """Return the redaction that knows every secret of this container."""
        urls = self.outputs.values()
        signatures = [found[1] for url in urls if (found := re.search(r"[?&]sig=([^&]+)", url))]
        decoded = [unquote(signature) for signature in signatures]
        own = (self.model_key, self.callback_token)
        return Redactor((*own, *urls, *signatures, *decoded, *self.further_secrets))
