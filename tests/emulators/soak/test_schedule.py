import itertools

import pytest

from emulators.ports import AZURE_RESOURCE_MANAGER
from emulators.soak.schedule import AZURITE, WEIGHTS, schedule


def planned(seed, deployment=True):
    return schedule(seed, 40, 80, deployment=deployment)


def test_a_seed_gives_the_same_schedule_again_and_another_seed_another():
    assert planned(1) == planned(1)
    assert planned(1) != planned(2)


def test_each_run_is_started_once_and_every_repeat_follows_its_start():
    made = planned(3)
    starts = {start.number: start.at for start in made.starts}
    assert sorted(starts) == list(range(40))
    assert made.repeats
    assert all(repeat.at >= starts[repeat.number] for repeat in made.repeats)


def test_repeats_come_out_of_order():
    made = planned(3)
    started = {start.number: place for place, start in enumerate(made.starts)}
    places = [started[repeat.number] for repeat in made.repeats]
    assert any(earlier > later for earlier, later in itertools.pairwise(places))


def test_every_kind_of_trouble_is_made():
    kinds = {trouble.kind for seed in range(10) for trouble in planned(seed).troubles}
    assert kinds == {*WEIGHTS, "deployment"}


def test_nothing_is_killed_that_would_forget_what_it_acknowledged():
    killed = {one.target for seed in range(50) for one in planned(seed).troubles if one.kind == "kill"}
    assert killed.isdisjoint({AZURITE, AZURE_RESOURCE_MANAGER.name})
    assert len(killed) == 5


@pytest.mark.parametrize("deployment", [True, False])
def test_the_deployment_is_in_the_middle_or_left_out(deployment):
    kinds = [trouble.kind for trouble in planned(1, deployment).troubles]
    assert kinds.count("deployment") == int(deployment)
    if deployment:
        assert abs(kinds.index("deployment") - len(kinds) / 2) <= 1
