"""Where the work of an agent is that was not published, in words for people."""

from autocoder.rounds import CONTAINER, Round, RoundFile

ROLE = "Storage Blob Data Reader"


def kept_words(what: str, place: Round, name: RoundFile, days: int) -> str:
    """Return that *what* is kept for so many *days* as the file *name* of a round, and who can read it.

    It may contain secrets, so no route of the app serves it.
    https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage#storage-blob-data-reader
    """
    blob = f"{CONTAINER}/{place.prefix}{name}"
    return f"{what} is kept for {days} {'day' if days == 1 else 'days'} in blob `{blob}` ({ROLE})."
