"""Work items for the forms, a web hook that receives the events, and a sender of forms like a browser."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from emulators.azure_devops.control.client import AzureDevOps
from emulators.azure_devops.pages.forms.origin import FORM_TOKEN

PROJECT, HOME = "Fabrikam Fiber", "/contoso/Fabrikam%20Fiber"


@pytest.fixture
def item(ado: AzureDevOps) -> dict:
    return ado.create_work_item(PROJECT, "User Story", "A title", description="<p>Old</p>", tags="kept")


@pytest.fixture
def hook(ado: AzureDevOps):
    """A web hook and its deliveries."""
    delivered: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            delivered.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for event in ("workitem.created", "workitem.updated", "workitem.commented"):
        ado.subscribe(f"http://127.0.0.1:{server.server_port}/", event)
    yield delivered
    server.shutdown()
    server.server_close()


def path_of(item: dict) -> str:
    return f"{HOME}/_workitems/edit/{item['id']}"


def send(ado, path: str, fields: dict, file=None, *, token: str | None = FORM_TOKEN, **headers: str):
    parts = [("token", (None, token))] if token is not None else []
    parts += [(name, (None, value)) for name, value in fields.items()]
    parts += [("file", file)] if file else []
    return httpx.post(f"{ado.url}{path}", files=parts, headers={"Origin": ado.url, **headers}, timeout=30)


def item_of(ado, item: dict) -> dict:
    return ado.work_item(PROJECT, item["id"])


def wait_for(delivered: list[dict], kind: str) -> dict:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for event in delivered:
            if event["eventType"] == kind:
                return event
        time.sleep(0.01)
    raise AssertionError(f"{kind} was not delivered")
