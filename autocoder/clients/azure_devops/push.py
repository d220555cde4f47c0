"""Pushing one new commit to one branch over Git smart HTTP, never by force.

A push names the commit that the branch pointed to when it was checked; the server rejects it if that changed.

https://git-scm.com/docs/http-protocol
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autocoder.clients.azure_devops.push_outcomes import (
    AlreadyPushed,
    BranchMoved,
    Outcome,
    PackEntries,
    Push,
    Pushed,
    Rejected,
)
from autocoder.errors import (
    AutocoderError,
    Forbidden,
    InvalidArgument,
    NotFound,
    RetryLater,
    SignInRequired,
    Transient,
    plain,
)
from autocoder.names import branch_problem
from autocoder.shared.retry_after import wait_seconds

if TYPE_CHECKING:
    import urllib3

TIMEOUT_SECONDS = 120.0
# Git says "missing necessary objects" whenever its check of a push does not succeed, also where there is no
# memory or no process left to start that check, as may be for some seconds under many pushes at once.
PAUSES_SECONDS = (1.0, 3.0, 9.0, 27.0)
_SHA = re.compile(r"[0-9a-f]{40}")
_STATUS = re.compile(r"unexpected http resp (\d{3})")
# What Azure Repos or a hook does not permit; TF401028 only says that another client was faster.
_FINAL = re.compile(r"\b(?:TF(?!401028)|VS)\d{5,}|hook declined", re.I)


def push(
    wanted: Push,
    pack: PackEntries,
    *,
    pool: "urllib3.PoolManager",
    authorization: str,
    read_branch: Callable[[], str | None],
    pause: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Push *pack* so that the branch points to `wanted.commit`; *read_branch* reads its commit over REST.

    A rejection in Git's own words may come from another push at the same moment, so it is tried again while
    the branch is where it was. Raises `InvalidArgument`, `SignInRequired`, `Forbidden`, `NotFound`,
    `RetryLater`, and `Transient` when it is unknown whether the push arrived.
    """
    _check(wanted)
    for seconds in PAUSES_SECONDS:
        outcome = _push_once(wanted, pack, pool, authorization, read_branch)
        if not isinstance(outcome, Rejected) or _FINAL.search(outcome.reason):
            return outcome
        pause(seconds)
    return _push_once(wanted, pack, pool, authorization, read_branch)


def _push_once(
    wanted: Push,
    pack: PackEntries,
    pool: "urllib3.PoolManager",
    authorization: str,
    read_branch: Callable[[], str | None],
) -> Outcome:
    from dulwich.client import HTTPUnauthorized
    from dulwich.errors import GitProtocolError, NotGitRepository

    attempt = _Attempt(wanted)
    try:
        said = attempt.send(pack, pool, authorization)
    except (GitProtocolError, HTTPUnauthorized, NotGitRepository, OSError) as error:
        refused = _refused(error, attempt.retry_after)
        if refused is not None:
            raise refused from None
        said = f"{type(error).__name__}: {error}"
    if attempt.settled is not None:
        return attempt.settled
    if said is None:
        return Pushed()
    return _after_failure(wanted, attempt, said, read_branch)


def _after_failure(
    wanted: Push, attempt: "_Attempt", said: str, read_branch: Callable[[], str | None]
) -> Outcome:
    """Return the outcome according to the branch's current commit; raises `Transient` if it is unknown."""
    now = read_branch()
    if now == wanted.commit:
        return Pushed()
    if now not in (None, wanted.parent):
        return BranchMoved(now)
    if attempt.answered:
        return Rejected(plain(said))
    raise Transient(f"The push did not reach the server: {said}")


