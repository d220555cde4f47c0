"""Fixtures for all tests."""

import pytest


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    """A whole platform, shared by the tests of a session: the app, every emulator, and the sample project."""
    from tests.platform import running_platform  # only tests that want it pay for it

    with running_platform(tmp_path_factory.mktemp("platform")) as started:
        yield started
