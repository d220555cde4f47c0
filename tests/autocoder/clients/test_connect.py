"""The clients that a process's threads share."""

from autocoder.clients.connect import Clients
from tests.autocoder.requests.test_run_request import SETTINGS


class Forgetful(dict):
    """A dictionary that another thread empties at the worst moment."""

    def __setitem__(self, key, value):
        """Store nothing."""


def test_redacts_while_another_thread_adds_secrets():
    clients = Clients(SETTINGS)
    vars(clients)["_redactors"] = Forgetful()
    clients.guard("an-own-secret")
    assert clients.redact("an-own-secret here") == "[redacted] here"
