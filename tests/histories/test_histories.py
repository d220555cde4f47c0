"""Runs that began with the orchestration's released shape go on with the current one."""

import json

import pytest

from autocoder.runs.version import orchestration_version
from tests.histories.player import FOLDER, actions_after, cases

CURRENT = FOLDER / f"{orchestration_version()}.json"
ADVICE = (
    "The orchestration has another shape than the one that was released: raise defaultVersion in host.json, "
    "and record the histories of the new version with `python -m tests.histories.player`."
)


def recorded():
    return json.loads(CURRENT.read_text())


def test_the_histories_of_this_version_are_recorded():
    assert CURRENT.exists(), ADVICE
    assert recorded().keys() == cases().keys()


@pytest.mark.parametrize("name", cases())
def test_a_recorded_run_takes_the_same_steps_again(name):
    for generation in recorded()[name]:
        for turn in generation["turns"]:
            actions = actions_after(generation, turn["played"], turn["known"])
            assert actions == turn["actions"], ADVICE


def test_every_step_that_an_orchestration_takes_is_in_a_history():
    text = CURRENT.read_text()
    steps = {path.stem for path in (FOLDER.parents[1] / "activities").glob("*.py")} - {"__init__", "activity"}
    assert [step for step in sorted(steps) if f'"functionName":"{step}"' not in text] == []


def test_a_change_of_the_shape_is_noticed():
    generation = recorded()["a pull request"][0]
    actions = actions_after(generation, 0, generation["turns"][0]["known"])
    assert actions == generation["turns"][0]["actions"]
    assert actions != generation["turns"][1]["actions"]
