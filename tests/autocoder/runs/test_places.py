"""Which runs are next, and why one waits."""

import json

import pytest

from autocoder.ids import new_run_id
from autocoder.runs.places import Limits, Ticket, cap_met, next_in_turn, read_ticket, turn_of

MOMENT = 1_800_000_000_000  # milliseconds


def ticket(number, project="Web", repository="app", organization="contoso"):
    return Ticket(new_run_id(MOMENT + number), organization, project, repository)


def test_tickets_sort_by_the_time_of_the_request_oldest_first():
    tickets = [ticket(number * 10_000_019) for number in range(200)]
    assert sorted(tickets[100:] + tickets[:100], key=lambda one: one.key) == tickets


def test_free_places_go_to_the_oldest_tickets():
    held, waiting = [ticket(9)], [ticket(number) for number in (3, 1, 2)]
    given = next_in_turn(Limits(3), held, [*held, *waiting])
    assert given == (waiting[1], waiting[2])


def test_no_place_is_given_while_more_runs_work_than_may():
    held = [ticket(number) for number in range(3)]
    assert next_in_turn(Limits(2), held, [ticket(4)]) == ()


def test_a_run_that_a_cap_holds_back_keeps_nobody_back():
    held = [ticket(1)]
    waits, other, third = ticket(2), ticket(3, "Tools"), ticket(4, "Tools")
    assert next_in_turn(Limits(5, of_project=1), held, [waits, other, third]) == (other,)


def test_the_runs_that_are_given_a_place_count_for_the_caps():
    one, two = ticket(1), ticket(2)
    assert next_in_turn(Limits(5, of_repository=1), [], [one, two]) == (one,)


@pytest.mark.parametrize(
    "other",
    [ticket(2, "WEB", "APP"), ticket(2, organization="Contoso"), ticket(2, "STRASSE".lower(), "app")],
)
def test_names_are_compared_without_case(other):
    mine = ticket(1) if other.project != "strasse" else ticket(1, "Straße")
    assert cap_met(Limits(5, of_project=1), [mine], other)
    assert cap_met(Limits(5, of_repository=1), [mine], other)


@pytest.mark.parametrize("other", [ticket(2, "Tools"), ticket(2, organization="fabrikam")])
def test_a_repository_of_the_same_name_elsewhere_is_another_one(other):
    assert not cap_met(Limits(5, of_project=1, of_repository=1), [ticket(1)], other)


def test_a_repository_of_the_same_project_counts_for_the_projects_cap_alone():
    other = ticket(2, repository="api")
    assert cap_met(Limits(5, of_project=1), [ticket(1)], other)
    assert not cap_met(Limits(5, of_repository=1), [ticket(1)], other)


@pytest.mark.parametrize(
    ("held", "before", "said"),
    [
        ([], 0, "Waiting for a place, and next in line."),
        ([], 1, "Waiting for a place, behind 1 other run."),
        ([], 3, "Waiting for a place, behind 3 other runs."),
        (["Web"], 0, "Waiting for a place: 1 run of project Web is working already (MAX_RUNS_PER_PROJECT)."),
        (
            ["Web", "Web"],
            2,
            "Waiting for a place, behind 2 other runs: "
            "2 runs of project Web are working already (MAX_RUNS_PER_PROJECT).",
        ),
    ],
)
def test_a_run_says_how_many_are_before_it_and_which_cap_holds_it(held, before, said):
    mine, held = ticket(50), [ticket(number, project) for number, project in enumerate(held)]
    older = [ticket(number, "Tools") for number in range(10, 10 + before)]
    younger = [ticket(60)]
    turn = turn_of(Limits(5, of_project=1), held, [*held, *older, mine, *younger], mine)
    assert (turn.granted, turn.before, turn.reason) == (False, before, said)


def test_columns_that_a_later_version_writes_are_ignored():
    given = ticket(1, "Größe", 'a"b')
    column = json.dumps({**json.loads(given.column), "since": "later"})
    assert read_ticket(given.run_id, column) == given
    assert read_ticket(given.run_id, given.column) == given


@pytest.mark.parametrize("column", ["{}", "[]", "nothing", "", '{"project": 5}'])
def test_a_ticket_that_cannot_be_read_keeps_no_other_run_from_its_place(column):
    bad = read_ticket("x" * 20, column)
    good = read_ticket("y" * 20, '{"organization": "o", "project": "p", "repository": "r"}')
    assert set(next_in_turn(Limits(2), (), [bad, good])) == {bad, good}
