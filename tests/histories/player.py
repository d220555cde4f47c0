"""Plays the orchestration of a run turn by turn over scripted activities, and records it.

    python -m tests.histories.player     writes the histories of the version in host.json

A recorded history tells whether a run that began before a change can be replayed after it. Whoever changes
the shape of the orchestration raises `defaultVersion` in host.json, and records the new version beside it.
"""

import datetime as dt
import json
from pathlib import Path

import azure.functions as func

from autocoder import models as m
from autocoder.runs.version import orchestration_version
from emulators.functions_host.durable.episodes import History, Turn, run_episode
from emulators.functions_host.durable.events import EventType, event, execution_started, stamp
from orchestrators.run_agent import run_agent
from tests.orchestrators.conftest import (
    LEFT,
    conclude,
    good_replies,
    launch,
    plan,
    publish,
    pushed,
    request,
    value,
    watch,
)

FOLDER = Path(__file__).parent
RUN_ID = "a" * 20
INPUT = json.dumps(json.dumps(RUN_ID))  # the hub sends the JSON of the client as a text
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
LOST, HINT = "lost", "hint"
NO_SHAPE = {"input", "fireAt", "isCanceled"}  # what a hub does not compare when it replays


def a_run(**changes):
    return m.Run(id=RUN_ID, request=request(**changes), title="", queued_at="2026-01-01T00:00:00Z")


def orchestrate(body):
    return run_agent._function.get_user_function()(func.OrchestrationContext(body))


def actions_after(generation, played, known):
    """What the current orchestrator does after *known* events of a generation, of which some were played."""
    past = History.of([json.dumps(one) for one in generation["events"][:played]])
    turn = Turn("run_agent", RUN_ID, None, INPUT, past, generation["events"][played:known])
    state = json.loads(orchestrate(turn.body()))
    return shape(state["actions"])


def shape(value):
    """The actions without what a change may touch: the values that activities are given, and times."""
    if isinstance(value, list):
        return [shape(one) for one in value]
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items() if name not in NO_SHAPE}
    return value


class Player:
    """Plays one run: *replies* are those of its activities, in which LOST stands for a worker that died."""

    def __init__(self, run, hints=0, **replies):
        self.left = {name: list(said) for name, said in {**good_replies(run), **replies}.items()}
        self.hints, self.now, self.generations = hints, START, []

    def play(self):
        """Play the run to its end; return its generations."""
        while self._generation().status == "ContinuedAsNew":
            pass
        return self.generations

    def _generation(self):
        self.past, self.turns = History(), []
        self.generations.append({"events": self.past.events, "turns": self.turns})
        started = execution_started(
            instance=RUN_ID, execution="x", name="run_agent", input_=INPUT,
            version=orchestration_version(), parent=None,
        )  # fmt: skip
        waiting, outcome = [], self._turn({**started, "Timestamp": stamp(self.now)})
        while not outcome.status:
            waiting += outcome.work
            outcome = self._turn(self._message(waiting))
        return outcome

    def _turn(self, message):
        self.now += SECOND
        played, states = len(self.past.lines), []

        def asked(body):
            states.append(orchestrate(body))
            return states[-1]

        fresh = [event(EventType.OrchestratorStarted, when=stamp(self.now)), message]
        turn = Turn("run_agent", RUN_ID, None, INPUT, self.past, fresh)
        outcome = run_episode(turn, asked, lambda kind, name: True)
        assert outcome.status in ("", "Completed", "ContinuedAsNew"), outcome
        records = [self._record(work) for work in outcome.work]
        completed = event(EventType.OrchestratorCompleted, when=stamp(self.now))
        self.past.extend([*fresh, *records, completed])
        actions = shape(json.loads(states[-1])["actions"])
        self.turns.append({"played": played, "known": played + len(fresh), "actions": actions})
        return outcome

    def _record(self, work):
        told = {"Name": work.name, "Version": ""} if work.name else {"FireAt": work.fire_at}
        return event(work.kind, work.id, stamp(self.now), **told)

    def _message(self, waiting):
        """The next message to the orchestration: an activity's result, else a hint, else a timer."""
        work = next((one for one in waiting if one.name), None)
        if work is None and self.hints:
            self.hints -= 1
            return event(EventType.EventRaised, when=stamp(self.now), Name="look", Input="{}")
        work = work or waiting[0]
        waiting.remove(work)
        if not work.name:
            self.now = max(self.now, dt.datetime.fromisoformat(work.fire_at))
            return event(EventType.TimerFired, when=stamp(self.now), TimerId=work.id, FireAt=work.fire_at)
        said = self.left[work.name].pop(0) if len(self.left[work.name]) > 1 else self.left[work.name][0]
        if said == LOST:
            told = {"Reason": "the worker died", "Details": ""}
            return event(EventType.TaskFailed, when=stamp(self.now), TaskScheduledId=work.id, **told)
        result = {"value": json.loads(work.input)} if "echo" in said else said
        told = {"TaskScheduledId": work.id, "Result": json.dumps(result)}
        return event(EventType.TaskCompleted, when=stamp(self.now), **told)


