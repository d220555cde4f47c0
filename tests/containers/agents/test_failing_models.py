"""A model that refuses for good ends every installable agent, and the run's reason says which failure it was.

The real program talks to the real gateway, which talks to the provider; the supervisor judges by what both of
them said.
"""

import time

import pytest

from autocoder.shared.model_failures import BY_KIND
from emulators.model_provider.failures import DROPPED, FAILURES, REFUSED_ANSWER
from runner.change.commit import CollectedChange
from runner.gateway.budget import Meter
from runner.gateway.patience import RunTime, Waits
from runner.gateway.server import Gateway
from runner.gateway.upstream import Upstream
from runner.supervisor.agent import Ending
from runner.supervisor.ending import cause_of, outcome_of
from tests.containers.agents.at_work import AGENTS, CONTAINERS, PLACEHOLDER
from tests.containers.gateway.test_documented_failures import KINDS

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens
QUICK = Waits(first=0.01, longest=0.02, in_call=0.1, in_all=0.2, reserve=0.1)
SECONDS = 60  # for which the agent may run; some go on trying for longer, and then their time is up
# It shortens its conversation by a call without tools, which is served, and begins anew until time is up.
GOES_ON = {("opencode", "context_too_long")}
UNCHANGED, CHANGED = CollectedChange(), CollectedChange(commit="1" * 40)
INSTALLABLE = [name for name in AGENTS if (CONTAINERS / name / "package-lock.json").exists()]


def slow(*values, quick):
    """The parameters of a test, which is slow unless it is *quick*."""
    return pytest.param(*values, marks=() if quick else pytest.mark.slow)


@pytest.fixture
def judged(run, model):
    """Let the agent work on *prompt* with *upstream* as its provider; returns the supervisor's judgement."""

    def judge(prompt, upstream, collected=UNCHANGED):
        agent = AGENTS[run.agent]
        provider, meter = Upstream(agent.provider, upstream, PLACEHOLDER), Meter({"tokens": 10_000_000}, ())
        gateway = Gateway(("127.0.0.1", 0), provider, meter, RunTime(3600, time.monotonic()), QUICK)
        try:
            run.model_url = f"http://127.0.0.1:{gateway.port}"
            ended = run.do(prompt, seconds=SECONDS)
            seen = gateway.record.failure
        finally:
            gateway.close()
        ending = Ending(ended.exit["reason"], ended.exit["exitCode"], ended.seconds)
        cause = cause_of(ending, ended.final, seen, exit_is_status=agent.cli.exit_is_status)
        return outcome_of(ending, "", ended.final, collected, minutes=SECONDS / 60, cause=cause)

    yield judge
    model.http.delete("/_control/failures")


@pytest.mark.parametrize(
    ("agent", "failure"),
    [
        slow(agent, failure, quick=(agent, failure) == ("claude", "model_unknown"))
        for agent in INSTALLABLE
        for failure in (*FAILURES[AGENTS[agent].provider], REFUSED_ANSWER, DROPPED)
        if (agent, failure) not in GOES_ON
    ],
)
def test_the_cause_of_a_failure_is_told(agent, failure, judged, model):
    asked = model.http.post("/_control/failures", json={"failure": failure, "times": 10_000})
    asked.raise_for_status()
    outcome, reason, cause = judged("Do something.", model.url)
    kind = KINDS.get(failure, failure)
    assert (outcome in ("agent_failed", "timed_out"), cause) == (True, kind), (outcome, reason)
    assert BY_KIND[kind].text in reason
    known = FAILURES[AGENTS[agent].provider].get(failure)
    assert known is None or known.error["message"].replace("{model}", AGENTS[agent].default_model) in reason


@pytest.mark.parametrize("agent", [slow(name, quick=False) for name in INSTALLABLE])
def test_a_provider_that_cannot_be_reached_is_told(agent, judged):
    outcome, reason, cause = judged("Do something.", NOWHERE)
    assert (outcome in ("agent_failed", "timed_out"), cause) == (True, "network"), (outcome, reason)


@pytest.mark.parametrize("agent", [slow(name, quick=name == "claude") for name in INSTALLABLE])
def test_a_model_that_fails_midway_leaves_the_change_and_the_cause(agent, judged, model, run):
    model.add("half", "half of it", [{"write": "half.txt", "content": "half\n"}, {"error": 503}])
    outcome, reason, cause = judged("Do half of it.", model.url, CHANGED)
    assert (outcome in ("agent_failed", "timed_out"), cause) == (True, "overloaded"), (outcome, reason)
    assert (run.workspace / "half.txt").read_text() == "half\n"
