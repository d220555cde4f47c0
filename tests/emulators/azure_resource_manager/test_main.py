import os
import signal
import threading
from pathlib import Path

import pytest

from tests.emulators.azure_resource_manager.bodies import pair
from tests.emulators.azure_resource_manager.conftest import ISOLATIONS, Groups
from tests.emulators.running import running


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_end_of_the_emulator_leaves_no_process(tmp_path, images, isolation, how):
    mark = f"6{os.getpid()}.{int(how)}{ISOLATIONS.index(isolation)}"
    arguments = ("--images", str(images), "--isolation", isolation)
    with running("azure_resource_manager", tmp_path, *arguments) as emulator:
        groups = Groups(emulator)
        groups.put("left", pair(f"(setsid sleep {mark} & ); sleep {mark}"))
        groups.when("left", lambda _: len(sleepers(mark)) == 2)
        folder = groups.folder("left")
        emulator.process.send_signal(how)
        emulator.process.wait(10)
        wait_until(lambda: not sleepers(mark))
        if how != signal.SIGKILL:
            assert not folder.exists()
    with running("azure_resource_manager", tmp_path, *arguments) as emulator:
        groups = Groups(emulator)
        assert list(groups.client.container_groups.list()) == []
        assert not folder.exists()


def sleepers(mark):
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if line.read_bytes().split(b"\0")[:2] == [b"sleep", mark.encode()]:
                found.append(line.parent.name)
        except OSError:
            continue
    return found


def wait_until(condition):
    clock = threading.Event()
    for _ in range(500):
        if condition():
            return
        clock.wait(0.01)
    raise AssertionError("it never became true")


def test_two_emulators_do_not_share_a_state_folder(groups):
    second = running("azure_resource_manager", groups.emulator.state)
    with pytest.raises(AssertionError, match="did not start"), second:
        pass
