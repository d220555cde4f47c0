import json

import pytest

from runner import blobs
from runner.blobs import LONG_PAUSES, PAUSES, Client, ExchangeError
from tests.containers.store import Store

ATTEMPT = "/runs/attempt"


@pytest.fixture
def store():
    started = Store()
    yield started
    started.close()


def claim(store, *troubles, there=None):
    """Claim the attempt through *troubles*, where *there* is already in it."""
    store.troubles = list(troubles)
    if there is not None:
        store.blobs[ATTEMPT] = there
    return Client(pauses=(0.01,) * 3).claim(store.url + ATTEMPT, b"mine")


@pytest.mark.parametrize("trouble", ["lost", "stored 500", "stored 503", "cut", 503])
def test_recognizes_its_own_claim_after_a_lost_answer(store, trouble):
    assert claim(store, trouble)
    assert store.blobs[ATTEMPT] == b"mine"


@pytest.mark.parametrize("trouble", ["cut", 500, 503])
def test_does_not_take_over_the_claim_of_another_after_an_error(store, trouble):
    assert not claim(store, trouble, trouble, there=b"another's")
    assert store.blobs[ATTEMPT] == b"another's"


def test_fails_when_an_existing_claim_cannot_be_read(store):
    with pytest.raises(ExchangeError):
        claim(store, "cut", there=b"another's" * 1000)


def test_a_claim_found_by_the_first_attempt_is_not_its_own(store):
    assert not claim(store, there=b"mine")
    assert store.requests == ["PUT"]


def test_keeps_the_first_result(store):
    client = Client(pauses=(0.01,))
    for body in (b"first", b"second"):
        client.put_first(f"{store.url}/runs/result.json", body)
    assert store.blobs["/runs/result.json"] == b"first"


def test_retries_the_upload_of_finished_work_for_minutes(store, monkeypatch, tmp_path):
    pauses = []
    monkeypatch.setattr(blobs.time, "sleep", pauses.append)
    pack = tmp_path / "pack"
    pack.write_bytes(b"work")
    store.troubles = ["cut", 503] * 7
    Client(LONG_PAUSES).put(f"{store.url}/runs/changes.pack", pack)
    assert store.blobs["/runs/changes.pack"] == b"work"
    assert 120 < sum(pauses) <= 300
    store.troubles = [503] * 20
    with pytest.raises(ExchangeError):
        Client().put(f"{store.url}/runs/changes.pack", pack)
    assert len(store.troubles) == 20 - len(PAUSES) - 1


def test_gives_up_an_upload_after_about_five_minutes():
    assert max(LONG_PAUSES) == 30
    assert 280 < sum(LONG_PAUSES) < 320


def outputs(group, **others):
    """The group's links, but for *others*."""
    group.outputs = group.runs.outputs(group.id) | others


def test_a_pack_and_a_result_survive_an_outage(group, store):
    group.set_constant("blobs", "PAUSES", ())
    group.set_constant("blobs", "LONG_PAUSES", (0.1, 0.1, 0.1, 0.1))
    store.troubles = [503, 503, 503]
    links = {name: f"{store.url}/{name}" for name in ("changes.pack", "result.json")}
    outputs(group, **links)
    run(group)
    assert json.loads(store.blobs["/result.json"])["outcome"] == "changed"
    assert store.blobs["/changes.pack"]


def test_calls_the_app_even_if_the_result_cannot_be_uploaded(group):
    outputs(group, **{"result.json": group.runs.sas(f"{group.id}/result.json", "r")})
    group.set_constant("supervisor.live", "FIRST_REPORT_SECONDS", 60.0)
    run(group)
    assert not group.runs.exists(f"{group.id}/result.json")
    assert len(group.callbacks) == 1


def test_the_end_of_the_log_is_stored_once_the_outage_is_over(group, store):
    group.set_constant("blobs", "PAUSES", ())
    store.troubles = [503] * 12
    outputs(group, **{"log.txt": f"{store.url}/log.txt?sig=x"})
    run(group)
    assert store.blobs["/log.txt?sig=x&comp=appendblock"]


def run(group):
    group.clone()
    for start in (group.start_agent, group.start_verify, group.start_supervisor):
        start()
    for process in group.processes.values():
        assert process.wait(60) == 0
