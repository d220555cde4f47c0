"""A server that gives the answers of a script, and remembers what it was asked."""

import contextlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from autocoder.clients.azure import TokenSource
from autocoder.clients.blobs import Blobs
from autocoder.clients.tables import Tables
from emulators.azurite import ACCOUNT_KEY

DROPPED = None  # in a script: the connection is closed without an answer


@dataclass
class Asked:
    method: str
    target: str
    headers: dict
    body: bytes


@dataclass
class Script:
    """The answers that are left, as (status, headers, body) or what returns that, and the requests so far."""

    answers: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    url: str = ""

    def add(self, status, body=b"", **headers):
        self.answers.append(
            (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
        )

    def drop(self):
        self.answers.append(DROPPED)

    def connection_string(self):
        endpoints = f"TableEndpoint={self.url}/account;BlobEndpoint={self.url}/account"
        return f"AccountName=account;AccountKey={ACCOUNT_KEY};{endpoints}"

    def tables(self, http):
        return Tables(self.connection_string(), no_token(), http)

    def blobs(self, http):
        return Blobs(self.connection_string(), no_token(), http)


def no_token():
    """A source of tokens that has none: who signs with a key asks for none."""
    return TokenSource(lambda: 1 / 0, "")


@contextlib.contextmanager
def scripted():
    """Yield the script of a server that runs meanwhile."""
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append(Asked(self.command, self.path, headers, body))
            answer = script.answers.pop(0)
            if answer is DROPPED:
                self.close_connection = True
                return
            status, given, body = answer() if callable(answer) else answer
            self.send_response(status)
            length = {} if "Transfer-Encoding" in given else {"Content-Length": str(len(body))}
            for name, value in {**length, **given}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
