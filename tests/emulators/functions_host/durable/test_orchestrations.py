import json
import time


def test_runs_a_chain_of_activities(host):
    assert host.output("chain", 1) == 7


def test_fans_out_to_sync_and_async_activities(host):
    ended = host.run("fan")
    assert (ended["output"], ended["customStatus"]) == (55, {"results": 10})


def test_retries_until_an_attempt_succeeds(host):
    assert host.output("retrying", {"key": "a", "failures": 2, "attempts": 3}) == ["attempt 3", 2]


def test_gives_up_after_the_last_attempt_and_one_more_timer(host):
    ended = host.run("retrying", {"key": "b", "failures": 9, "attempts": 2})
    assert ended["output"] == ["gave up: Activity function 'flaky' failed: ValueError: boom 2", 2]
    assert host.history(ended["instanceId"]).count("TimerFired") == 2


def test_the_timer_after_the_last_attempt_fires_at_once(host):
    ended = host.run("retrying", {"key": "c", "failures": 9, "attempts": 1, "milliseconds": 3_600_000})
    assert ended["output"] == ["gave up: Activity function 'flaky' failed: ValueError: boom 1", 2]
    assert host.history(ended["instanceId"]).count("TimerFired") == 1


def test_keeps_the_numbers_of_many_retries_apart(host):
    assert host.output("many_retries") == [["attempt 1", "attempt 2", "attempt 3", 6], 11]


def test_a_failed_orchestration_says_which_activity_failed_and_why(host):
    ended = host.run("failing")
    assert ended["runtimeStatus"] == "Failed"
    assert ended["output"].startswith(
        "Orchestrator function 'failing' failed: Activity function 'flaky' failed: "
    )
    assert "ValueError: boom 1" in ended["output"]


def test_an_orchestrator_catches_the_reason_and_the_details_of_a_failed_activity(host):
    reason, separator, details = host.output("catching").partition(" \n ")
    assert (reason, separator) == ("Activity function 'flaky' failed: ValueError: boom 1", " \n ")
    exception = json.loads(details)
    assert list(exception)[:4] == ["$type", "ClassName", "Message", "Data"]
    assert exception["$type"] == "System.Exception, System.Private.CoreLib"
    assert exception["Message"] == "ValueError: boom 1"
    remote = exception["InnerException"]
    assert remote["$type"].startswith("Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException,")
    assert remote["RemoteMessage"] == "ValueError: boom 1"
    assert remote["RemoteStackTrace"].startswith("Traceback (most recent call last):")
    assert remote["Message"].startswith("Result: Failure\nType: \nException: ValueError: boom 1\nStack: ")


def test_a_parent_catches_the_reason_and_the_details_of_a_failed_child(host):
    ended = host.run("parent")
    shown = host.status(ended["instanceId"], showHistory="true")["historyEvents"]
    failed = next(event for event in shown if event["EventType"] == "SubOrchestrationInstanceFailed")
    assert failed["Reason"].startswith("Orchestrator function 'failing' failed: Activity function 'flaky'")
    assert failed["Details"].startswith("Message: Activity function 'flaky' failed: ValueError: boom")


def test_a_child_without_an_id_is_named_by_its_parents_execution_and_a_decimal_number(host):
    execution, _, number = host.output("twelfth_child").rpartition(":")
    assert number == "11"
    assert len(execution) == len("00000000-0000-0000-0000-000000000000")


def test_the_newest_of_several_waits_for_one_event_is_served_first(host):
    id_ = host.begin("two_waits_for_one_event")
    host.has_status(id_, "Running")
    host.send(id_, "same", "first")
    host.has_custom(id_, "second wait")
    host.send(id_, "same", "second")
    assert host.ended(id_)["output"] == ["second", "first"]


def test_entities_are_refused_by_name(host):
    assert "Not covered by this host: the action CallEntity" in host.run("entity_call")["output"]


def test_an_event_wins_over_a_timer_that_is_cancelled(host):
    id_ = host.begin("approval")
    host.has_status(id_, "Running")
    host.send(id_, "decision", {"ok": True})
    assert host.ended(id_)["output"] == {"decision": {"ok": True}}


def test_a_timer_wins_when_no_event_comes(host):
    assert host.output("approval", {"seconds": 0.1}) == "too late"


