import pytest

from tests.emulators.functions_host.conftest import WEBHOOKS


@pytest.fixture
def waiting(host):
    """An instance that waits for an event."""
    id_ = host.begin("approval")
    host.has_status(id_, "Running")
    return id_


def test_the_webhooks_need_the_system_key_or_the_master_key(host, waiting):
    path, keys = f"{WEBHOOKS}/instances/{waiting}", host.keys
    for good in (keys["system"]["durabletask_extension"], keys["master"]):
        assert host.http.get(path, params={"code": good}).status_code == 202
    for bad in ("", "wrong", keys["host"]["default"], keys["functions"]["start"]["default"]):
        assert host.http.get(path, params={"code": bad}).status_code == 401


def test_the_check_status_payload_has_every_url_at_the_callers_origin(host):
    headers = {**host.master(), "Host": "my.host:99"}
    answer = host.http.post("/api/start/approval?id=payload", headers=headers)
    body = answer.json()
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "10")
    assert answer.headers["Location"] == body["statusQueryGetUri"]
    assert set(body) == {
        "id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "rewindPostUri",
        "purgeHistoryDeleteUri", "restartPostUri", "suspendPostUri", "resumePostUri",
    }  # fmt: skip
    assert all(
        v.startswith(f"http://my.host:99{WEBHOOKS}/instances/payload") for k, v in body.items() if k != "id"
    )
    assert "/raiseEvent/{eventName}?" in body["sendEventPostUri"]
    assert "/terminate?reason={text}&" in body["terminatePostUri"]


def test_the_urls_of_the_payload_work(host):
    body = host.ask("POST", "/api/start/approval?id=links").json()
    assert host.http.get(body["statusQueryGetUri"]).status_code == 202
    raise_ = body["sendEventPostUri"].replace("{eventName}", "decision")
    assert host.http.post(raise_, json=1).status_code == 202
    host.ended("links")
    assert host.http.delete(body["purgeHistoryDeleteUri"]).json() == {"instancesDeleted": 1}


def test_starts_over_http_with_the_json_as_input(host):
    answer = host.hub("POST", "/orchestrators/echo_input/over-http", json={"a": [1]})
    assert (answer.status_code, answer.json()["id"]) == (202, "over-http")
    assert host.ended("over-http")["output"] == {"input": {"a": [1]}, "id": "over-http", "parent": None}
    assert host.status("over-http")["input"] == {"a": [1]}
    assert host.status("over-http", showInput="false")["input"] is None


