"""The response to an unexpected error, and the entry in the log."""

import json
import logging

from triggers.answers import guarded

TOKEN = "ghp_" + "a1B2" * 10


@guarded
async def broken():
    raise KeyError(f"secret {TOKEN}")


async def test_an_unexpected_error_is_a_500_without_internals():
    answer = await broken()
    assert answer.status_code == 500
    error = json.loads(answer.get_body())["error"]
    assert error["code"] == "internal_error"
    assert "log" in error["message"]
    assert "KeyError" not in answer.get_body().decode()
    assert TOKEN not in answer.get_body().decode()


async def test_the_log_has_the_traceback_by_the_id_in_the_answer_without_secrets(caplog):
    with caplog.at_level(logging.ERROR):
        answer = await broken()
    number = json.loads(answer.get_body())["error"]["details"]["id"]
    assert number in json.loads(answer.get_body())["error"]["message"]
    assert number in caplog.text
    assert "KeyError" in caplog.text
    assert "in broken" in caplog.text
    assert TOKEN not in caplog.text
