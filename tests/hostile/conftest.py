"""A platform with an attacking agent, and the evidence visible from outside."""

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
    """Make a work item whose run carries out a script, on the shared platform."""
    yield lambda script, **options: attack_on(hostile, script, **options)
    hostile.forget_faults()


@pytest.fixture
def canary():
    """An address outside every run that records its callers."""
    started = Canary()
    yield started
    started.close()