def cases():
    """A player for each way that a run may take."""
    run, prompt = a_run(), a_run(work_item_id=None, requester=m.Requester(), create_pull_request=False)
    good, ended = good_replies(run), value(m.Ended(outcome="failed", reason="because"))
    busy = {"again": {"seconds": 5, "reason": "429"}}
    away = {"again": {"seconds": 600, "reason": "503"}}
    refused = {"failed": {"reason": "no permission"}}
    pending = m.PullRequest(id=3, url="https://x/3", pending={"The status": "503"})
    nothing = value(m.Observation(next="nothing"))
    wait = m.Wait(run=run, reason="no room", since=START.isoformat(), minutes=10)
    waits = value(m.Observation(next="wait", run=run, plan=plan(run), wait=wait))
    begin = good["observe_run"][0]
    return {
        "a pull request": Player(run, observe_run=[begin, watch(run), publish(run)]),
        "a branch for a prompt": Player(prompt),
        "hints": Player(run, hints=2, observe_run=[watch(run, 600), watch(run, 600), publish(run)]),
        "no place": Player(run, prepare_run=[nothing]),
        "a refused requester": Player(run, prepare_run=[conclude(run, "refused")]),
        "a work item that cannot be read": Player(run, prepare_run=[refused]),
        "busy services": Player(run, conclude_run=[LEFT], **{name: [busy, good[name][0]] for name in BUSY}),
        "lost workers": Player(run, **{name: [LOST, good[name][0]] for name in BUSY}),
        "a lost worker of each pair": Player(
            run,
            conclude_run=[LEFT],
            **{name: [LOST, good[name][0]] for name in ("prepare_run", "report_run")},
        ),
        "no room at the launch": Player(run, observe_run=[launch(run)], create_container_group=[away]),
        "a platform that is away": Player(run, observe_run=[away, good["observe_run"][-1]]),
        "no room at a look": Player(run, observe_run=[waits]),
        "a day without the repository": Player(run, publish_change=[away], suspend_run=[ended]),
        "a push that is refused": Player(run, publish_change=[refused]),
        "a pull request in parts": Player(
            run, publish_change=[pushed()], create_pull_request=[value(pending)]
        ),
        "an end that is settled": Player(run, observe_run=[conclude(run)]),
        "an end that is refused": Player(
            run, observe_run=[conclude(run)], conclude_run=[LEFT], report_run=[refused]
        ),
    }


BUSY = (
    "prepare_run",
    "create_container_group",
    "publish_change",
    "delete_container_group",
)


def main():
    recorded = {name: player.play() for name, player in cases().items()}
    file = FOLDER / f"{orchestration_version()}.json"
    file.write_text(
        json.dumps(recorded, indent=None, separators=(",", ":")).replace('{"events":', '\n{"events":') + "\n"
    )
    print(f"{file.name}: {len(recorded)} histories")


if __name__ == "__main__":
    main()
