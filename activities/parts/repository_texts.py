"""The repository's texts, stored in a blob because they are too long for the history."""

from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.models import Repository, RepositoryTexts, Run
from autocoder.runs.files import TEXTS


def texts_of(connected: Clients, run: Run, repository: Repository) -> RepositoryTexts:
    """Return the texts that were stored for the round of *run*."""
    if not repository.has_texts:
        return RepositoryTexts()
    return wire.load(RepositoryTexts, connected.blobs.get(run.current_round, TEXTS))