class _Attempt:
    """One attempt to push, and its results."""

    def __init__(self, wanted: Push) -> None:
        self.wanted = wanted
        self.ref = f"refs/heads/{wanted.branch}".encode()
        self.settled: AlreadyPushed | BranchMoved | None = None
        self.answered = False
        self.retry_after: str | None = None

    def choose(self, refs: dict[bytes, bytes]) -> dict[bytes, bytes]:
        """Return the ref update to request; none if the branch has the commit already, or moved."""
        old = refs.get(self.ref)
        if old is not None and old == self.wanted.commit.encode():
            self.settled = AlreadyPushed()
        elif old is not None and old != self.wanted.parent.encode():
            self.settled = BranchMoved(old.decode("ascii", "replace"))
        return {} if self.settled else {self.ref: self.wanted.commit.encode()}

    def send(self, pack: PackEntries, pool: "urllib3.PoolManager", authorization: str) -> str | None:
        """Push; return None when the server accepted it, else its reason."""
        from dulwich.client import HttpGitClient
        from dulwich.errors import SendPackError

        parts = urlsplit(self.wanted.clone_url)
        choose: Any = self.choose
        authorized: Any = _Authorized(pool, authorization, self)
        client = HttpGitClient(f"{parts.scheme}://{parts.netloc}/", pool_manager=authorized)
        try:
            result = client.send_pack(parts.path, choose, partial(_records, pack), progress=_ignore)
        except SendPackError as error:  # the pack was not unpacked; the branch's status says why
            self.answered = True
            return " ".join(_texts([*error.args, *_ref_statuses(client, self.ref)]))
        self.answered = True
        status = (result.ref_status or {}).get(self.ref, "the server sent no status for the branch")
        return None if status is None else str(status)


class _Authorized:
    """The shared connection pool with the credential of one push: dulwich reads headers only from a pool."""

    def __init__(self, pool: "urllib3.PoolManager", authorization: str, attempt: _Attempt) -> None:
        self.pool, self.attempt = pool, attempt
        self.headers = {"Authorization": authorization, "User-Agent": "git/autocoder"}

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Send a request without following redirects; one with a body is not repeated."""
        import urllib3

        retries = urllib3.Retry(connect=2, read=0 if "body" in options else 2, redirect=0, backoff_factor=0.2)
        answer = self.pool.request(
            method, url, redirect=False, retries=retries, timeout=TIMEOUT_SECONDS, **options
        )
        self.attempt.retry_after = answer.headers.get("Retry-After")  # dulwich's exceptions carry no headers
        return answer


def _records(pack: PackEntries, *_: object, **__: object) -> tuple[int, Iterator[Any]]:
    """Return the number of entries and the entries as dulwich expects them, each already packed."""
    from dulwich.pack import UnpackedObject

    def records() -> Iterator[Any]:
        for sha, kind, packed in pack.entries():
            record = UnpackedObject(kind, sha=sha)
            record.comp_chunks = [packed]
            yield record

    return len(pack), records()


def _ref_statuses(client: Any, ref: bytes) -> list[bytes]:
    """Return the server's messages about *ref*; dulwich stores them, but raises before it returns them."""
    parser = getattr(client, "_report_status_parser", None)
    said: Iterable[bytes] = getattr(parser, "_ref_statuses", ())
    return [line[len(b"ng ") + len(ref) :].strip() for line in said if line.startswith(b"ng " + ref)]


def _texts(parts: Iterable[object]) -> list[str]:
    return [part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts]


def _ignore(_: bytes) -> None:
    """Drop the server's progress messages."""


def _check(wanted: Push) -> None:
    """Raise `InvalidArgument` unless Git allows the branch's name and the commits are full names."""
    if (
        branch_problem(wanted.branch)
        or not _SHA.fullmatch(wanted.commit)
        or not _SHA.fullmatch(wanted.parent)
    ):
        raise InvalidArgument("The branch to push to is not a name that Git allows.")


def _refused(error: Exception, retry_after: str | None) -> AutocoderError | None:
    """Return the error for an answer that came before the push began, or None for any other exception."""
    from dulwich.client import HTTPUnauthorized
    from dulwich.errors import NotGitRepository

    found = _STATUS.search(str(error))
    status = int(found[1]) if found else 0
    if isinstance(error, HTTPUnauthorized) or status in (203, 302, 401):
        return SignInRequired("The Git server does not accept the app's credential.")
    if isinstance(error, NotGitRepository):
        return NotFound("The Git server does not know the repository.")
    if status == 403:
        return Forbidden("The app's identity may not push to this repository.")
    if status == 429:
        return RetryLater("The Git server is busy.", retry_after_seconds=wait_seconds(retry_after))
    return None
