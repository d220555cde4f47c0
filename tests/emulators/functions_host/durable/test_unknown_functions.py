"""Calls of functions that do not exist: as in the extension, they are waited for for ever."""

import time

import pytest


@pytest.mark.parametrize("how", ["activity", "with_retry", "child", "task_all"])
def test_a_call_of_an_unknown_function_hangs_its_caller_until_it_is_terminated(host, how):
    id_ = host.begin("unknown", how, id_=f"hangs-{how}")
    kind = "orchestrator" if how == "child" else "activity"
    said = f"nobody is waited for for ever: it doesn't exist, is disabled, or is no {kind}"
    host.until(lambda: said in host.log, "the log says so")
    time.sleep(0.1)
    assert host.status(id_)["runtimeStatus"] == "Running"
    assert host.hub("GET", f"/instances/{id_}-child").status_code == 404
    assert host.hub("POST", f"/instances/{id_}/terminate?reason=enough").status_code == 202
    assert host.ended(id_)["output"] == "enough"


def test_the_log_says_once_that_a_function_is_unknown(own_host):
    host = own_host().start()
    id_ = host.begin("unknown", "activity")
    for _ in range(3):
        host.send(id_, "any")
    host.until(lambda: host.history(id_).count("EventRaised") == 3, "it had more turns")
    assert host.log.count("nobody is waited for") == 1
