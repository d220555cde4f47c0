"""The container beside the agent: serves the model gateway, reports progress, collects the change.

No other container has the model key. The steps, each done once: claim the attempt, start the agent and wait
for it, commit what policy allows, have the commit verified, upload the pack, upload the result, call the app.
The app is also called at each new phase in between.
The exit code is always 0, because the platform restarts a container that exits with any other code.
https://learn.microsoft.com/azure/container-instances/container-instances-restart-policy
"""

import contextlib
import json
import os
import re
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from autocoder.shared.json_text import parse_json
from autocoder.shared.redaction import Redactor
from runner import json_schema
from runner.background import BackgroundCall
from runner.blobs import LONG_PAUSES, PAUSES, Client, ExchangeError
from runner.files import read_regular, write_whole
from runner.supervisor.callback import call_app
from runner.supervisor.environment import RunContext, Settings
from runner.users import let_any_user_write

if TYPE_CHECKING:
    from runner.supervisor.work import Work

UNKNOWN_COMMIT = "0" * 40
MAX_INPUT_BYTES = 20_000_000
MAX_RESULT_BYTES = 900_000  # the app reads at most 1,000,000


class NothingToDoError(Exception):
    """The run ends before the agent starts. The arguments are outcome and reason."""


class Supervision:
    """One run, from the claim of the attempt to the last call of the app."""

    def __init__(self, settings: Settings, redactor: Redactor) -> None:
        self.settings, self.redactor = settings, redactor
        self.client = Client(LONG_PAUSES)  # for uploads of finished work
        self.terminated = False
        named = re.search(r"/runs/([a-z0-9]{20})/", settings.callback_url)
        self.result: dict[str, Any] = {
            "runId": named[1] if named else "0" * 20,
            "baseCommit": UNKNOWN_COMMIT,
            "outcome": "interrupted",
            "reason": "",
            "seconds": {},
        }

    def run(self) -> None:
        """Do the whole run. Every failure is reported in the result."""
        try:
            claim = BackgroundCall(self._claim)
            try:
                work = self._prepared()
            finally:
                claim.wait()  # a second attempt is reported as such, even if something else is wrong as well
            work.do()
        except NothingToDoError as end:
            outcome, reason = end.args
            self.result |= {"outcome": outcome, "reason": reason}
        except Exception as error:  # the app must learn of every failure
            reason = f"the supervisor failed: {type(error).__name__}: {error}"
            reason = self.redactor.redact(reason)[:2000]  # redacted first: half a secret is not found
            self.result |= {"outcome": "interrupted", "reason": reason, "pack": None}
        for name in ("stop", "done"):
            with contextlib.suppress(OSError):
                write_whole(self.settings.volumes["control"] / name)
        self._deliver()

    def _claim(self) -> None:
        """Claim the attempt. A second attempt finds the blob of the first one and must not spend anything."""
        mark = f"{time.time()} {os.urandom(16).hex()}"  # unique to this start
        if not self.client.with_pauses(PAUSES).claim(self.settings.outputs["attempt"], mark.encode()):
            reason = "the platform restarted the container group; the run was not started again"
            raise NothingToDoError("interrupted", reason)

    def _prepared(self) -> "Work":
        """Return the work to do. Its modules are imported here, while the claim is under way."""
        from runner.supervisor.work import Work

        clone = parse_json(self._input("clone.json") or "{}")
        self.result["baseCommit"] = clone.get("baseCommit", UNKNOWN_COMMIT)
        self.result["seconds"]["clone"] = float(clone.get("seconds", 0))
        if clone.get("state") != "ready":
            reason = clone.get("reason") or "the clone container gave no reason"
            raise NothingToDoError("clone_failed", reason)
        run = json_schema.load("run.json", self._input("run.json"))
        self.result["runId"] = run["runId"]
        context = RunContext(self.settings, self.redactor, self.client, lambda: self.terminated)
        return Work(context, run, clone["baseTree"], self.result)

    def _input(self, name: str) -> bytes:
        return read_regular(self.settings.volumes["inputs"] / name, MAX_INPUT_BYTES) or b""

    def _deliver(self) -> None:
        """Upload the result as the last blob, then call the app, even if the upload failed.

        An existing result is kept, because an earlier start of this container has written it.
        """
        result = readable(clean(self.result, self.redactor))
        with contextlib.suppress(ExchangeError):
            self.client.put_first(self.settings.outputs["result.json"], json.dumps(result).encode())
        call_app(self.settings, Client())


def readable(result: dict[str, Any]) -> dict[str, Any]:
    """Return *result*, or a reduced one with usage and times if the app could not read *result*."""
    wrong = json_schema.problems("result.json", result)
    if not wrong and len(json.dumps(result)) <= MAX_RESULT_BYTES:
        return result
    why = "; ".join(wrong)[:1000] or "it is too long"
    reduced: dict[str, Any] = {"outcome": "interrupted", "reason": f"the result cannot be used: {why}"}
    reduced |= {name: result[name] for name in ("runId", "baseCommit")}
    for name in ("usage", "seconds"):
        part: dict[str, Any] = {name: result[name]} if name in result else {}
        if not json_schema.problems("result.json", reduced | part):
            reduced |= part
    return reduced


def clean(value: Any, redactor: Redactor) -> Any:
    """Return the JSON *value* with every string redacted and encodable as UTF-8."""
    if isinstance(value, str):
        return redactor.redact(value).encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: clean(inner, redactor) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner, redactor) for inner in value]
    return value


def main() -> int:
    """Supervise the run that the environment describes. Always returns 0."""
    try:
        let_any_user_write(os.environ)
        settings = Settings.of(os.environ)
        with contextlib.suppress(OSError):  # another user may own the folder
            settings.volumes["control"].chmod(0o755)
        supervision = Supervision(settings, settings.redactor())
        signal.signal(signal.SIGTERM, lambda *_: setattr(supervision, "terminated", True))
        supervision.run()
    except Exception as error:  # the platform would restart the container after another exit code
        sys.stderr.write(f"the supervisor could not start: {type(error).__name__}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
