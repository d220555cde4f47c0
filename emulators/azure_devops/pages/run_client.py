"""Reads the app's runs with the host key, so that the pages can show them to people without a key.

The functions host writes the key to a file when it starts. The file is read for every call; the key is sent
only to the loopback address and never shown.
https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

import json
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from emulators.azure_devops.core.state import JSON

KEY_HEADER = "x-functions-key"
ANSWER_SECONDS = 10
MAX_ANSWER_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class AppRuns:
    """The runs of the app at *url* (`http://127.0.0.1:7071`), whose keys are in *keys_file*."""

    url: str
    keys_file: Path

    async def read(self, path: str = "") -> JSON | None:
        """Return the app's answer for *path* below `/api/runs`, None for 404; raises `LookupError`."""
        address = f"{self.url}/api/runs{path}"
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            headers = {KEY_HEADER: self._key()}
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(address, headers=headers, allow_redirects=False) as answer,
            ):
                return None if answer.status == 404 else await _body(answer)
        except (OSError, ValueError, KeyError, TypeError, aiohttp.ClientError) as error:
            raise LookupError(f"The app at {self.url} does not answer: {type(error).__name__}.") from error

    def _key(self) -> str:
        return str(json.loads(self.keys_file.read_text())["host"]["default"])


async def _body(answer: aiohttp.ClientResponse) -> JSON:
    answer.raise_for_status()
    content = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        content += chunk
        if len(content) > MAX_ANSWER_BYTES:
            raise ValueError("the answer is too large")
    body = json.loads(content)
    if not isinstance(body, dict):
        raise ValueError("not a JSON object")
    return body
