"""The secrets of one run by name, read from the platform itself."""

import json
import re

from autocoder.runs.callback import callback_token


def secrets_of(platform, run_id, watch):
    """Return every secret of a run in progress; *watch* saw its containers start."""
    passwords = platform.emulators.passwords
    found = {
        "hook password": passwords.hook_password,
        "callback key": passwords.callback_key,
        "callback token": callback_token(passwords.callback_key, run_id),
        "model key": (platform.state / "model_provider" / "key").read_text(),
    }
    for name, value in list(watch.given):
        if name == "CLONE_AUTHORIZATION":
            found["clone token"] = value.split(" ")[1]
        elif name.endswith("_URLS") and run_id in value:
            for blob, url in json.loads(value).items():
                found[f"signature of {blob}"] = re.search(r"[?&]sig=([^&]+)", url)[1]
    assert {"clone token", "signature of result.json", "signature of inputs.json"} <= found.keys()
    return found
