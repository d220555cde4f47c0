"""Answers of Azure DevOps, from the documentation and from public bug reports."""

import json
from pathlib import Path

from autocoder.clients.azure_devops.protocol import Response

FOLDER = Path(__file__).parents[3] / "samples" / "azure-devops"


def sample(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def answer(body, status=200, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {"content-type": "application/json; charset=utf-8", **headers}, content)


def failure(name):
    found = sample("errors")[name]
    headers = {key.lower(): value for key, value in found.get("headers", {}).items()}
    return answer(found.get("body", {}), found["status"], **headers)
