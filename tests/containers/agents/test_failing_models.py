"""A model that refuses for good ends every installable agent, and the run's reason says which failure it was.

The real program talks to the real gateway, which talks to the provider; the supervisor's judgement is of what
both of them said.
"""

import json
import time

import pytest

from autocoder.shared.model_failures import BY_KIND
from runner.change.commit import CollectedChange
from runner.gateway.budget import Meter
from runner.gateway.patience import RunTime, Waits
from runner.gateway.server import Gateway
from runner.gateway.upstream import Upstream
from runner.supervisor.agent import Ending
from runner.supervisor.ending import cause_of, outcome_of
from tests.autocoder.shared.test_model_failures import INVALID_KEY, anthropic, gemini, openai
from tests.containers.agents.at_work import AGENTS, CONTAINERS, PLACEHOLDER, needs_installation

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens
QUICK = Waits(first=0.01, longest=0.02, in_call=0.1, in_all=0.2, reserve=0.1)
SECONDS = 100  # for which the agent may run; it gives up much earlier
TOO_LONG = {
    "anthropic": "prompt is too long: 213456 tokens > 200000 maximum",
    "openai": "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
}
ANSWERS = {
    "anthropic": {
        "key_refused": (401, anthropic("authentication_error", "invalid x-api-key")),
        "no_credit": (
            400,
            anthropic("invalid_request_error", "Your credit balance is too low to access it."),
        ),
        "quota": (429, anthropic("rate_limit_error", "This request would exceed your rate limit.")),
        "model_unknown": (404, anthropic("not_found_error", "model: claude-sonnet-5-5")),
        "context_too_long": (400, anthropic("invalid_request_error", TOO_LONG["anthropic"])),
        "overloaded": (529, anthropic("overloaded_error", "Overloaded")),
        "content_refused": (
            200,
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "model": "m",
                "content": [],
                "stop_reason": "refusal",
                "stop_sequence": None,
                "usage": {"input_tokens": 1, "output_tokens": 1},
            },
        ),
    },
    "openai": {
        "key_refused": (401, openai("invalid_api_key", "Incorrect API key provided.")),
        "no_credit": (
            429,
            openai("insufficient_quota", "You exceeded your current quota.", kind="insufficient_quota"),
        ),
        "quota": (
            429,
            openai("rate_limit_exceeded", "Rate limit reached for tokens per min.", kind="tokens"),
        ),
        "model_unknown": (404, openai("model_not_found", "The model `gpt-6.1-sol` does not exist.")),
        "context_too_long": (400, openai("context_length_exceeded", TOO_LONG["openai"])),
        "overloaded": (503, openai("server_is_overloaded", "The server is overloaded.", kind="server_error")),
        "content_refused": (400, openai("content_policy_violation", "Your request was rejected.")),
    },
    "gemini": {
        "key_refused": (400, gemini(400, "INVALID_ARGUMENT", "API key not valid.", INVALID_KEY)),
        "no_credit": (
            403,
            gemini(403, "PERMISSION_DENIED", "Billing is off.", {"reason": "BILLING_DISABLED"}),
        ),
        "quota": (429, gemini(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.")),
        "model_unknown": (404, gemini(404, "NOT_FOUND", "models/gemini-3.6-flash is not found.")),
        "context_too_long": (400, gemini(400, "INVALID_ARGUMENT", TOO_LONG["gemini"])),
        "overloaded": (503, gemini(503, "UNAVAILABLE", "The model is overloaded.")),
        "content_refused": (200, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
    },
}
INSTALLABLE = [name for name in AGENTS if (CONTAINERS / name / "package-lock.json").exists()]
CASES = [
    pytest.param(agent, kind, marks=() if (agent, kind) == ("claude", "model_unknown") else pytest.mark.slow)
    for agent in INSTALLABLE
    for kind in ("network", *ANSWERS["openai"])
]


@pytest.fixture
def judged(run, model):
    """Let the agent work on *prompt* with *upstream* as its provider; returns the supervisor's judgement."""

    def judge(prompt, upstream=model.url, collected=CollectedChange()):  # noqa: B008 - it is frozen
        agent = AGENTS[run.agent]
        meter = Meter({"tokens": 10_000_000}, ())
        provider = Upstream(agent.provider, upstream, PLACEHOLDER)
        gateway = Gateway(("127.0.0.1", 0), provider, meter, RunTime(3600, time.monotonic()), QUICK)
        try:
            run.model_url = f"http://127.0.0.1:{gateway.port}"
            ended = run.do(prompt, seconds=SECONDS)
            seen = gateway.last_failure()
        finally:
            gateway.close()
        ending = Ending(ended.exit["reason"], ended.exit["exitCode"], ended.seconds)
        cause = cause_of(ending, ended.final, seen, exit_is_status=agent.cli.exit_is_status)
        return outcome_of(ending, "", ended.final, collected, minutes=SECONDS / 60, cause=cause)

    return judge


@pytest.mark.parametrize(("agent", "kind"), CASES)
def test_the_cause_of_a_failure_is_told(agent, kind, judged, model):
    said, upstream = "", NOWHERE
    if kind != "network":
        upstream = model.url
        status, body = ANSWERS[AGENTS[agent].provider][kind]
        said = body.get("error", {}).get("message", "")
        fault = {"path": "^/(v1|openai)", "method": "POST", "status": status, "body": json.dumps(body)}
        model.http.post("/_control/faults", json={**fault, "times": 10_000}).raise_for_status()
    outcome, reason, cause = judged("Do something.", upstream)
    assert (outcome, cause) == ("agent_failed", kind), reason
    assert reason.startswith(BY_KIND[kind].text)
    assert said in reason


@pytest.mark.parametrize(
    "agent", [pytest.param(name, marks=() if name == "claude" else pytest.mark.slow) for name in INSTALLABLE]
)
def test_a_model_that_fails_midway_leaves_the_change_and_the_cause(agent, judged, model, run):
    needs_installation(agent)
    model.add("half", "half of it", [{"write": "half.txt", "content": "half\n"}, {"error": 503}])
    outcome, reason, cause = judged("Do half of it.", collected=CollectedChange(commit="1" * 40))
    assert (outcome, cause) == ("agent_failed", "overloaded"), reason
    assert (run.workspace / "half.txt").read_text() == "half\n"
