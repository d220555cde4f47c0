"""The container beside the agent: serves the model gateway, tells how it goes, collects the change.

It alone holds the model key. In this order, and once: claim the attempt, let the agent begin, wait for it,
commit what policy lets through, have the commit verified, upload the pack, then the result, call back.
It ends with exit code 0 whatever happens, because the platform starts a container again that does not.
"""

import contextlib
import json
import os
import re
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from autocoder.shared.redaction import Redactor
from runner import json_schema
from runner.background import BackgroundCall
from runner.blobs import LONG_PAUSES, PAUSES, Client, ExchangeError
from runner.files import read_regular, write_whole
from runner.supervisor.environment import RunContext, Settings
from runner.users import let_any_user_write

if TYPE_CHECKING:
    from runner.supervisor.work import Work

UNKNOWN_COMMIT = "0" * 40
MAX_INPUT_BYTES = 20_000_000
MAX_RESULT_BYTES = 900_000  # the app reads no more than a million bytes


class NothingToDoError(Exception):
    """The run ends before the agent has begun; outcome and reason are its arguments."""


class Supervision:
    """One run, from the claim of the attempt to the callback."""

    def __init__(self, settings: Settings, redactor: Redactor) -> None:
        self.settings, self.redactor = settings, redactor
        self.client = Client(LONG_PAUSES)  # for finished work, which would be lost
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
        """Do the whole run; whatever goes wrong is in the result."""
        try:
            claim = BackgroundCall(self._claim)
            try:
                work = self._prepared()
            finally:
                claim.wait()  # that this is a second attempt comes before whatever else is wrong
            work.do()
        except NothingToDoError as end:
            outcome, reason = end.args
            self.result |= {"outcome": outcome, "reason": reason}
        except Exception as error:  # the app must learn of any failure
            reason = f"the supervisor failed: {type(error).__name__}: {error}"
            reason = self.redactor.redact(reason)[:2000]  # half a secret would stay
            self.result |= {"outcome": "interrupted", "reason": reason, "pack": None}
        for name in ("stop", "done"):
            with contextlib.suppress(OSError):
                write_whole(self.settings.volumes["control"] / name)
        self._deliver()

    def _claim(self) -> None:
        """Claim the attempt: a second one finds the first one's blob, and must not spend again."""
        mark = f"{time.time()} {os.urandom(16).hex()}"  # of this start and no other
        if not self.client.with_pauses(PAUSES).claim(self.settings.outputs["attempt"], mark.encode()):
            raise NothingToDoError("interrupted", "the platform started the container group again")

    def _prepared(self) -> "Work":
        """Return the work that is to be done once it is claimed; what it needs is imported meanwhile."""
        from runner.supervisor.work import Work

        clone = json.loads(self._input("clone.json") or "{}")
        self.result["baseCommit"] = clone.get("baseCommit", UNKNOWN_COMMIT)
        self.result["seconds"]["clone"] = float(clone.get("seconds", 0))
        if clone.get("state") != "ready":
            raise NothingToDoError("clone_failed", clone.get("reason") or "the clone left no word")
        run = json_schema.load("run.json", self._input("run.json"))
        self.result["runId"] = run["runId"]
        context = RunContext(self.settings, self.redactor, self.client, lambda: self.terminated)
        return Work(context, run, clone["baseTree"], self.result)

    def _input(self, name: str) -> bytes:
        return read_regular(self.settings.volumes["inputs"] / name, MAX_INPUT_BYTES) or b""

    def _deliver(self) -> None:
        """Upload the result, last of all, and call back, come what may; the app also looks by itself.

        The first result stays: whoever finds one there has been started after the one that has written it.
        """
        result = readable(clean(self.result, self.redactor))
        with contextlib.suppress(ExchangeError):
            self.client.put_first(self.settings.outputs["result.json"], json.dumps(result).encode())
        headers = {
            "Authorization": f"Bearer {self.settings.callback_token}",
            "Content-Type": "application/json",
        }
        with contextlib.suppress(ExchangeError):
            Client().post(self.settings.callback_url, b"{}", headers)


def readable(result: dict[str, Any]) -> dict[str, Any]:
    """Return *result*, or, where the app could not read it, what is left of it: what was used, above all."""
    wrong = json_schema.problems("result.json", result)
    if not wrong and len(json.dumps(result)) <= MAX_RESULT_BYTES:
        return result
    why = "; ".join(wrong)[:1000] or "it was too long"
    left: dict[str, Any] = {"outcome": "interrupted", "reason": f"no result: {why}"}
    left |= {name: result[name] for name in ("runId", "baseCommit")}
    for name in ("usage", "seconds"):
        told: dict[str, Any] = {name: result[name]} if name in result else {}
        if not json_schema.problems("result.json", left | told):
            left |= told
    return left


def clean(value: Any, redactor: Redactor) -> Any:
    """Return JSON *value* with every text redacted and fit for UTF-8."""
    if isinstance(value, str):
        return redactor.redact(value).encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: clean(inner, redactor) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner, redactor) for inner in value]
    return value


def main() -> int:
    """Supervise the run that the environment describes; returns 0, always."""
    try:
        let_any_user_write(os.environ)
        settings = Settings.of(os.environ)
        with contextlib.suppress(OSError):  # where it is another user's, its mode is that user's doing
            settings.volumes["control"].chmod(0o755)
        supervision = Supervision(settings, settings.redactor())
        signal.signal(signal.SIGTERM, lambda *_: setattr(supervision, "terminated", True))
        supervision.run()
    except Exception as error:  # another exit code would start the container again
        sys.stderr.write(f"the supervisor could not begin: {type(error).__name__}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
