import time

import pytest

from emulators.bench.counting.hub import Hub
from emulators.functions_host.durable.events import EventType, dump, event
from emulators.functions_host.durable.store import Instance, Store, connect
from emulators.platform.plan import Plan


@pytest.fixture
def plan(tmp_path):
    return Plan(tmp_path)


@pytest.fixture
def store(plan):
    connection = connect(plan.folder("functions_host") / "autocoder.sqlite")
    yield Store(connection)
    connection.close()


def start(store, name):
    store.insert_instance(Instance(name, "run", "", "1", "Running", None, None, None, "now", "now"))


def rows(number):
    return [dump(event(EventType.OrchestratorStarted)) for _ in range(number)]


def test_an_orchestration_that_worked_before_is_not_waited_for(plan, store):
    start(store, "earlier")
    hub = Hub(plan)
    assert hub.is_idle()
    start(store, "later")
    assert not hub.is_idle()
    hub.wait(time.monotonic())
    store.update_instance("later", status="Completed")
    assert hub.is_idle()


def test_rows_count_as_written_when_their_generation_is_gone(plan, store):
    hub = Hub(plan)
    start(store, "run")
    store.append_history("run", 0, rows(3))
    store.clear_work("run", history=True)
    store.append_history("run", 0, rows(2))
    assert (hub.rows_written(), Hub(plan).rows_written()) == (5, 5)
    assert hub.rows_kept() == {"run": 2}
