"""A reason also says what to do about a failure of the model, and where to look."""

import pytest

from autocoder import models as m
from autocoder.runs.causes import explained
from autocoder.shared.model_failures import BY_KIND
from tests.autocoder.reports.test_pull_request import PLAN, result

NAMED = PLAN.model_copy(update={"secret": "anthropic-api-key", "model": "claude-x"})


def failed(cause, reason="It failed."):
    return result().model_copy(update={"outcome": "agent_failed", "cause": cause, "reason": reason})


@pytest.mark.parametrize("kind", BY_KIND)
def test_every_cause_is_followed_by_what_to_do(kind):
    told = explained(NAMED, failed(kind, f"{BY_KIND[kind].text} The provider said: No"))
    assert told.reason.startswith(f"{BY_KIND[kind].text} The provider said: No. {BY_KIND[kind].advice}")
    assert told.cause == kind


def test_a_key_is_named_by_its_secret():
    for kind in ("key_refused", "no_credit"):
        assert "the secret anthropic-api-key in Key Vault" in explained(NAMED, failed(kind)).reason


def test_a_model_is_named_with_what_chose_it():
    def chosen(plan):
        return explained(plan, failed("model_unknown")).reason

    assert "claude-x, which is the default of the agent claude." in chosen(NAMED)
    team = PLAN.repository.model_copy(update={"settings": m.RepositorySettings(model="claude-x")})
    assert "claude-x, which .azuredevops/autocoder.yml names." in chosen(
        NAMED.model_copy(update={"repository": team})
    )
    asked = PLAN.run.request.model_copy(update={"model": "claude-x"})
    run = PLAN.run.model_copy(update={"request": asked})
    assert "claude-x, which the request names." in chosen(NAMED.model_copy(update={"run": run}))
    assert "MODEL_UPSTREAMS" in chosen(NAMED)


@pytest.mark.parametrize("cause", ["", "a_kind_of_a_later_version"])
def test_a_reason_without_a_known_cause_stays_as_it_is(cause):
    assert explained(NAMED, failed(cause)).reason == "It failed."
