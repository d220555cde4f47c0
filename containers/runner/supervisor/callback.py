"""The call that lets the app look at what a run has uploaded.

It only says that there is something new, because the app reads the blobs itself. The app also looks without
any call, so a call that fails costs time, never a result.
"""

import contextlib

from runner.background import BackgroundCall
from runner.blobs import Client, ExchangeError
from runner.supervisor.environment import Settings


def call_app(settings: Settings, client: Client) -> None:
    """Call the app with *client*, which determines the retries. A call that fails is ignored."""
    headers = {
        "Authorization": f"Bearer {settings.callback_token}",
        "Content-Type": "application/json",
    }
    with contextlib.suppress(ExchangeError):
        client.post(settings.callback_url, b"{}", headers)


def call_app_once(settings: Settings) -> BackgroundCall[None]:
    """Call the app in the background and without a retry, so that the run never waits for an answer."""
    return BackgroundCall(lambda: call_app(settings, Client(pauses=())))
