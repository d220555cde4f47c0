import threading

import httpx
import pytest

from autocoder.clients.storage.account import read_account
from autocoder.clients.storage.rest import Rest
from autocoder.errors import InvalidArgument, NotFound, SignInRequired, TooLarge
from autocoder.ids import new_run_id
from autocoder.rounds import Round, WholeRun
from autocoder.runs.claims import ACTIVE, Claim

RUN = "0" * 19 + "a"
ROUND = Round(RUN, 1)
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@pytest.fixture(scope="module")
def blobs(storage):
    return storage.clients().blobs


@pytest.fixture(scope="module")
def tables(storage):
    return storage.clients().tables


def test_a_blob_is_stored_and_read_back(blobs):
    blobs.put(ROUND, "run.json", b"{}")
    blobs.put(ROUND, "run.json", b'{"a": 1}')
    assert blobs.get(ROUND, "run.json") == b'{"a": 1}'
    assert blobs.exists(ROUND, "run.json")


def test_a_new_blob_is_written_once(blobs):
    run = new_run_id()
    assert blobs.put_new(WholeRun(run), "request.json", b"1")
    assert not blobs.put_new(WholeRun(run), "request.json", b"2")
    assert blobs.get(WholeRun(run), "request.json") == b"1"


def test_a_new_blob_that_is_written_twice_after_a_lost_answer_is_known_as_ones_own(blobs, monkeypatch):
    once, run = Rest._once, new_run_id()

    def repeated(self, call, *more):
        if call.method == "PUT":
            once(self, call, *more)  # whose answer is lost
        return once(self, call, *more)

    assert blobs.put_new(WholeRun(new_run_id()), "request.json", b"1")  # the container is there from now on
    with monkeypatch.context() as patch:
        patch.setattr(Rest, "_once", repeated)
        assert blobs.put_new(WholeRun(run), "request.json", b"1")
        assert not blobs.put_new(WholeRun(run), "request.json", b"2")
    assert blobs.get(WholeRun(run), "request.json") == b"1"


def test_a_missing_blob_is_none(blobs):
    assert blobs.get(ROUND, "nothing") is None
    assert not blobs.exists(ROUND, "nothing")
    assert blobs.read_range(ROUND, "nothing", 0, 10) == b""


def test_refuses_a_blob_that_is_too_large(blobs, tmp_path):
    blobs.put(ROUND, "large", b"x" * 100)
    with pytest.raises(TooLarge):
        blobs.get(ROUND, "large", 99)
    with pytest.raises(TooLarge):
        blobs.download(ROUND, "large", tmp_path / "file", 99)


def test_downloads_a_large_blob_to_a_file(blobs, tmp_path):
    content = bytes(range(256)) * 40_000
    blobs.put(ROUND, "changes.pack", content)
    blobs.download(ROUND, "changes.pack", tmp_path / "file", len(content))
    assert (tmp_path / "file").read_bytes() == content
    with pytest.raises(NotFound):
        blobs.download(ROUND, "nothing", tmp_path / "other", 10)


def test_reads_a_log_as_it_grows(blobs):
    run = RUN[:-1] + "b"
    blobs.create_append(Round(run, 1), "log.txt")
    url = blobs.sas_url(Round(run, 1), "log.txt", "a", 5)
    assert httpx.put(url + "&comp=appendblock", content=b"hello ").status_code == 201
    blobs.create_append(Round(run, 1), "log.txt")
    assert httpx.put(url + "&comp=appendblock", content=b"world").status_code == 201
    assert blobs.read_range(Round(run, 1), "log.txt", 6, 100) == b"world"
    assert blobs.read_range(Round(run, 1), "log.txt", 11, 100) == b""
    assert blobs.read_range(Round(run, 1), "log.txt", 500, 100) == b""


def test_a_signed_url_grants_its_permissions_on_one_blob_only(blobs):
    blobs.put(ROUND, "inputs", b"in")
    read, write = blobs.sas_url(ROUND, "inputs", "r", 5), blobs.sas_url(ROUND, "result.json", "cw", 5)
    assert httpx.get(read).content == b"in"
    header = {"x-ms-blob-type": "BlockBlob"}
    assert httpx.put(write, content=b"{}", headers=header).status_code == 201
    assert httpx.put(read, content=b"{}", headers=header).status_code == 403
    assert httpx.get(read.replace("inputs", "result.json")).status_code == 403
    assert httpx.get(write).status_code == 403


def test_the_first_write_of_an_attempt_wins(blobs):
    url = blobs.sas_url(ROUND, "attempt", "cw", 5)
    header = {"x-ms-blob-type": "BlockBlob", "If-None-Match": "*"}
    assert httpx.put(url, content=b"1", headers=header).status_code == 201
    assert httpx.put(url, content=b"2", headers=header).status_code in (409, 412)


