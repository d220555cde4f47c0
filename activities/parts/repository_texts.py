"""The repository's texts, stored in a blob because they are too long for the history."""

from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.models import Repository, RepositoryTexts, Run

TEXTS = "repository.json"


def texts_of(connected: Clients, run: Run, repository: Repository) -> RepositoryTexts:
    """Return the texts that were stored for *run*."""
    if not repository.has_texts:
        return RepositoryTexts()
    return wire.load(RepositoryTexts, connected.blobs.get(run.id, TEXTS))
