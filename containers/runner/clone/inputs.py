"""Downloads the files that the app has written for the containers, by their signed URLs.

https://learn.microsoft.com/rest/api/storageservices/get-blob
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autocoder.shared.json_text import parse_json
from runner.blobs import Client
from runner.files import write_whole
from runner.json_schema import load

MAX_INPUT_BYTES, MAX_TOTAL_INPUT_BYTES, MAX_INPUTS = 20_000_000, 100_000_000, 200
RUN_FILE, TEXTS = "run.json", "inputs.json"  # the second has the texts of several files, by their names
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")


def download(urls: Mapping[str, str], inputs: Path) -> dict[str, Any]:
    """Download each of *urls*, by file name, into *inputs*; returns the content of `run.json`.

    The files in `inputs.json` are written in its place. Raises `ExchangeError` when a download fails, and
    `ValueError` when a name, `inputs.json` or `run.json` is not valid.
    """
    client, left = Client(), MAX_TOTAL_INPUT_BYTES
    for name, url in _checked(urls).items():
        content = client.get(url, min(left, MAX_INPUT_BYTES))
        left -= len(content)
        for file, part in (_files(content) if name == TEXTS else {name: content}).items():
            write_whole(inputs / file, part)
    if not (inputs / RUN_FILE).exists():
        raise ValueError("run.json is not among the inputs")
    run = load(RUN_FILE, (inputs / RUN_FILE).read_bytes())
    write_whole(inputs / RUN_FILE, json.dumps(run))
    return run


def _files(content: bytes) -> Mapping[str, str]:
    """Return the texts in `inputs.json`, by the names of their files."""
    files: Any = parse_json(content)
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        raise ValueError("inputs.json is not an object of texts")
    return _checked(files)


def _checked(urls: Mapping[str, str]) -> Mapping[str, str]:
    if len(urls) > MAX_INPUTS:
        raise ValueError(f"there are {len(urls):,} inputs; at most {MAX_INPUTS} are allowed")
    for name in urls:
        if _NAME.fullmatch(name) is None or name == "clone.json":
            raise ValueError(f"not a valid name for an input: {name!r}")
    return urls
