"""A round of the janitor: what it does not touch, and that a failing part does not stop the others."""

import asyncio
import logging
from types import SimpleNamespace

import pytest

from autocoder.clients.connect import Clients
from autocoder.clients.container_instances import ListedGroup
from autocoder.container_groups.build import APP_TAG, app_name
from autocoder.errors import RetryLater
from tests.autocoder.requests.test_run_request import SETTINGS
from triggers.timers import janitor, resume_runs
from triggers.timers.sweeping import sweep

RUN, OTHER = "a" * 20, "b" * 20
OURS = {APP_TAG: app_name(SETTINGS)}


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    monkeypatch.setattr(janitor, "settings", lambda: SETTINGS)


class Containers:
    """A resource group with these groups; one of them is in transition."""

    def __init__(self, *groups, moving=""):
        self.groups, self.moving, self.deleted = groups, moving, []

    def list_groups(self):
        return self.groups

    def delete_group(self, name):
        if name == self.moving:
            raise RetryLater("transition", retry_after_seconds=1)
        self.deleted.append(name)


def deleted(*groups, rows=None, moving=""):
    containers = Containers(*groups, moving=moving)
    records = SimpleNamespace(get=(rows or {}).get)
    janitor._delete_groups(SimpleNamespace(containers=containers, records=records, redact=str))
    return containers.deleted


def test_deletes_its_groups_without_a_run():
    assert deleted(ListedGroup(f"autocoder-{RUN}-1", OURS)) == [f"autocoder-{RUN}-1"]


@pytest.mark.parametrize("tags", [{}, {APP_TAG: "0" * 12}, {"autocoder-run": RUN}])
def test_does_not_delete_the_groups_of_another_app(tags):
    assert deleted(ListedGroup(f"autocoder-{RUN}-1", tags)) == []


def test_does_not_delete_the_group_of_a_run_in_progress():
    rows = {RUN: {"status": "running"}, OTHER: {"status": "completed"}}
    groups = [ListedGroup(f"autocoder-{run}-1", OURS) for run in (RUN, OTHER)]
    assert deleted(*groups, rows=rows) == [f"autocoder-{OTHER}-1"]


def test_deletes_the_group_of_an_earlier_round_of_a_run_in_progress():
    groups = [ListedGroup(f"autocoder-{RUN}-{number}", OURS) for number in (1, 2)]
    assert deleted(*groups, rows={RUN: {"status": "running", "round": 2}}) == [f"autocoder-{RUN}-1"]


@pytest.mark.parametrize("name", ["autocoder-x", f"autocoder-{RUN}", f"autocoder-{RUN}-0", f"x{RUN}-1"])
def test_does_not_delete_a_group_that_no_round_can_have(name):
    assert deleted(ListedGroup(name, OURS)) == []


def test_a_group_in_transition_does_not_keep_others_from_being_deleted():
    groups = [ListedGroup(f"autocoder-{run}-1", OURS) for run in (RUN, OTHER)]
    assert deleted(*groups, moving=groups[0].name) == [f"autocoder-{OTHER}-1"]


async def test_starts_the_runs_that_have_a_place_and_have_not_come_unless_they_are_there():
    started, told, asked = [], [], []

    class Client:
        async def start_new(self, name, instance, given):
            if instance == OTHER:
                raise RuntimeError(f"an instance with id {OTHER} already exists")
            started.append((name, instance, given))

        async def raise_event(self, instance, name, data):
            told.append(instance)

    def pass_on(going_on):
        asked.extend(going_on)
        return (RUN, OTHER)

    connected = SimpleNamespace(
        places=SimpleNamespace(pass_on_places=pass_on),
    )
    assert await resume_runs.pass_on_places(connected, Client(), asyncio.sleep(0, (RUN,)), set()) == 1
    assert started == [("run_agent", RUN, RUN)]
    assert told == [OTHER]
    assert asked == [RUN]


async def test_a_failing_part_does_not_stop_the_others(caplog):
    token = "ghp_" + "a1B2" * 10

    def fail():
        raise ValueError(token)

    parts = {
        "broken": asyncio.to_thread(fail),
        "whole": asyncio.to_thread(lambda: 3),
    }
    clients = Clients(SETTINGS)
    with caplog.at_level(logging.INFO):
        await sweep(clients, parts)
    assert "3 whole" in caplog.text
    assert "broken failed" in caplog.text
    assert token not in caplog.text
