"""What the supervisor delivers when its result is not what it should be."""

import json

from activities.read_agent_result import LARGEST_RESULT
from autocoder.models import AgentResult
from runner.supervisor import __main__ as supervisor
from runner.supervisor.__main__ import readable

USAGE = {"inputTokens": 5, "outputTokens": 7, "turns": 2, "costUsd": 0.5, "cachedTokens": 0, "models": ["m"]}
GOOD = {"runId": "a" * 20, "baseCommit": "0" * 40, "outcome": "changed", "reason": "", "usage": USAGE}


def delivered(**changes):
    told = readable({**GOOD, "seconds": {"agent": 3.0}, **changes})
    return AgentResult.model_validate_json(json.dumps(told))


def test_a_result_that_is_as_agreed_stays_as_it_is():
    assert readable(GOOD) == GOOD


def test_a_result_with_a_wrong_field_keeps_what_was_used():
    told = delivered(agentExitCode=False)
    assert told.outcome == "interrupted"
    assert "agentExitCode" in told.reason
    assert (told.usage.input_tokens, told.usage.cost_usd, told.seconds) == (5, 0.5, {"agent": 3.0})


def test_a_result_that_is_too_long_keeps_what_was_used():
    told = delivered(summary="x" * LARGEST_RESULT)
    assert (told.outcome, told.reason) == ("interrupted", "the result cannot be used: it is too long")
    assert told.usage.turns == 2
    assert supervisor.MAX_RESULT_BYTES < LARGEST_RESULT


def test_what_is_wrong_itself_is_left_out_alone():
    told = delivered(usage={"turns": "many"})
    assert (told.usage.turns, told.seconds) == (0, {"agent": 3.0})
