import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from emulators.soak.marks import Marks, listening
from emulators.soak.remains import make_old, processes_of, secrets_in, stored, temporary_folders

SECRETS = {"hook-password": "not-so-secret", "unset": ""}
TOKEN = b"autocoder-callback-" + b"0a" * 32


def test_a_process_that_was_given_the_folder_is_found_until_it_ends(tmp_path):
    process = subprocess.Popen(["sleep", "60"], env={"TMPDIR": str(tmp_path)})
    try:
        deadline = time.monotonic() + 10  # its environment is there once it has begun
        while not processes_of(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [f"{process.pid}: sleep 60"] == [line.strip() for line in processes_of(tmp_path)]
    finally:
        process.kill()
        process.wait()
    assert processes_of(tmp_path) == []


def test_temporary_folders_of_the_app_are_found_and_can_be_made_old(tmp_path):
    for name in ("autocoder-activity-x", "another"):
        (tmp_path / name).mkdir()
    assert temporary_folders(tmp_path) == ["autocoder-activity-x"]
    make_old(tmp_path)
    assert time.time() - (tmp_path / "autocoder-activity-x").stat().st_mtime > 3600


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"Authorization: not-so-secret", ["x: hook-password"]),
        (b"Bearer " + TOKEN, ["x: callback token"]),
        (b"autocoder-callback-[hidden]", []),
        (b"", []),
    ],
)
def test_secrets_are_found_by_name_and_never_shown(content, expected):
    assert secrets_in([("x", content)], SECRETS) == expected


def test_logs_rows_and_blobs_are_read_but_not_the_files_of_keys(tmp_path):
    for path in ("logs/a.log", "azurite/__blobstorage__/b", "functions_host/keys.json", "key_vault/c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    assert dict(stored(tmp_path)) == {"logs/a.log": b"x", "azurite/__blobstorage__/b": b"x"}


def test_marks_of_many_agents_at_once_are_all_counted():
    marks = Marks()
    with listening(marks) as port, ThreadPoolExecutor(8) as pool:
        ask = f"http://127.0.0.1:{port}/".__add__
        answers = list(pool.map(lambda number: httpx.get(ask(str(number % 3)), trust_env=False), range(30)))
    assert {answer.status_code for answer in answers} == {204}
    assert marks.begun() == {0: 10, 1: 10, 2: 10}
