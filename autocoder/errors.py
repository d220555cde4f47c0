"""Errors of the domain: those to retry, and those that need a person. Expected outcomes are values instead.

    AutocoderError
    ├── Transient                 retry: a dropped connection, a 5xx
    │   └── RetryLater            retry after `retry_after_seconds`: 429, 503, a container group in transition
    │       ├── NoCapacity        the region has no quota or capacity left: retried a few times only
    │       └── MayPass           a refusal that is not known to be final: retried for some minutes only
    │           └── NoImage       the registry does not give the image
    ├── NotFound                  404: it does not exist, or the identity may not see it
    ├── Forbidden                 403: the identity lacks a permission
    ├── SignInRequired            401, or a sign-in page: the credential is missing, wrong or expired
    ├── Conflict                  409: it exists already, or its state forbids the request
    │   └── StaleRevision         412: it was changed after it was read
    ├── InvalidArgument           400: the request is wrong
    ├── TooLarge                  a limit of the app or of the service is exceeded
    └── UnexpectedAnswer          the answer does not have its documented form
        └── UnsafePack            a pack that is damaged, incomplete, or differs from its result file

Each has a `code` for machines, a message for people, and a `next_step`. Messages are shown in pull requests
and work items, so no error is ever built from a credential, a request header or the query of a URL.
"""

import re

MAX_MESSAGE_LENGTH = 500
_QUERY = re.compile(r"(https?://[^\s?#'\"<>]*)[?#][^\s'\"<>]*")
_USER = re.compile(r"(https?://)[^\s/@'\"<>]*@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LAST_WORD = re.compile(r"[A-Za-z0-9+/=_.~%-]+\Z")


def plain(text: str) -> str:
    """Return *text* as one line of bounded length, with user names and queries removed from its URLs."""
    text = _CONTROL.sub(" ", _cut(text, 4 * MAX_MESSAGE_LENGTH))
    return _cut(_USER.sub(r"\1", _QUERY.sub(r"\1", text)).strip(), MAX_MESSAGE_LENGTH)


def _cut(text: str, limit: int) -> str:
    """Return *text*, cut between words: redaction would not recognise half a secret."""
    return text if len(text) <= limit else _LAST_WORD.sub("", text[: limit - 1]) + "…"


class AutocoderError(Exception):
    """Base of all errors of the domain; `service_code` is the vendor's own code, such as `TF401398`."""

    code = "error"
    next_step = "Look at the app's log for this run."

    def __init__(self, message: str, *, service_code: str = "", next_step: str | None = None) -> None:
        self.message = plain(message)
        self.service_code = service_code
        self.next_step = self.next_step if next_step is None else next_step
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class Transient(AutocoderError):  # noqa: N818  (the usual name for it)
    """A failure that a retry may overcome."""

    code = "unavailable"
    next_step = "No action is needed: the app tries again."


class RetryLater(Transient):
    """A failure to retry after `retry_after_seconds`, as the service asks."""

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


class NoCapacity(RetryLater):
    """The region has no quota or capacity for the request; that may last long."""

    code = "no_room"


class MayPass(RetryLater):
    """The service refuses the request, and nothing says that it always will."""

    code = "refused_for_now"
    next_step = "The app tries again for some minutes; if it stays refused, change what the service names."


class NoImage(MayPass):
    """The registry does not give the image: it is busy, the image is new, or it is not there at all."""

    code = "no_image"


class NotFound(AutocoderError):  # noqa: N818
    """The object does not exist, or the identity may not see it."""

    code = "not_found"
    next_step = "Check its name or number, and whether the app's identity may read it."


class Forbidden(AutocoderError):  # noqa: N818
    """The identity lacks a permission."""

    code = "forbidden"
    next_step = "Give the app's identity this permission; docs/permissions.md lists what it needs."


class SignInRequired(AutocoderError):  # noqa: N818
    """The credential is missing, wrong or expired."""

    code = "sign_in_required"
    next_step = "Add the app's identity to the organisation, or renew the PAT; GET /api/doctor shows which."


class Conflict(AutocoderError):  # noqa: N818
    """The object exists already, or its state forbids the request."""

    code = "conflict"


class StaleRevision(Conflict):
    """The object was changed after it was read."""

    code = "stale_revision"
    next_step = "No action is needed: the app reads it again and retries."


class InvalidArgument(AutocoderError):  # noqa: N818
    """The service does not accept the request."""

    code = "invalid_argument"


class TooLarge(AutocoderError):  # noqa: N818
    """A size limit is exceeded."""

    code = "too_large"
    next_step = "Make it smaller, or raise the limit."


class UnexpectedAnswer(AutocoderError):  # noqa: N818
    """A service's answer does not have its documented form."""

    code = "unexpected_answer"


class UnsafePack(UnexpectedAnswer):
    """A pack that is damaged, incomplete, or differs from its result file; nothing of it is pushed."""

    code = "unsafe_pack"
    next_step = "Nothing was pushed. Start the run again; if it happens again, look at the supervisor's log."
