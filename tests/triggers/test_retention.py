"""Deletion of old runs' files and claims, in Azurite; their records are kept."""

import datetime as dt

import pytest

from autocoder import ids, wire
from autocoder.clients.blobs import Blobs
from autocoder.clients.tables import Tables
from autocoder.errors import Conflict
from autocoder.models import Requester, Run, RunRequest
from autocoder.rounds import Round, WholeRun
from autocoder.runs.claims import ACTIVE, CHANGE, CONTENT, DELIVERY, IDEMPOTENCY, Claim
from autocoder.runs.partitions import item_partition, name_columns, partition_of
from autocoder.runs.rows import CLAIMS, RUNS
from triggers.timers.retention import delete_old_files, expire_claims


def ago(days):
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)


def text(moment):
    return moment.isoformat(timespec="milliseconds")


@pytest.fixture
def clients(storage):
    return storage.clients(LOG_RETENTION_DAYS="30", DEDUP_WINDOW_SECONDS="300")


def run(clients, made, status, ended=None, **given):
    """Write the row and a file of a run with that time; return its id."""
    run_id = ids.new_run_id(int(made.timestamp() * 1000))
    request = RunRequest(organization="o", project="p", repository="r", requester=Requester(), **given)
    clients.records.add(Run(id=run_id, request=request, title="t", queued_at=text(made)))
    columns = {"status": status, "ended_at": text(ended or made)}
    clients.tables.merge(RUNS, partition_of(run_id), run_id, columns)
    clients.blobs.put(WholeRun(run_id), "request.json", b"{}")
    clients.blobs.put(Round(run_id, 2), "images/1.png", b"png")
    return run_id


def test_the_files_of_an_old_run_are_deleted_and_its_record_is_kept(clients):
    old = run(clients, ago(31), "completed")
    assert delete_old_files(clients, clients.settings) == 1
    assert tuple(clients.blobs.files(old)) == ()
    assert clients.records.get(old)["status"] == "completed"
    assert delete_old_files(clients, clients.settings) == 0


def test_the_files_of_a_run_without_a_record_are_deleted(clients):
    old = ids.new_run_id(int(ago(31).timestamp() * 1000))
    clients.blobs.put(WholeRun(old), "request.json", b"{}")
    assert delete_old_files(clients, clients.settings) == 1
    assert tuple(clients.blobs.files(old)) == ()


def test_a_run_whose_writer_died_before_its_record_is_removed_from_the_runs_of_its_work_item(clients):
    old = ids.new_run_id(int(ago(31).timestamp() * 1000))
    request = RunRequest(organization="o", project="p", repository="r", work_item_id=31)
    clients.blobs.put(WholeRun(old), "request.json", wire.to_bytes(request))
    assert clients.tables.insert(RUNS, item_partition(31), old, name_columns(request))
    assert delete_old_files(clients, clients.settings) == 1
    assert clients.tables.query(RUNS, item_partition(31), {}) == []


def test_a_work_item_keeps_its_runs_when_their_files_are_deleted(clients):
    old = run(clients, ago(31), "completed", work_item_id=32)
    assert delete_old_files(clients, clients.settings) == 1
    assert [row["RowKey"] for row in clients.lists.of_work_item("O", 32, 10)] == [old]


def test_files_that_cannot_be_deleted_keep_no_others_back(clients, monkeypatch, caplog):
    old, newer = (run(clients, ago(days), "completed") for days in (32, 31))
    delete_run = Blobs.delete_run

    def delete(self, run_id):
        if run_id == newer:
            raise Conflict("There is an immutable blob.")
        delete_run(self, run_id)

    with monkeypatch.context() as patch:
        patch.setattr(Blobs, "delete_run", delete)
        assert delete_old_files(clients, clients.settings) == 1
    assert tuple(clients.blobs.files(old)) == ()
    assert f"{newer}: There is an immutable blob." in caplog.text
    clients.blobs.delete_run(newer)


@pytest.mark.parametrize(
    ("made", "status", "ended"), [(29, "completed", 29), (31, "running", 31), (31, "failed", 29)]
)
def test_the_files_of_any_other_run_are_kept(clients, made, status, ended):
    kept = run(clients, ago(made), status, ago(ended))
    assert delete_old_files(clients, clients.settings) == 0
    assert len(tuple(clients.blobs.files(kept))) == 2
    clients.blobs.delete_run(kept)


def take(clients, kind, key, days):
    columns = {"run_id": "a" * 20, "taken_at": text(ago(days))}
    assert clients.tables.insert(CLAIMS, kind, key, columns)


def forget(clients, kind):
    """Delete the claims that other tests left in the same storage."""
    for row in clients.tables.query(CLAIMS, kind, {}):
        clients.tables.delete(CLAIMS, kind, row["RowKey"])


def test_claims_are_deleted_after_their_window_or_the_retention(clients):
    for kind in (DELIVERY, CHANGE, IDEMPOTENCY, CONTENT, ACTIVE):
        forget(clients, kind)
        for days in (0, 1, 29, 31):
            take(clients, kind, f"{kind}{days}", days)
    assert expire_claims(clients, clients.settings) == 6
    assert set(clients.records.held(DELIVERY)) == {"delivery0", "delivery1", "delivery29"}
    assert set(clients.records.held(CHANGE)) == {"change0", "change1", "change29"}
    assert set(clients.records.held(IDEMPOTENCY)) == {"idempotency0", "idempotency1", "idempotency29"}
    assert set(clients.records.held(CONTENT)) == {"content0"}
    assert len(clients.records.held(ACTIVE)) == 4


def test_a_round_frees_a_bounded_number_of_claims(clients):
    for number in range(5):
        take(clients, DELIVERY, f"old{number}", 40)
    assert clients.records.expire(DELIVERY, ago(30), 3) == 3
    assert clients.records.expire(DELIVERY, ago(30), 3) == 2


def test_a_claim_that_is_taken_again_meanwhile_is_kept(clients, monkeypatch):
    take(clients, CONTENT, "again", 40)
    query = Tables.query_before

    def and_taken(self, *args, **options):
        found = query(self, *args, **options)
        clients.records.take(Claim(CONTENT, "again", 300), "b" * 20)
        return found

    monkeypatch.setattr(Tables, "query_before", and_taken)
    clients.records.expire(CONTENT, ago(30), 10)
    assert clients.records.held(CONTENT)["again"] == "b" * 20
