import json

import pytest

from emulators.bench.counting.access_logs import LOGGED
from emulators.bench.durable_extension import HubRequests
from emulators.platform.plan import Plan
from emulators.platform.running import STORAGE

POLL = "GET /devstoreaccount1/autocoder-control-00/messages?numofmessages=32"
MESSAGE = "POST /devstoreaccount1/autocoder-control-00/messages"
ROWS = "POST /devstoreaccount1/$batch"
INSTANCE = "PATCH /devstoreaccount1/AutocoderInstances(PartitionKey='r',RowKey='')"
OF_THE_APP = "PATCH /devstoreaccount1/runs(PartitionKey='run-0k3',RowKey='r')"


@pytest.fixture
def plan(tmp_path):
    host = {"extensions": {"durableTask": {"hubName": "Autocoder"}}}
    (tmp_path / "host.json").write_text(json.dumps(host))
    plan = Plan(tmp_path / "state", app=tmp_path)
    for name in LOGGED:
        plan.log(name).touch()
    return plan


def log(plan, *requests):
    with plan.log(STORAGE).open("a") as file:
        file.writelines(f'127.0.0.1 - - [now] "{request} HTTP/1.1" 200 -\n' for request in requests)


def test_what_an_idle_hub_asks_for_and_what_the_app_asks_for_do_not_count(plan):
    hub = HubRequests(plan)
    hub.learn_upkeep(sleep=lambda _: log(plan, POLL, OF_THE_APP))
    position = hub.position()
    log(plan, POLL, MESSAGE, ROWS, INSTANCE, OF_THE_APP)
    assert hub.since(position) == 3


def test_upkeep_counts_until_it_is_known(plan):
    hub = HubRequests(plan)
    position = hub.position()
    log(plan, POLL, MESSAGE)
    assert hub.since(position) == 2