def test_a_timer_that_lost_and_was_not_cancelled_keeps_the_instance_running_until_it_fires(host):
    id_ = host.begin("careless")
    host.has_status(id_, "Running")
    began = time.monotonic()
    host.send(id_, "decision")
    time.sleep(0.2)
    assert host.status(id_)["runtimeStatus"] == "Running"
    assert host.ended(id_)["output"] == "done"
    assert time.monotonic() - began > 0.4


def test_continue_as_new_waits_for_a_timer_that_was_not_cancelled(host):
    id_ = host.begin("careless_continuing")
    host.has_status(id_, "Running")
    host.send(id_, "decision")
    host.has_custom(id_, "decided")
    before = host.status(id_)
    assert (before["input"], before["runtimeStatus"]) == (None, "Running")
    after = host.ended(id_)
    assert after["output"] == "continued"
    assert after["createdTime"] > before["createdTime"]


def test_event_names_do_not_differ_by_case_for_the_host(host):
    id_ = host.begin("two_events_and_a_child", {"seconds": 30})
    host.has_status(id_, "Running")
    host.send(id_, "FINISHED", 1)  # the SDK does differ: the host goes on, the function does not
    host.send(id_, "finished", 2)
    host.has_custom(id_, "event")


def test_an_event_sent_before_the_wait_is_kept(host):
    id_ = host.begin("same_name_twice")
    host.send(id_, "same", "only")
    host.send(id_, "same", "only")
    assert host.ended(id_)["output"] == ["only", "only"]


def test_two_early_events_of_one_name_give_the_last_value_twice(host):
    id_ = host.begin("same_name_twice")
    host.send(id_, "same", "first")
    host.send(id_, "same", "second")
    assert host.ended(id_)["output"] == ["second", "second"]


def test_a_wait_for_two_events_and_a_child_is_over_at_once_when_an_event_comes(host):
    id_ = host.begin("two_events_and_a_child", {"seconds": 30})
    host.has_status(id_, "Running")
    began = time.monotonic()
    host.send(id_, "finished", {"seconds": 1})
    host.has_custom(id_, "event")
    assert time.monotonic() - began < 1


def test_a_wait_for_two_events_and_a_child_is_over_when_the_child_ends(host):
    assert host.output("two_events_and_a_child", {"seconds": 0.1}) == ["child", "polled"]


def test_a_parent_stays_running_until_the_child_that_lost_has_ended(host):
    id_ = host.begin("two_events_and_a_child", {"seconds": 0.6, "left": 1})
    host.has_status(f"{id_}-poll", "Running")
    host.send(id_, "finished", "event payload")
    host.has_custom(id_, "event")
    assert host.status(id_)["runtimeStatus"] == "Running"
    assert host.ended(id_)["output"] == ["event", "event payload"]
    assert host.status(f"{id_}-poll")["output"] == "polled"


def test_a_child_outlives_a_parent_that_was_terminated(host):
    id_ = host.begin("two_events_and_a_child", {"seconds": 1})
    host.has_status(f"{id_}-poll", "Running")
    host.hub("POST", f"/instances/{id_}/terminate")
    host.has_status(id_, "Terminated")
    before = host.history(id_)
    assert host.status(f"{id_}-poll")["runtimeStatus"] == "Running"
    assert host.ended(f"{id_}-poll")["output"] == "polled"
    assert host.history(id_) == before


def test_the_history_of_a_parent_does_not_grow_with_its_childs_polls(host):
    one = host.run("two_events_and_a_child", {"seconds": 0.02})["instanceId"]
    ten = host.run("two_events_and_a_child", {"seconds": 0.02, "left": 9})["instanceId"]
    assert host.history(one) == host.history(ten)


def test_an_event_awaited_before_is_not_seen_until_the_tasks_of_the_round_are_done(host):
    id_ = host.begin("waits_again", {"seconds": 0.8})
    host.has_custom(id_, "second round")
    began = time.monotonic()
    host.send(id_, "go")
    host.has_custom(id_, "third round")  # the function has gone on: its next activity waits in the list
    assert host.ended(id_)["output"] == "after"
    assert time.monotonic() - began > 0.6
    kinds = host.history(id_)
    assert kinds.index("EventRaised") < kinds.index("TaskCompleted", kinds.index("EventRaised"))


