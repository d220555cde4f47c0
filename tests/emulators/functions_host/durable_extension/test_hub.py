"""The host on a program in the Durable extension's place: who asks whom, and how both end."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.emulators.functions_host.conftest import WEBHOOKS
from tests.emulators.functions_host.timers.test_triggers import NEVER

PROGRAM = Path(__file__).with_name("stand_in.py")
STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}


@pytest.fixture
def with_extension(own_host, tmp_path):
    """Start a host on the stand-in; what that was told is in `told`."""

    def start(**environment):
        host = own_host(**STORAGE, TOLD=str(tmp_path / "told.json"), **environment)
        return host.start("--durable-extension", str(PROGRAM))

    return start


@pytest.fixture
def told(tmp_path):
    return lambda: json.loads((tmp_path / "told.json").read_text())


def failed_start(host, *arguments):
    """Start a host that cannot start; returns what it prints."""
    host.state.mkdir(exist_ok=True)
    done = subprocess.run(
        host.command(*arguments),
        env=os.environ | host.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def is_alive(pid):
    return Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_the_program_gets_the_functions_the_storage_and_the_hub_of_the_app(with_extension, told):
    host = with_extension()
    functions = told()["FUNCTIONS"].split(",")
    assert {"chain:orchestration", "add_one:activity"} <= set(functions)
    assert told()["HOST_JSON"] == str(host.app / "host.json")
    assert told()["AzureWebJobs__extensions__durableTask__hubName"] == "Flows"
    assert told()["AzureWebJobsStorage"] == STORAGE["AzureWebJobsStorage"]


def test_an_activity_gets_its_input_and_gives_its_result_over_the_bridge(with_extension):
    host = with_extension()
    assert host.hub("POST", "/orchestrators/add_one/one", json=21).status_code == 202
    assert host.hub("GET", "/instances/one").json()["bridge"] == {"Ok": True, "Value": "22"}


def test_an_error_of_a_function_is_its_answer(with_extension):
    host = with_extension()
    host.hub("POST", "/orchestrators/add_one/one", json="no")
    answer = host.hub("GET", "/instances/one").json()["bridge"]
    assert (answer["Ok"], answer["Message"]) == (
        False,
        'TypeError: can only concatenate str (not "int") to str',
    )
    assert "Traceback" in answer["Stack"]


def test_an_orchestrator_answers_with_the_actions_of_its_turn(with_extension):
    host = with_extension()
    history = [
        {"EventType": 12, "EventId": -1, "IsPlayed": False, "Timestamp": "2026-01-01T00:00:00Z"},
        {"EventType": 0, "EventId": -1, "IsPlayed": False, "Timestamp": "2026-01-01T00:00:00Z"}
        | {"Name": "chain", "Input": "1", "Version": ""},
    ]
    turn = {"history": history, "input": "1", "instanceId": "one", "isReplaying": False}
    turn |= {"parentInstanceId": None, "upperSchemaVersion": 1, "upperSchemaVersionNew": 2}
    turn |= {"maximumShortTimerDuration": "6.00:00:00", "longRunningTimerIntervalDuration": "3.00:00:00"}
    host.hub("POST", "/orchestrators/chain/one", json=turn)
    answer = host.hub("GET", "/instances/one").json()["bridge"]
    assert answer["Ok"], answer
    assert json.loads(answer["Value"])["actions"][0][0]["functionName"]


def test_clients_of_the_app_are_sent_to_the_program(with_extension):
    host = with_extension()
    assert host.begin("echo_activity", "hello", "from-a-client") == "from-a-client"
    assert host.hub("GET", "/instances/from-a-client").json()["bridge"]["Ok"]


def test_the_bridge_is_served_under_a_path_that_cannot_be_guessed(with_extension, told):
    with_extension()
    assert len(told()["BRIDGE_URL"].split("/")[3]) > 20


def test_the_management_api_needs_the_key_and_answers_with_this_hosts_addresses(with_extension):
    host = with_extension()
    assert host.http.get(f"{WEBHOOKS}/instances/one").status_code == 401
    started = host.hub("POST", "/orchestrators/add_one/a%20b", json=1)
    link = f"http://localhost:{host.port}{WEBHOOKS}/instances/a+b?"
    assert started.json()["statusQueryGetUri"].startswith(link)
    assert started.headers["Location"] == started.json()["statusQueryGetUri"]
    asked = host.hub("GET", "/instances/a%20b", params={"showInput": "false", "code": "mine"}).json()["asked"]
    assert asked.endswith("/durabletask/instances/a%20b?showInput=false")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_program_ends_with_the_host(with_extension, told, how):
    host = with_extension()
    assert is_alive(told()["pid"])
    host.kill(how)
    host.until(lambda: not is_alive(told()["pid"]), "the program ends")


def test_the_host_ends_with_the_program(with_extension):
    host = with_extension(END_AFTER="1")
    assert host.process.wait(20) == 1
    assert "The Durable extension has ended (exit code 3)" in host.log


def test_a_program_that_does_not_start_is_told_with_its_words(own_host):
    host = own_host(**STORAGE, REFUSE_TO_START="1")
    assert "there is no storage" in failed_start(host, "--durable-extension", str(PROGRAM))


def test_a_host_without_the_program_or_its_storage_does_not_start(own_host):
    assert "is not a program" in failed_start(own_host(**STORAGE), "--durable-extension", "/nowhere")
    assert "AzureWebJobsStorage" in failed_start(own_host(), "--durable-extension", str(PROGRAM))


def test_timer_triggers_run_beside_the_extension(own_host, tmp_path):
    runs = tmp_path / "runs.jsonl"
    host = own_host("timers", **STORAGE, TOLD=str(tmp_path / "told.json"), RUNS=str(runs), NIGHTLY=NEVER)
    host.start("--durable-extension", str(PROGRAM))
    host.until(lambda: runs.exists() and "at_startup" in runs.read_text(), "the run on startup")
