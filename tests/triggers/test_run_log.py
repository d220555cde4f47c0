"""The log of a run and the agent's own output beside it, in Azurite."""

import pytest

from autocoder import ids
from autocoder.rounds import Round
from triggers import run_calls
from triggers.run_calls import log_piece


@pytest.fixture
def clients(storage):
    return storage.clients()


def test_the_log_and_the_raw_output_are_two_files(clients):
    run = Round(ids.new_run_id(1), 1)
    clients.blobs.put(run, "log.txt", b"readable")
    clients.blobs.put(run, "stream.txt", b"the raw output")
    assert log_piece(clients, run, 0, raw=False) == b"readable"
    assert log_piece(clients, run, 4, raw=True) == b"raw output"
    assert log_piece(clients, run, 14, raw=True) == b""


@pytest.mark.parametrize("has_stream", [True, False])
def test_the_log_of_an_older_supervisor_is_the_raw_output(clients, has_stream):
    run = Round(ids.new_run_id(1), 1)
    clients.blobs.put(run, "log.txt", b"raw")
    if has_stream:
        clients.blobs.create_append(run, "stream.txt")
    assert log_piece(clients, run, 1, raw=True) == b"aw"
    assert log_piece(clients, run, 0, raw=False) == b"raw"


def test_a_run_without_files_has_an_empty_log(clients):
    run = Round(ids.new_run_id(1), 1)
    assert [log_piece(clients, run, 0, raw=raw) for raw in (True, False)] == [b"", b""]


def test_a_piece_has_a_limit(clients, monkeypatch):
    monkeypatch.setattr(run_calls, "LOG_CHUNK_BYTES", 4)
    run = Round(ids.new_run_id(1), 1)
    clients.blobs.put(run, "stream.txt", b"the raw output")
    assert log_piece(clients, run, 4, raw=True) == b"raw "


def test_the_logs_of_all_rounds_are_read_as_one(clients, monkeypatch):
    monkeypatch.setattr(run_calls, "LOG_CHUNK_BYTES", 4)
    run = ids.new_run_id(1)
    for number, text in ((1, b"first"), (3, b"third")):
        clients.blobs.put(Round(run, number), "log.txt", text)
    last = Round(run, 3)
    read = [log_piece(clients, last, offset, raw=False) for offset in (0, 4, 5, 8, 10)]
    assert read == [b"firs", b"tthi", b"thir", b"rd", b""]