def test_the_action_after_a_task_all_waits_for_every_child_also_after_a_failure(host):
    id_ = host.begin("failing_task_all")
    host.has_custom(id_, "caught")
    shown = host.status(id_, showHistory="true")["historyEvents"]
    assert "echo_activity" not in [event.get("FunctionName") or event.get("Name") for event in shown]
    assert host.ended(id_)["output"] == "after"


def test_a_shrinking_task_any_collects_every_result(host):
    assert host.output("shrinking_any") == [1, 2, 3]


def test_a_parent_gets_the_result_and_the_failure_of_its_children(host):
    given, is_parent, error = host.output("parent")
    assert (given, is_parent) == ([1, 2], True)
    assert error.startswith("Orchestrator function 'failing' failed: Activity function 'flaky' failed:")


def test_a_child_with_a_bad_id_fails(host):
    assert "must not contain" in host.output("child_with_id", "a/b")


def test_a_child_with_the_id_of_a_live_instance_replaces_it_and_who_waited_for_that_waits_for_ever(host):
    first = host.begin("watched", "shared-child")
    host.has_status("shared-child", "Running")
    second = host.begin("watched", "shared-child")
    host.until(lambda: host.status("shared-child")["parentInstanceId"] == second, "it is replaced")
    host.send("shared-child", "decision", 1)
    assert host.ended(second)["output"] == {"decision": 1}
    assert host.status(first)["runtimeStatus"] == "Running"
    host.hub("POST", f"/instances/{first}/terminate")
    host.has_status(first, "Terminated")


def test_a_failed_child_wins_a_task_any_without_raising(host):
    assert host.output("failed_child_or_event") == "child"


def test_an_event_that_is_raised_during_an_activity_goes_to_the_wait_that_lost(host):
    id_ = host.begin("waits_in_a_loop")
    host.has_custom(id_, "activity")
    host.send(id_, "go", "lost")
    host.has_custom(id_, "second wait")
    time.sleep(0.2)
    assert host.status(id_)["customStatus"] == "second wait"  # the first wait took the event
    host.send(id_, "go", "seen")
    assert host.ended(id_)["output"] == "seen"


def test_continues_as_new_with_an_empty_history(host):
    ended = host.run("counter", 0)
    assert ended["output"] == 3
    assert host.history(ended["instanceId"]) == ["ExecutionStarted", "ExecutionCompleted"]


def test_continue_as_new_drops_events_that_were_not_awaited(host):
    id_ = host.begin("forgetful")
    host.has_status(id_, "Running")
    host.send(id_, "early", "lost")
    host.send(id_, "go")
    host.until(lambda: host.status(id_)["input"] == '"second"', "it continued")
    host.send(id_, "early", "kept")
    assert host.ended(id_)["output"] == "kept"


def test_a_custom_status_over_16_kb_fails_the_orchestration(host):
    assert host.run("status_of_size", 8190)["runtimeStatus"] == "Completed"  # UTF-16, with its quotes
    ended = host.run("status_of_size", 8191)
    assert ended["runtimeStatus"] == "Failed"
    assert "must not exceed 16 KB" in ended["output"]


def test_suspends_and_resumes(host):
    id_ = host.begin("approval")
    host.has_status(id_, "Running")
    host.hub("POST", f"/instances/{id_}/suspend?reason=pause")
    host.has_status(id_, "Suspended")
    host.send(id_, "decision", 1)
    time.sleep(0.1)
    assert host.status(id_)["runtimeStatus"] == "Suspended"
    host.hub("POST", f"/instances/{id_}/resume?reason=go")
    assert host.ended(id_)["output"] == {"decision": 1}


def test_activities_of_many_instances_run_at_once(host):
    began = time.monotonic()
    ids = [host.begin("slow_chain", {"seconds": 0.1}) for _ in range(8)]
    assert [host.ended(id_)["output"] for id_ in ids] == ["finished"] * 8
    assert time.monotonic() - began < 8 * 4 * 0.1


def test_a_chain_of_six_activities_takes_milliseconds(host):
    host.output("chain", 1)
    began = time.monotonic()
    for _ in range(5):
        host.output("chain", 1)
    assert (time.monotonic() - began) / 5 < 0.5
