"""What the emulators start and must not leave: marked processes, sessions, and the program that watches."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from emulators.processes.marked import marked
from emulators.processes.sessions import Session, members
from emulators.processes.watch import Watch

VARIABLE = "AUTOCODER_TEST_OF_WATCH"


def watching(folder):
    """The processes that watch for *folder*."""
    paths = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in read(path)]
    return [path for path in paths if b"emulators.processes.watch" in read(path)]


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


async def test_starts_at_the_same_time_share_one_program_which_ends_what_is_marked(tmp_path):
    folder, mark = tmp_path / "work", f"{tmp_path}/"
    folder.mkdir()
    watch = Watch(VARIABLE, mark, folder)
    await asyncio.gather(*(watch.start() for _ in range(5)))
    await watch.start()
    assert len(watching(folder)) == 1
    left = await asyncio.create_subprocess_exec("sleep", "300", env={**os.environ, VARIABLE: f"{mark}one"})
    await watch.close()
    assert await left.wait() != 0
    assert (watching(folder), marked(VARIABLE, mark), folder.exists()) == ([], [], False)


async def test_a_start_that_failed_can_be_repeated(tmp_path, monkeypatch):
    watch = Watch(VARIABLE, f"{tmp_path}/", None)
    with monkeypatch.context() as broken:
        broken.setattr("sys.executable", "/nowhere/python")
        for _ in range(2):
            with pytest.raises(OSError, match="nowhere"):
                await watch.start()
    await watch.start()
    await watch.close()


def test_a_session_is_killed_without_its_leader_but_not_when_all_that_were_left_have_ended():
    command = ["sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as leader:
        left = int(leader.stdout.readline())
    session = Session(leader.pid)
    assert [pid for pid, _ in session.left] == [left]
    session.left, known = {(left, "another start time")}, session.left
    session.kill()
    assert members(leader.pid) == known
    session.left = known
    session.kill()
    assert members(leader.pid) == set()
