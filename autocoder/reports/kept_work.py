"""Where the work of an agent is that was not published, in words for people."""

from autocoder.models import MAX_REASON_LENGTH
from autocoder.rounds import CONTAINER, Round, RoundFile

ROLE = "Storage Blob Data Reader"


def kept_words(what: str, place: Round, name: RoundFile, days: int) -> str:
    """Return that *what* is kept for so many *days* as the file *name* of a round, and who can read it.

    It may contain secrets, so no route of the app serves it.
    https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage#storage-blob-data-reader
    """
    blob = f"{CONTAINER}/{place.prefix}{name}"
    return f"{what} is kept for {days} {'day' if days == 1 else 'days'} in blob `{blob}` ({ROLE})."


def with_kept(reason: str, words: str) -> str:
    """Return *reason* with the *words* of `kept_words` behind it; a long reason is cut, and they are not."""
    room = MAX_REASON_LENGTH - len(words) - 2
    return f"{reason[:room]}\n\n{words}".strip()
