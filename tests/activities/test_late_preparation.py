"""What a preparation that comes late, or twice, does to the plan and the inputs of a round that has them."""

import json
from types import SimpleNamespace

import pytest

from activities.parts.preparing import prompt
from autocoder import models as m
from autocoder import wire
from autocoder.ids import new_run_id
from autocoder.rounds import RoundFile
from autocoder.runs.files import INPUTS, PLAN, PROMPT, RUN_FILE
from tests.activities.conftest import plan, run
from tests.autocoder.clients.conftest import storage  # noqa: F401
from tests.autocoder.requests.test_run_request import SETTINGS

EARLIER, LATER = "1" * 40, "2" * 40


def based_on(run, commit):
    """Return the plan of *run* when its target branch is at this commit."""
    base = m.Base(branch="main", commit=commit)
    repository = m.Repository(
        id="r",
        name="web",
        project="p",
        project_id="p",
        clone_url="https://x",
        web_url="https://x",
        target_branch="main",
        target_commit=commit,
        base=base,
    )
    return plan(repository).model_copy(update={"run": run})


@pytest.fixture
def prepared(storage, monkeypatch):  # noqa: F811
    """Prepare a round as of a commit; return its plan and the file `run.json` of its containers."""
    monkeypatch.setattr(prompt, "settings", lambda: SETTINGS)
    connected = SimpleNamespace(blobs=storage.clients().blobs)
    run_of_all = run().model_copy(update={"id": new_run_id()})

    def prepare(commit):
        written = prompt._written(connected, based_on(run_of_all, commit), "Do it.", "")
        texts = json.loads(connected.blobs.get(run_of_all.current_round, INPUTS))
        return written, wire.load(m.RunFile, texts[RUN_FILE])

    prepare.connected, prepare.current = connected, run_of_all.current_round
    return prepare


def test_the_first_plan_of_a_round_stands_although_its_branch_has_moved(prepared):
    prepared(EARLIER)
    late, inputs = prepared(LATER)
    stored = wire.load(m.Plan, prepared.connected.blobs.get(prepared.current, PLAN))
    assert late == stored
    assert {late.base.commit, inputs.base_commit} == {EARLIER}


def test_inputs_without_a_plan_are_written_again(prepared):
    prepared(EARLIER)
    for name in (PLAN, INPUTS):
        prepared.connected.blobs.delete(prepared.current, RoundFile(name))
    written, inputs = prepared(LATER)
    assert {written.base.commit, inputs.base_commit} == {LATER}
    assert json.loads(prepared.connected.blobs.get(prepared.current, INPUTS))[PROMPT] == "Do it."