def test_deletes_only_the_named_blobs(blobs):
    run = RUN[:-1] + "e"
    for name in ("changes.pack", "log.txt"):
        blobs.put(Round(run, 1), name, b"x")
    for _ in range(2):
        blobs.delete(Round(run, 1), "changes.pack")
    assert tuple(blobs.files(run)) == ("1/log.txt",)


def test_deletes_all_blobs_of_a_run(blobs):
    run, other = RUN[:-1] + "c", RUN[:-1] + "d"
    for name in (run, other):
        blobs.put(Round(name, 1), "images/1.png", b"x")
    assert tuple(blobs.files(run)) == ("1/images/1.png",)
    blobs.delete_run(run)
    assert (tuple(blobs.files(run)), tuple(blobs.files(other))) == ((), ("1/images/1.png",))


@pytest.mark.parametrize(
    ("run", "name"),
    [("../x", "a"), (RUN, "../a"), (RUN, "a/../b"), (RUN, ""), (RUN, "a?b"), (RUN, "/a"), ("", "a")],
)
def test_refuses_names_that_lead_elsewhere(blobs, run, name):
    with pytest.raises(InvalidArgument):
        blobs.get(Round(run, 1), name)


def test_a_connection_string_signs_with_the_accounts_key(storage):
    endpoint = storage.settings["BLOB_URL"]
    string = f"AccountName=devstoreaccount1;AccountKey={AZURITE_KEY};BlobEndpoint={endpoint};"
    blobs = storage.clients(BLOB_URL=string).blobs
    blobs.put(ROUND, "by-key", b"x")
    assert httpx.get(blobs.sas_url(ROUND, "by-key", "r", 5)).content == b"x"


def test_development_storage_is_azurite_on_its_own_ports_and_signs_with_its_key(cloud):
    development = {"BLOB_URL": "UseDevelopmentStorage=true", "TABLE_URL": "UseDevelopmentStorage=true"}
    clients = cloud.clients(**development)
    address = clients.blobs.sas_url(ROUND, "log.txt", "a", 5)
    assert address.startswith(f"http://127.0.0.1:10000/devstoreaccount1/runs/{RUN}/1/log.txt?")
    assert read_account("UseDevelopmentStorage=true", "table").endpoint == (
        "http://127.0.0.1:10002/devstoreaccount1"
    )


def test_an_identity_without_a_token_cannot_read(storage):
    with pytest.raises(SignInRequired):
        storage.clients(AZURE_CLIENT_ID="b0000000-0000-4000-8000-000000000009").blobs.get(ROUND, "run.json")


def test_a_row_is_inserted_once(tables):
    assert tables.get("fresh", "p", "r") is None
    assert tables.query("fresh", "p", {}) == []
    assert tables.insert("fresh", "p", "r", {"a": 1, "b": "x", "c": True})
    assert not tables.insert("fresh", "p", "r", {"a": 2})
    row = tables.get("fresh", "p", "r")
    assert (row["a"], row["b"], row["c"], row["RowKey"]) == (1, "x", True, "r")


def test_replaces_and_merges_only_the_row_that_was_read(tables):
    tables.insert("rows", "p", "one", {"a": 1, "b": 1})
    read = tables.get("rows", "p", "one")
    assert tables.merge("rows", "p", "one", {"a": 2}, read)
    assert not tables.merge("rows", "p", "one", {"a": 3}, read)
    assert not tables.replace("rows", "p", "one", {"a": 3}, read)
    assert tables.merge("rows", "p", "one", {"c": 1})
    now = tables.get("rows", "p", "one")
    assert tables.replace("rows", "p", "one", {"z": 1}, now)
    final = tables.get("rows", "p", "one")
    assert final["z"] == 1
    assert "a" not in final


def test_a_missing_row_is_neither_changed_nor_deleted(tables):
    assert not tables.merge("rows", "p", "gone", {"a": 1})
    tables.delete("rows", "p", "gone")
    tables.delete("nosuchtable", "p", "gone")


def test_queries_in_the_order_of_keys(tables):
    for key in ("c", "a", "b"):
        tables.insert("many", "p", key, {"n": 5, "name": "it's"})
    tables.insert("many", "other", "d", {"n": 5})
    assert [row["RowKey"] for row in tables.query("many", "p", {"n": 5, "name": "it's"})] == ["a", "b", "c"]
    assert [row["RowKey"] for row in tables.query("many", "p", {}, top=2)] == ["a", "b"]
    assert tables.query("many", "p", {"n": 6}) == []


def test_only_one_of_many_runs_takes_a_claim(storage):
    records, winners = storage.clients().records, []
    runs = [f"{number:020d}" for number in range(8)]
    threads = [
        threading.Thread(target=lambda run=run: winners.append(records.take(Claim(ACTIVE, "k"), run)))
        for run in runs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(winners) == 8
    assert len(set(winners)) == 1
    records.release_all((ACTIVE,), winners[0])
    assert records.take(Claim(ACTIVE, "k"), runs[0]) == runs[0]
