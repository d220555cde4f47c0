import signal
import time

import pytest


@pytest.mark.slow
def test_twenty_running_instances_survive_a_kill_and_each_finishes_once(own_host, tmp_path):
    host = own_host().start()
    notes = tmp_path / "notes.txt"
    ids = [host.begin("slow_chain", {"seconds": 0.05, "file": str(notes)}, id_=f"run-{i}") for i in range(20)]
    host.until(lambda: notes.exists() and len(notes.read_text().splitlines()) > 15, "some activities ran")
    host.kill()
    host.start()
    assert [host.ended(id_)["output"] for id_ in ids] == ["finished"] * 20
    done = notes.read_text().splitlines()
    assert sorted(set(done)) == sorted(f"{id_} {i}" for id_ in ids for i in range(4))
    assert len(done) < 20 * 4 + 20  # only what was running ran again
    assert all(host.history(id_).count("ExecutionCompleted") == 1 for id_ in ids)


def test_answered_changes_survive_a_kill(own_host):
    host = own_host().start()
    waiting, polling = host.begin("approval"), host.begin("two_events_and_a_child", {"seconds": 0.5})
    host.has_status(waiting, "Running")
    host.has_status(f"{polling}-poll", "Running")
    host.hub("POST", f"/instances/{waiting}/suspend")
    host.has_status(waiting, "Suspended")
    assert host.send(waiting, "decision", 1).status_code == 202
    host.kill()
    host.start()
    assert host.status(waiting)["runtimeStatus"] == "Suspended"
    host.hub("POST", f"/instances/{waiting}/resume")
    assert host.ended(waiting)["output"] == {"decision": 1}
    assert host.ended(polling)["output"] == ["child", "polled"]


def test_an_interrupted_activity_waits_as_long_as_the_setting_says(own_host, tmp_path):
    notes = tmp_path / "notes.txt"
    host = own_host().start()
    host.begin("noted", str(notes))
    host.until(lambda: notes.exists() and notes.read_text(), "the activity began")
    host.kill()
    host.environment["FUNCTIONS_HOST_REDELIVERY_SECONDS"] = "3600"
    host.start()
    assert host.output("chain", 1) == 7
    assert notes.read_text().splitlines() == ["began"]
    host.kill()
    host.environment["FUNCTIONS_HOST_REDELIVERY_SECONDS"] = "0.2"
    host.start()
    host.until(lambda: notes.read_text().splitlines() == ["began"] * 2, "the activity began again")


def test_timers_fire_after_a_restart_also_when_they_were_due_before(own_host):
    host = own_host().start()
    id_ = host.begin("approval", {"seconds": 0.3})
    host.has_status(id_, "Running")
    host.kill()
    time.sleep(0.4)
    assert host.start().ended(id_)["output"] == "too late"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_ends_at_once_when_told_and_goes_on_after_the_next_start(own_host, how):
    host = own_host().start()
    id_ = host.begin("slow_chain", {"seconds": 8})
    host.has_status(id_, "Running")
    began = time.monotonic()
    assert host.kill(how) == 0
    assert time.monotonic() - began < 4
    host.start()
    assert host.status(id_)["runtimeStatus"] == "Running"


def test_the_late_end_of_an_activity_whose_instance_was_terminated_harms_no_other(own_host):
    host = own_host().start()
    terminated = host.begin("slow_chain", {"seconds": 1})
    host.until(lambda: "TaskScheduled" in host.history(terminated), "an activity runs")
    host.hub("POST", f"/instances/{terminated}/terminate")
    host.has_status(terminated, "Terminated")
    assert host.output("slow_chain", {"seconds": 1.2}) == "finished"


def test_a_change_of_code_under_a_running_instance_fails_it(own_host, tmp_path):
    code = tmp_path / "name.txt"
    code.write_text("echo_activity")
    host = own_host(CHANGED_CODE=str(code)).start()
    id_ = host.begin("changed_code")
    host.until(lambda: "TaskCompleted" in host.history(id_), "the activity ran")
    code.write_text("add_one_async")
    host.send(id_, "go")
    ended = host.ended(id_)
    assert ended["runtimeStatus"] == "Failed"
    assert "Non-Deterministic workflow detected" in ended["output"]
    assert "sequence number 0 named 'echo_activity'" in ended["output"]


def test_an_orchestrator_that_is_gone_fails_its_instances(own_host, tmp_path):
    host = own_host().start()
    id_ = host.begin("approval")
    host.has_status(id_, "Running")
    host.kill()
    host.environment["AzureWebJobs.approval.Disabled"] = "true"
    host.start()
    host.send(id_, "decision", 1)
    assert "The function 'approval' doesn't exist" in host.ended(id_)["output"]


def test_two_hosts_with_states_of_their_own_do_not_meet(own_host):
    first, second = own_host().start(), own_host().start()
    id_ = first.begin("approval")
    first.has_status(id_, "Running")
    assert second.hub("GET", f"/instances/{id_}").status_code == 404


def test_answers_while_an_orchestration_of_many_turns_runs(own_host):
    host = own_host().start()
    ids = [host.begin("slow_chain", {"seconds": 0.01}) for _ in range(10)]
    slowest = 0.0
    while any(host.status(id_)["runtimeStatus"] != "Completed" for id_ in ids):
        began = time.monotonic()
        assert host.http.get("/api/open").status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1
