"""HTTP servers for tests, each in its own threads on a free port of the loopback address."""

import threading
from http.server import ThreadingHTTPServer


class Quiet:
    """The base of the tests' handlers, together with `BaseHTTPRequestHandler`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Server:
    """Serves requests with *handler*; *given* become its class attributes."""

    def __init__(self, handler, **given):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), given))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