def test_a_status_query_is_202_while_the_instance_lives_and_200_after_also_when_it_failed(host, waiting):
    answer = host.hub("GET", f"/instances/{waiting}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "5")
    host.hub("POST", f"/instances/{waiting}/suspend")
    host.has_status(waiting, "Suspended")
    assert host.hub("GET", f"/instances/{waiting}").status_code == 202
    failed = host.run("failing")["instanceId"]
    assert host.hub("GET", f"/instances/{failed}").status_code == 200
    as_error = {"returnInternalServerErrorOnFailure": "true"}
    assert host.hub("GET", f"/instances/{failed}", params=as_error).status_code == 500
    assert host.hub("GET", "/instances/nobody").status_code == 404


def test_an_instance_of_an_unknown_orchestrator_starts_and_fails(host):
    answer = host.hub("POST", "/orchestrators/nobody")
    assert answer.status_code == 202
    ended = host.ended(answer.json()["id"])
    assert ended["runtimeStatus"] == "Failed"
    assert ended["output"].startswith(
        "Orchestrator function 'nobody' failed: The function 'nobody' doesn't exist, is disabled, "
        "or is not an orchestrator function. Additional info: The following are the known orchestrator"
    )


def test_a_second_start_of_a_live_id_is_409_and_of_a_finished_one_a_new_run(host, waiting):
    answer = host.hub("POST", f"/orchestrators/approval/{waiting}")
    reason = "An Orchestration instance with the status Running already exists."
    assert (answer.status_code, answer.json()) == (409, {"Message": reason})
    host.hub("POST", f"/instances/{waiting}/suspend")
    host.has_status(waiting, "Suspended")
    answer = host.hub("POST", f"/orchestrators/approval/{waiting}")
    assert answer.json() == {"Message": reason.replace("Running", "Suspended")}
    host.hub("POST", f"/instances/{waiting}/resume")
    host.send(waiting, "decision", 1)
    host.ended(waiting)
    assert host.hub("POST", f"/orchestrators/approval/{waiting}").status_code == 202
    host.has_status(waiting, "Running")


@pytest.mark.parametrize(
    "bad", ["@leading", "back%5Cslash", "ha%23sh", "question%3F", "control%01", "x" * 257]
)
def test_refuses_ids_that_no_instance_may_have(host, bad):
    answer = host.hub("POST", f"/orchestrators/chain/{bad}")
    assert (answer.status_code, answer.json()["ExceptionType"]) == (400, "System.ArgumentException")


def test_takes_an_id_of_256_characters(host):
    assert host.hub("POST", f"/orchestrators/chain/{'x' * 256}").status_code == 202


def test_an_event_needs_json(host, waiting):
    path = f"{WEBHOOKS}/instances/{waiting}/raiseEvent/decision"
    plain = {**host.master(), "Content-Type": "text/plain"}
    broken = {**host.master(), "Content-Type": "application/json"}
    assert host.http.post(path, content="1", headers=plain).status_code == 400
    assert host.http.post(path, content="{", headers=broken).status_code == 400
    assert host.status(waiting)["runtimeStatus"] == "Running"


@pytest.mark.parametrize("operation", ["raiseEvent/decision", "terminate", "suspend", "resume"])
def test_messages_are_202_for_the_living_410_for_the_finished_404_for_the_unknown(host, operation):
    id_ = host.begin("approval")
    host.has_status(id_, "Running")
    if operation == "resume":
        host.hub("POST", f"/instances/{id_}/suspend")
        host.has_status(id_, "Suspended")
    assert host.hub("POST", f"/instances/{id_}/{operation}", json=1).status_code == 202
    host.hub("POST", f"/instances/{id_}/terminate")
    host.ended(id_)
    assert host.hub("POST", f"/instances/{id_}/{operation}", json=1).status_code == 410
    assert host.hub("POST", f"/instances/nobody/{operation}", json=1).status_code == 404


def test_only_a_suspended_instance_is_resumed_and_only_another_one_suspended(host, waiting):
    text = f"Cannot resume the orchestration instance {waiting} because instance is in the Running state."
    answer = host.hub("POST", f"/instances/{waiting}/resume")
    assert (answer.status_code, answer.json()["ExceptionMessage"]) == (500, text)
    assert answer.json()["ExceptionType"] == "System.InvalidOperationException"
    host.hub("POST", f"/instances/{waiting}/suspend?reason=pause")
    host.has_status(waiting, "Suspended")
    assert host.status(waiting)["output"] == "pause"
    answer = host.hub("POST", f"/instances/{waiting}/suspend")
    assert answer.json()["ExceptionMessage"] == text.replace("resume", "suspend").replace(
        "Running", "Suspended"
    )


def test_terminates_with_a_reason(host, waiting):
    host.hub("POST", f"/instances/{waiting}/terminate?reason=enough")
    ended = host.ended(waiting)
    assert (ended["runtimeStatus"], ended["output"]) == ("Terminated", "enough")
    assert "ExecutionTerminated" in host.history(waiting)


def test_purges_only_instances_that_have_ended(host, waiting):
    assert host.hub("DELETE", f"/instances/{waiting}").status_code == 412
    done = host.run("chain", 1)["instanceId"]
    assert host.hub("DELETE", f"/instances/{done}").json() == {"instancesDeleted": 1}
    assert host.hub("GET", f"/instances/{done}").status_code == 404
    assert host.hub("DELETE", f"/instances/{done}").status_code == 404


def test_purges_by_filter(host):
    host.run("failing", id_="purge-me-1")
    assert host.hub("DELETE", "/instances/").status_code == 400
    query = {"createdTimeFrom": "2020-01-01T00:00:00Z", "runtimeStatus": "Failed"}
    assert host.hub("DELETE", "/instances/", params=query).json()["instancesDeleted"] >= 1
    assert host.hub("DELETE", "/instances/", params=query).status_code == 404
    assert host.hub("GET", "/instances/purge-me-1").status_code == 404


@pytest.mark.parametrize("statuses", ["Running", "Pending,Running", ""])
def test_a_purge_by_no_status_of_an_ended_instance_deletes_everything_in_the_window(own_host, statuses):
    host = own_host().start()
    host.begin("approval", id_="alive")
    host.run("failing", id_="failed")
    window = {"createdTimeFrom": "2020-01-01T00:00:00Z"}
    mixed = {**window, "runtimeStatus": "Completed,Running"}
    assert host.hub("DELETE", "/instances/", params=mixed).status_code == 404
    query = {**window, "runtimeStatus": statuses}
    assert host.hub("DELETE", "/instances/", params=query).json() == {"instancesDeleted": 2}
    assert host.hub("GET", "/instances/alive").status_code == 404
    host.begin("approval", id_="alive")
    host.has_status("alive", "Running")


def test_restarts_with_the_same_input_under_a_new_id_or_the_old_one(host):
    host.run("echo_input", "again", id_="restart-me")
    new = host.hub("POST", "/instances/restart-me/restart").json()["id"]
    assert new != "restart-me"
    assert host.ended(new)["output"]["input"] == "again"
    same = host.hub("POST", "/instances/restart-me/restart?restartWithNewInstanceId=false").json()["id"]
    assert (same, host.ended(same)["output"]["input"]) == ("restart-me", "again")


def test_restart_refuses_an_unknown_and_a_live_instance(host, waiting):
    answer = host.hub("POST", "/instances/nobody/restart")
    assert (answer.status_code, answer.json()["ExceptionType"]) == (400, "System.ArgumentException")
    assert answer.json()["Message"] == "InstanceId does not match a valid orchestration instance."
    answer = host.hub("POST", f"/instances/{waiting}/restart?restartWithNewInstanceId=false")
    assert answer.status_code == 409
    assert answer.json()["Message"] == "A non-terminal instance with this instance ID already exists."
    assert answer.json()["ExceptionMessage"].endswith("with the status Running already exists.")


def test_the_status_of_a_child_names_its_parent(host):
    parent = host.begin("two_events_and_a_child", {"seconds": 0.01})
    host.ended(parent)
    assert host.status(f"{parent}-poll")["parentInstanceId"] == parent
    assert "parentInstanceId" not in host.status(parent)


def test_a_start_without_valid_json_is_500(host):
    assert host.hub("POST", "/orchestrators/chain", content="{").status_code == 500


def test_lists_by_prefix_status_and_page(host):
    for i in range(3):
        host.run("chain", i, id_=f"list-{i}")
    ids = lambda answer: [one["instanceId"] for one in answer.json()]  # noqa: E731
    assert ids(host.hub("GET", "/instances", params={"instanceIdPrefix": "list-"})) == [
        "list-0",
        "list-1",
        "list-2",
    ]
    none = {"instanceIdPrefix": "list-", "runtimeStatus": "Failed,Running"}
    assert ids(host.hub("GET", "/instances", params=none)) == []
    query = {"instanceIdPrefix": "list-", "top": "2"}
    first = host.hub("GET", "/instances", params=query)
    token = first.headers["x-ms-continuation-token"]
    rest = host.http.get(
        f"{WEBHOOKS}/instances", params=query, headers={**host.master(), "x-ms-continuation-token": token}
    )
    assert (ids(first), ids(rest)) == (["list-0", "list-1"], ["list-2"])
    assert rest.headers["x-ms-continuation-token"] == ""


def test_a_list_ends_at_100_and_the_sdk_does_not_ask_for_the_rest(host):
    for i in range(101):
        host.begin("just_version", id_=f"hundred-{i:03}")
    first = host.hub("GET", "/instances", params={"instanceIdPrefix": "hundred-"})
    assert len(first.json()) == 100
    assert first.headers["x-ms-continuation-token"] == "aHVuZHJlZC0xMDA="  # the next id
    assert host.ask("POST", "/api/client/count/all").json() == 100


def test_shows_the_history_folded_with_results_on_request(host):
    id_ = host.run("chain", 1)["instanceId"]
    events = host.status(id_, showHistory="true", showHistoryOutput="true")["historyEvents"]
    assert [e["EventType"] for e in events] == [
        "ExecutionStarted",
        *["TaskCompleted"] * 6,
        "ExecutionCompleted",
    ]
    assert set(events[1]) == {"EventType", "Timestamp", "ScheduledTime", "FunctionName", "Result"}
    assert (events[1]["FunctionName"], events[1]["Result"]) == ("add_one", 2)
    assert (events[-1]["OrchestrationStatus"], events[-1]["Result"]) == ("Completed", 7)
    without = host.status(id_, showHistory="true")["historyEvents"]
    assert not [e for e in without if "Result" in e]
    assert "historyEvents" not in host.status(id_)


def test_other_paths_and_methods_are_404(host):
    for method, path in (
        ("GET", "/orchestrators/chain"),
        ("PUT", "/instances/x"),
        ("POST", "/instances/x/dance"),
        ("GET", "/"),
    ):
        assert host.hub(method, path).status_code == 404


def test_the_sdk_client_works(host):
    id_ = host.begin("approval")
    host.has_status(id_, "Running")
    client = lambda operation, **o: host.ask("POST", f"/api/client/{operation}/{id_}", **o)  # noqa: E731
    assert client("status").json()["runtimeStatus"] == "Running"
    client("suspend")
    host.has_status(id_, "Suspended")
    client("resume")
    host.has_status(id_, "Running")
    client("raise", params={"event": "decision"}, json={"by": "sdk"})
    assert client("wait").json() == {"decision": '{"by": "sdk"}'}  # a string that holds JSON
    assert client("purge").json() == 1
    assert client("terminate").status_code == 500
    assert f"No instance with ID '{id_}' found" in host.log


def test_the_sdk_gives_the_input_back_as_it_was(host):
    for value in ({"a": 1}, [1, 2], "text", 3, None):
        assert host.output("echo_input", value)["input"] == value


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/entities", "entities"),
        ("POST", "/entities/counter/one?op=add", "entities"),
        ("GET", "/instances/some?taskHub=Elsewhere", "another task hub (Elsewhere)"),
        ("GET", "/instances?connection=OtherStorage", "another storage connection (OtherStorage)"),
        (
            "POST",
            "/orchestrators/chain?timeout=5&pollingInterval=1",
            "creating an instance and waiting for it",
        ),
    ],
)
def test_uncovered_requests_are_501_with_their_name(host, method, path, name):
    answer = host.hub(method, path)
    assert (answer.status_code, answer.json()) == (501, {"Message": f"Not covered by this host: {name}"})
    assert f"Not covered by this host: {name}" in host.log
