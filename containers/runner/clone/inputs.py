"""Downloads the files that the app has written for the containers, by their signed URLs.

https://learn.microsoft.com/rest/api/storageservices/get-blob
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.blobs import Client
from runner.files import write_whole
from runner.json_schema import load

MAX_INPUT_BYTES, MAX_TOTAL_INPUT_BYTES, MAX_INPUTS = 20_000_000, 100_000_000, 200
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")


def download(urls: Mapping[str, str], inputs: Path) -> dict[str, Any]:
    """Download each of *urls*, by file name, into *inputs*; returns the content of `run.json`.

    Raises `ExchangeError` when a download fails, and `ValueError` when a name or `run.json` is not valid.
    """
    client, left = Client(), MAX_TOTAL_INPUT_BYTES
    for name, url in _checked(urls).items():
        content = client.get(url, min(left, MAX_INPUT_BYTES))
        left -= len(content)
        write_whole(inputs / name, content)
    run = load("run.json", (inputs / "run.json").read_bytes())
    write_whole(inputs / "run.json", json.dumps(run))
    return run


def _checked(urls: Mapping[str, str]) -> Mapping[str, str]:
    if len(urls) > MAX_INPUTS:
        raise ValueError(f"there are {len(urls):,} inputs; at most {MAX_INPUTS} are allowed")
    for name in urls:
        if _NAME.fullmatch(name) is None or name == "clone.json":
            raise ValueError(f"not a valid name for an input: {name!r}")
    if "run.json" not in urls:
        raise ValueError("run.json is not among the inputs")
    return urls
