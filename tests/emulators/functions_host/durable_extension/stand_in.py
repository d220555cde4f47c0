#!/usr/bin/env python3
"""A program in the extension's place: it asks the bridge once for each start, and keeps the answer.

Instances are kept by id; `GET instances/<id>` answers with what the bridge has said. It writes its process
id and its settings beside its log, where the tests look for them.
"""

import http.server
import json
import os
import sys
import threading
import urllib.request
from pathlib import Path
from urllib.parse import unquote

SETTINGS = ("BRIDGE_URL", "FUNCTIONS", "HOST_JSON", "AzureWebJobsStorage")
HUB = "AzureWebJobs__extensions__durableTask__hubName"
answers = {}


class Clients(http.server.BaseHTTPRequestHandler):
    """The HTTP API of durable clients."""

    def do_POST(self):
        payload = self.rfile.read(int(self.headers.get("content-length", 0)))
        _, _, _, function, instance = self.path.split("?")[0].split("/")
        with urllib.request.urlopen(os.environ["BRIDGE_URL"] + function, data=payload) as answer:
            answers[unquote(instance)] = json.load(answer)
        link = f"http://localhost:7071/runtime/webhooks/durabletask/instances/{instance}?code=key"
        self.answer(202, {"id": unquote(instance), "statusQueryGetUri": link}, Location=link)

    def do_GET(self):
        instance = self.path.split("?")[0].rpartition("/")[2]
        found = answers.get(unquote(instance))
        self.answer(200 if found else 404, {"asked": self.path, "bridge": found})

    def answer(self, status, content, **headers):
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {
            **headers,
            "Content-Type": "application/json",
            "Content-Length": len(body),
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Print nothing."""


if os.environ.get("REFUSE_TO_START"):
    sys.exit("there is no storage")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Clients)
told = {name: os.environ.get(name) for name in (*SETTINGS, HUB)}
Path(os.environ["TOLD"]).write_text(json.dumps({"pid": os.getpid(), **told}))
print(f"Clients: http://127.0.0.1:{server.server_port}/durabletask/", flush=True)
if os.environ.get("END_AFTER"):
    threading.Timer(float(os.environ["END_AFTER"]), os._exit, [3]).start()
server.serve_forever()
