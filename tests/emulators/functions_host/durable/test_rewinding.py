"""Rewind, as measured with the real extension."""

import pytest


@pytest.fixture
def mending(own_host, tmp_path):
    """A host whose activity fails until `mend` is called."""
    healed = tmp_path / "healed"
    return own_host(HEALED=str(healed)).start(), healed.touch


def test_a_failed_activity_runs_again_and_the_rest_is_kept(mending):
    host, mend = mending
    host.run("mended", id_="one")
    assert host.status("one")["runtimeStatus"] == "Failed"
    mend()
    assert host.hub("POST", "/instances/one/rewind?reason=again").status_code == 202
    host.has_status("one", "Completed")
    assert host.status("one")["output"] == ["first", "second", "third"]
    assert host.history("one") == [
        "ExecutionStarted",
        "TaskCompleted",
        *["GenericEvent"] * 4,  # what was scheduled, its failure, the end, and the reason
        "TaskCompleted",
        "TaskCompleted",
        "ExecutionCompleted",
    ]


def test_a_rewound_instance_fails_again_while_the_cause_is_there(mending):
    host, _ = mending
    host.run("mended", id_="one")
    before = host.history("one").count("GenericEvent")
    host.hub("POST", "/instances/one/rewind")
    host.until(lambda: host.history("one").count("GenericEvent") > before, "it ran")
    assert "not healed" in host.ended("one")["output"]


def test_a_failed_child_is_rewound_and_then_its_parent_goes_on(mending):
    host, mend = mending
    host.run("mended_child", id_="one")
    mend()
    assert host.hub("POST", "/instances/one/rewind").status_code == 202
    host.has_status("one", "Completed")
    assert host.status("one")["output"] == ["first", "second", "third"]
    assert host.status("one-child")["runtimeStatus"] == "Completed"


def test_only_failed_instances_are_rewound(host):
    id_ = host.begin("approval")
    host.has_status(id_, "Running")
    answer = host.hub("POST", f"/instances/{id_}/rewind")
    only = 'but only orchestrations in the "Failed" state can be rewound.'
    assert (answer.status_code, answer.json()) == (412, f"This orchestration has status Running, {only}")
    answer = host.hub("POST", "/instances/nobody/rewind")
    assert (answer.status_code, answer.json()) == (404, 'No orchestration with instance ID "$nobody" found.')
