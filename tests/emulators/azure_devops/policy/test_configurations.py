"""Policy configurations: their types, and refused requests."""

import pytest

from emulators.azure_devops.policy import models

POLICIES = "Fabrikam Fiber/_apis/policy"


def body(kind: str, **scope) -> dict:
    return {"type": {"id": kind}, "settings": {"scope": [scope]}}


def test_a_policy_is_read_at_its_own_address(http):
    made = http.post(f"{POLICIES}/configurations", json=body(models.STATUS, refName="refs/heads/x")).json()
    assert http.get(f"{POLICIES}/configurations/{made['id']}").json() == made
    assert http.delete(f"{POLICIES}/configurations/{made['id']}").status_code == 204
    assert http.get(f"{POLICIES}/configurations/{made['id']}").status_code == 404


def test_a_type_is_read_by_its_id(http):
    listed = http.get(f"{POLICIES}/types").json()["value"]
    assert http.get(f"{POLICIES}/types/{models.BUILD}").json() in listed
    assert http.get(f"{POLICIES}/types/no-such-type").status_code == 404


@pytest.mark.parametrize("kind", models.UNCOVERED)
def test_a_type_that_would_not_be_evaluated_is_not_covered(http, kind):
    answer = http.post(f"{POLICIES}/configurations", json=body(kind))
    assert (answer.status_code, models.UNCOVERED[kind] in answer.json()["message"]) == (501, True)


def test_an_unknown_type_or_kind_of_match_is_refused(http):
    assert http.post(f"{POLICIES}/configurations", json=body("unknown")).status_code == 400
    wrong = body(models.STATUS, refName="refs/heads/x", matchKind="Regex")
    assert http.post(f"{POLICIES}/configurations", json=wrong).status_code == 400
