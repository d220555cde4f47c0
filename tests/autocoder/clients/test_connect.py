"""The clients that a process's threads share."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from autocoder.clients.azure_devops.session import MAX_CONNECTIONS, Authorization
from autocoder.clients.connect import Clients
from autocoder.errors import AutocoderError
from autocoder.settings import read_settings
from tests.autocoder.clients.storage.scripted import scripted
from tests.autocoder.requests.test_run_request import ENVIRONMENT, SETTINGS


class Forgetful(dict):
    """A dictionary that another thread empties at the worst moment."""

    def __setitem__(self, key, value):
        """Store nothing."""


def test_redacts_while_another_thread_adds_secrets():
    clients = Clients(SETTINGS)
    vars(clients)["_redactors"] = Forgetful()
    clients.guard("an-own-secret")
    assert clients.redact("an-own-secret here") == "[redacted] here"


@contextlib.contextmanager
def a_service_that_does_not_answer():
    """Yield the URL of a server that answers nobody until the end, and a semaphore with what it was asked."""
    asked, end = threading.Semaphore(0), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.release()
            end.wait()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/fabrikam", asked
    finally:
        end.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_azure_devops_that_does_not_answer_takes_no_connection_to_the_storage():
    def ask():
        with contextlib.suppress(AutocoderError):
            clients.azure_devops("fabrikam").own_id()

    with scripted() as script, a_service_that_does_not_answer() as (url, asked):
        storage = script.connection_string()
        clients = Clients(
            read_settings(
                {**ENVIRONMENT, "AZURE_DEVOPS_ORG_URL": url, "BLOB_URL": storage, "TABLE_URL": storage}
            )
        )
        vars(clients)["_own"] = Authorization(lambda: "Bearer x")
        callers = [threading.Thread(target=ask, daemon=True) for _ in range(MAX_CONNECTIONS)]
        for caller in callers:
            caller.start()
        for _ in callers:
            asked.acquire()
        script.add(404)
        assert clients.tables.get("runs", "p", "r") is None
    for caller in callers:
        caller.join()
