"""The pipeline that publishes the extension: tests, one package, an approval, then that very package."""

import re

import pytest
import yaml

from tests.docs.checkout import ROOT

PIPELINE = yaml.safe_load((ROOT / "pipelines" / "build-extension.yml").read_text())
BUILD, PUBLISH = PIPELINE["stages"]
BUILDING = BUILD["jobs"][0]["steps"]
PUBLISHING = PUBLISH["jobs"][0]["strategy"]["runOnce"]["deploy"]["steps"]


def script(step):
    """The shell commands of a step."""
    return step.get("script", "") + step.get("inputs", {}).get("inlineScript", "")


def test_the_package_is_checked_and_tested_before_it_is_built():
    text = [script(step) for step in BUILDING]
    parts = ("make check-extension", "make test PYTEST_ARGS=tests/extension", "make extension")
    order = [text.index(part) for part in parts]
    assert order == sorted(order)


def test_a_person_signs_the_package_off_before_it_is_published():
    (job,) = PUBLISH["jobs"]
    assert PUBLISH["dependsOn"] == BUILD["stage"]
    assert job["environment"] == "${{ parameters.environment }}"


def test_what_is_published_is_what_was_built():
    (kept,) = [step["artifact"] for step in BUILDING if "publish" in step]
    (fetched,) = [step["artifact"] for step in PUBLISHING if "download" in step]
    assert kept == fetched
    assert not [step for step in PUBLISHING if "make extension" in script(step)]


def test_it_starts_by_hand_and_asks_for_publisher_and_hosts():
    assert PIPELINE["trigger"] == PIPELINE["pr"] == "none"
    asked = {one["name"] for one in PIPELINE["parameters"] if "default" not in one}
    assert asked == {"publisher", "functionHosts"}


def test_no_credential_is_stored_and_none_stays_in_the_checkout():
    for step in BUILDING + PUBLISHING:
        if "checkout" in step:
            assert step["persistCredentials"] is False
        assert "$(System.AccessToken)" not in str(step)
    assert not any("PAT" in script(step) for step in PUBLISHING)


@pytest.mark.parametrize("step", BUILDING + PUBLISHING)
def test_no_pipeline_variable_is_expanded_inside_a_script(step):
    assert not re.search(r"\$\{\{|\$\((?!az account )", script(step))
