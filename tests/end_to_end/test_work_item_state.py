"""WORK_ITEM_STATE_ON_PULL_REQUEST: which work items change their state when their pull request exists."""

import pytest

from emulators.platform.app_settings import PROJECT
from tests.end_to_end.conftest import WRITE, Case

ORDERS = f"<div>QUICK {WRITE}</div>"


@pytest.fixture(scope="module")
def resolving(quick):
    """The shared platform with the setting `Resolved`, which is reset at the end."""
    quick.restart_host_with(WORK_ITEM_STATE_ON_PULL_REQUEST="Resolved")
    yield quick
    quick.restart_host_with()


def a_case(platform, kind, text=ORDERS, **fields):
    named = {"System.Title": f"A {kind} of some state", "System.Description": text, **fields}
    return Case(platform, platform.person.create_work_item(PROJECT, kind, named))


def states_of(case):
    """Every state that the work item has had, in order."""
    path = f"{PROJECT}/_apis/wit/workItems/{case.item['id']}/updates"
    updates = case.platform.person.ask("GET", path)["value"]
    changes = [one["fields"]["System.State"] for one in updates if "System.State" in one.get("fields", {})]
    return [change["newValue"] for change in changes]


def test_without_the_setting_the_state_stays(quick):
    done = a_case(quick, "User Story").start()
    done.published_once()
    assert states_of(done) == ["New"]


def test_a_user_story_of_agile_is_resolved_with_its_pull_request(resolving):
    done = a_case(resolving, "User Story").start()
    done.published_once()
    assert states_of(done) == ["New", "Resolved"]


def test_a_user_story_that_is_resolved_already_is_not_changed_again(resolving):
    done = a_case(resolving, "User Story", **{"System.State": "Resolved"}).start()
    done.published_once()
    assert states_of(done) == ["Resolved"]


def test_a_task_of_agile_which_has_no_such_state_is_not_moved(resolving):
    done = a_case(resolving, "Task").start()
    done.published_once()
    assert states_of(done) == ["New"]


def test_a_user_story_without_a_pull_request_is_not_moved(resolving):
    silent = a_case(resolving, "User Story", "<div>QUICK say Nothing to do.</div>").start()
    silent.published_nothing("no_changes")
    assert states_of(silent) == ["New"]
