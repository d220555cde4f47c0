"""A service is away while runs are under way; the app starts anew meanwhile, so that nothing is cached."""

import time

import pytest

from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, IDENTITY, KEY_VAULT
from tests.end_to_end.conftest import case_on
from tests.platform import running_platform
from tests.quick_agent import quick_options

AWAY_SECONDS = 12  # longer than any client of the app tries by itself
DROPPED = {"path": ".*", "drop": True, "times": 1_000_000}
LATE = "<div>QUICK write late.txt Late</div>"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    """A separate platform, because the shared one's programs must not be killed."""
    folder = tmp_path_factory.mktemp("outages")
    with running_platform(
        folder / "state", **quick_options(folder / "app", settings={"POLL_SECONDS": "1"})
    ) as platform:
        with platform.client(AZURE_DEVOPS) as control:  # repeats for 18 s, not for three minutes
            control.post("/_control/switches", json={"hookSecondsScale": 0.1}).raise_for_status()
        yield platform


def take_away(platform, emulator):
    """Let a service be away; its program dies, unless the containers of the runs would die with it."""
    if emulator is AZURE_RESOURCE_MANAGER:
        platform.fault(emulator, **DROPPED)
    else:
        platform.emulators.kill(emulator)


def bring_back(platform, emulator):
    if emulator is AZURE_RESOURCE_MANAGER:
        platform.forget_faults()
    else:
        platform.emulators.restart(emulator)


@pytest.mark.slow
@pytest.mark.durable
@pytest.mark.timeout(300)
@pytest.mark.parametrize("cold", [True, False], ids=["cold", "warm"])
@pytest.mark.parametrize(
    "away", [IDENTITY, KEY_VAULT, AZURE_DEVOPS, AZURE_RESOURCE_MANAGER], ids=lambda e: e.name
)
def test_every_run_is_published_once_after_the_service_is_back(mortal, away, cold):
    working = case_on(mortal, "tell begun", "sleep 6", "write a.txt a").start()
    begun = case_on(mortal).start()
    working.reached("running")
    take_away(mortal, away)
    if cold:
        mortal.kill_host()
        mortal.start_host()
    asked = None if away is AZURE_DEVOPS else mortal.work_item("Late", LATE, tags=["autocoder"])
    time.sleep(AWAY_SECONDS)
    bring_back(mortal, away)
    mortal.resume()
    for case in (working, begun):
        case.published_once(seconds=150)
    if asked:
        assert mortal.finished(mortal.run_of(asked["id"], seconds=120), seconds=150)["status"] == "completed"
