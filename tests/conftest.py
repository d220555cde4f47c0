"""Fixtures for all tests."""

import signal

import pytest

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell starts background jobs with SIGINT ignored, and every process that the tests start inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    """A whole platform, shared by the tests of a session: the app, every emulator, and the sample project."""
    from tests.platform import running_platform  # imported here, so that only tests that use it wait for it

    with running_platform(tmp_path_factory.mktemp("platform")) as started:
        yield started
