"""What the supervisor uploads when its result is not valid."""

import json

from activities.parts.agent_result import MAX_RESULT_BYTES
from autocoder.models import AgentResult
from runner.supervisor import __main__ as supervisor
from runner.supervisor.__main__ import readable

USAGE = {"inputTokens": 5, "outputTokens": 7, "turns": 2, "costUsd": 0.5, "cachedTokens": 0, "models": ["m"]}
GOOD = {"runId": "a" * 20, "baseCommit": "0" * 40, "outcome": "changed", "reason": "", "usage": USAGE}


def delivered(**changes):
    told = readable({**GOOD, "seconds": {"agent": 3.0}, **changes})
    return AgentResult.model_validate_json(json.dumps(told))


def test_a_valid_result_stays_unchanged():
    assert readable(GOOD) == GOOD


def test_a_result_with_an_invalid_field_keeps_its_usage():
    told = delivered(agentExitCode=False)
    assert told.outcome == "interrupted"
    assert "agentExitCode" in told.reason
    assert (told.usage.input_tokens, told.usage.cost_usd, told.seconds) == (5, 0.5, {"agent": 3.0})


def test_a_result_that_is_too_long_keeps_its_usage():
    told = delivered(summary="x" * MAX_RESULT_BYTES)
    assert (told.outcome, told.reason) == ("interrupted", "the result cannot be used: it is too long")
    assert told.usage.turns == 2
    assert supervisor.MAX_RESULT_BYTES < MAX_RESULT_BYTES


def test_only_the_invalid_part_is_left_out():
    told = delivered(usage={"turns": "many"})
    assert (told.usage.turns, told.seconds) == (0, {"agent": 3.0})
