"""A platform on which an agent attacks, and an observer outside of it."""

import pytest

from tests.hostile.attacks import attack_on, hostile_options
from tests.hostile.evidence import Canary
from tests.platform import running_platform


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """A platform whose agent attacks, shared by the tests of a session."""
    folder = tmp_path_factory.mktemp("hostile")
    with running_platform(folder / "state", **hostile_options(folder / "app")) as platform:
        yield platform


@pytest.fixture
def attack(hostile):
    """Create a work item whose run executes a script, on the shared platform."""
    yield lambda script, **options: attack_on(hostile, script, **options)
    hostile.forget_faults()


@pytest.fixture
def canary():
    """An address outside of every run that records each call to it."""
    started = Canary()
    yield started
    started.close()
