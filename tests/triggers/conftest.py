"""Storage for the triggers that clean up."""

from tests.autocoder.clients.conftest import cloud, storage  # noqa: F401
