"""A model provider that gives the answers that a test prepares, and records the requests."""

import json
import threading
from http.server import BaseHTTPRequestHandler

from tests.containers.serving import Quiet, Server


class Provider:
    """Serves one prepared answer: a JSON body, or pieces of a stream, each sent when the test releases it."""

    def __init__(self):
        self.requests = []
        self.status, self.headers, self.body, self.pieces = 200, {}, {}, None
        self.go = threading.Semaphore(10**6)
        self.failures = []  # given before the answer: status, headers and body of each
        self.cuts = []  # for the next answers: "silent" is none, "early" ends before its end
        self.server = Server(_Handler, provider=self)
        self.url, self.close = self.server.url, self.server.close

    def answers(self, body, status=200, held=False, **headers):
        self.status, self.body, self.pieces, self.headers = status, body, None, headers
        self.go = threading.Semaphore(0 if held else 10**6)

    def fails(self, status, body=b"", times=1, **headers):
        """Give the next *times* calls this answer; `retry_after` names the header `Retry-After`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.failures += [(status, named, content)] * times

    def streams(self, *pieces, held=False):
        self.status, self.pieces, self.headers = 200, [_event(piece) for piece in pieces], {}
        self.go = threading.Semaphore(0 if held else 10**6)


def _event(piece):
    return piece if isinstance(piece, bytes) else f"data: {json.dumps(piece)}\n\n".encode()


class _Handler(Quiet, BaseHTTPRequestHandler):
    provider: Provider
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.provider.requests.append((self.command, self.path, dict(self.headers), body))
        cut = self.provider.cuts.pop(0) if self.provider.cuts else ""
        self.close_connection = bool(cut)
        if cut == "silent":
            return
        if self.provider.failures:
            status, headers, content = self.provider.failures.pop(0)
            self.provider.go.acquire()
            self._head({"Content-Length": str(len(content)), **headers}, status)
            self.wfile.write(content)
            return
        if self.provider.pieces is None:
            content = self.provider.body
            content = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.provider.go.acquire()
            self._head({"Content-Type": "application/json", "Content-Length": str(len(content))})
            if self.command != "HEAD":
                self.wfile.write(content[:-1] if cut else content)
            return
        self._head({"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked"})
        for piece in self.provider.pieces:
            self.provider.go.acquire()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"" if cut else b"0\r\n\r\n")

    def do_GET(self):
        self.do_POST()

    def do_HEAD(self):
        self.do_POST()

    def _head(self, headers, status=None):
        self.send_response(status or self.provider.status)
        for name, value in {**headers, **({} if status else self.provider.headers)}.items():
            self.send_header(name, value)
        self.end_headers()
