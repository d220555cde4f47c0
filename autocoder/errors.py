"""What can go wrong that is worth a retry or a person's attention; expected outcomes are values instead.

    AutocoderError
    ├── Transient                 try again: a dropped connection, a 5xx
    │   └── RetryLater            try again after `retry_after_seconds`: 429, 503, a moving container group
    │       └── NoRoom            the region has no quota or capacity left: some tries, then a person's turn
    ├── NotFound                  404: it is not there, or this identity may not see it
    ├── Forbidden                 403: the identity lacks a permission
    ├── SignInRequired            401, or a sign-in page for an answer: the credential is bad or expired
    ├── Conflict                  409: something else is there already, or is in a state that forbids this
    │   └── StaleRevision         412: it was changed since it was read
    ├── InvalidArgument           400: the request itself is wrong
    ├── TooLarge                  it is over a limit of ours or of the service
    └── UnexpectedAnswer          the service answered something that is not its documented form
        └── UnsafePack            a pack that is damaged, incomplete, or not what its result file says

Each carries a `code` for machines, a message for people, and the `next_step`. Messages are shown in pull
requests and work items: no error is ever built from a credential, a request header or a URL's query.
"""

import re

MAX_MESSAGE_LENGTH = 500
_QUERY = re.compile(r"(https?://[^\s?#'\"<>]*)[?#][^\s'\"<>]*")
_USER = re.compile(r"(https?://)[^\s/@'\"<>]*@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LAST_WORD = re.compile(r"[A-Za-z0-9+/=_.~%-]+\Z")


def plain(text: str) -> str:
    """Return *text* as one line of bounded length, its URLs without user names and queries."""
    text = _CONTROL.sub(" ", _cut(text, 4 * MAX_MESSAGE_LENGTH))
    return _cut(_USER.sub(r"\1", _QUERY.sub(r"\1", text)).strip(), MAX_MESSAGE_LENGTH)


def _cut(text: str, longest: int) -> str:
    """Return *text*, cut between words: half a secret is one that redaction does not know any more."""
    return text if len(text) <= longest else _LAST_WORD.sub("", text[: longest - 1]) + "…"


class AutocoderError(Exception):
    """Base of all errors of the domain; `service_code` is the vendor's own, as in `TF401398`."""

    code = "error"
    next_step = "Look at the app's log for this run."

    def __init__(self, message: str, *, service_code: str = "", next_step: str | None = None) -> None:
        self.message = plain(message)
        self.service_code = service_code
        self.next_step = self.next_step if next_step is None else next_step
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class Transient(AutocoderError):  # noqa: N818  (named as the field says it)
    """It may well work when it is tried again."""

    code = "unavailable"
    next_step = "No action is needed: the app tries again."


class RetryLater(Transient):
    """The service asks to wait `retry_after_seconds` first."""

    code = "busy"

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: float,
        service_code: str = "",
        next_step: str | None = None,
    ) -> None:
        super().__init__(message, service_code=service_code, next_step=next_step)
        self.retry_after_seconds = retry_after_seconds


class NoRoom(RetryLater):
    """The region has no quota, or no capacity, for what was asked; that can take long to change."""

    code = "no_room"


class NotFound(AutocoderError):  # noqa: N818
    """It does not exist, or this identity may not see it."""

    code = "not_found"
    next_step = "Check the name, and whether the app's identity may read it."


class Forbidden(AutocoderError):  # noqa: N818
    """The identity lacks a permission."""

    code = "forbidden"
    next_step = "Give the app's identity this permission; the documentation's Permissions list what it needs."


class SignInRequired(AutocoderError):  # noqa: N818
    """The credential is missing, wrong or expired."""

    code = "sign_in_required"
    next_step = "Add the app's identity to the organisation, or renew the PAT; GET /api/doctor shows which."


class Conflict(AutocoderError):  # noqa: N818
    """Something is there already, or is in a state that forbids this."""

    code = "conflict"


class StaleRevision(Conflict):
    """It was changed by somebody else since it was read."""

    code = "stale_revision"
    next_step = "No action is needed: the app reads it again and retries."


class InvalidArgument(AutocoderError):  # noqa: N818
    """The service does not accept the request as it is."""

    code = "invalid_argument"


class TooLarge(AutocoderError):  # noqa: N818
    """It is over a limit."""

    code = "too_large"
    next_step = "Make it smaller, or raise the limit."


class UnexpectedAnswer(AutocoderError):  # noqa: N818
    """A service answered something that is not its documented form."""

    code = "unexpected_answer"


class UnsafePack(UnexpectedAnswer):
    """A pack that is damaged, incomplete, or not what its result file says; nothing of it is pushed."""

    code = "unsafe_pack"
    next_step = "Nothing was pushed. Start the run again; if it happens again, look at the supervisor's log."
