"""Orchestrations of other versions than the host's, as measured with the real extension."""

import pytest

from emulators.functions_host.versions import Versioning, compare_versions

MISMATCH = "VersionMismatch: Orchestration version did not comply with Worker Versioning"
FAILING = {"versionMatchStrategy": "Strict", "versionFailureStrategy": "Fail"}


def versioned(version, **settings):
    """The environment of a host of this version."""
    given = {"defaultVersion": version, **FAILING, **settings}
    return {f"AzureFunctionsJobHost__extensions__durableTask__{name}": text for name, text in given.items()}


@pytest.fixture
def versions(own_host):
    """A host that can be started again with another version, or with none."""
    host = own_host(**versioned("1.0")).start()

    def again(version="", **settings):
        host.kill()
        host.environment = versioned(version, **settings) if version else {}
        return host.start()

    return host, again


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("", "1.0"),
        ("", "a"),
        ("9.0", "10.0"),
        ("1.0", "1.0.0"),
        ("1.9.9.9", "2.0"),
        ("10", "9"),  # one number alone is text
        ("a", "B"),
        ("1.0", "v"),
        ("1.99999999999", "1.9999999999x"),
    ],
)
def test_compares_numbers_as_numbers_and_the_rest_as_text_without_case(lower, higher):
    assert (compare_versions(lower, higher), compare_versions(higher, lower)) == (-1, 1)


@pytest.mark.parametrize(("one", "other"), [("", " "), ("1.0", "01.0"), ("v1", "V1")])
def test_versions_that_differ_in_spelling_alone_are_equal(one, other):
    assert compare_versions(one, other) == 0


@pytest.mark.parametrize(
    ("match", "accepted"),
    [
        ("None", ["", "1.0", "2.0", "2.00", "3.0"]),
        ("Strict", ["2.0"]),
        ("CurrentOrOlder", ["", "1.0", "2.0", "2.00"]),
    ],
)
def test_the_strategy_says_which_versions_are_carried_on(match, accepted):
    versioning = Versioning("2.0", match, "Fail")
    assert [one for one in ("", "1.0", "2.0", "2.00", "3.0") if versioning.accepts(one)] == accepted


def test_without_versions_the_context_has_none_and_the_status_does_not_name_one(host):
    assert host.output("just_version") is None
    assert "version" not in host.run("just_version")


def test_the_default_version_is_given_to_instances_and_children_unless_one_is_named(versions):
    host, again = versions
    assert host.output("just_version") == "1.0"
    assert host.run("just_version")["version"] == "1.0"
    again("1.0", versionMatchStrategy="None")
    assert host.output("versions_of_children") == ["1.0", "1.0", "1.5"]
    host.hub("POST", "/orchestrators/just_version/named?version=7.0")
    assert host.ended("named")["output"] == "7.0"


def test_continue_as_new_keeps_the_version(versions):
    host, again = versions
    host.begin("version_after_continuing", id_="goes-on")
    host.until(lambda: host.status("goes-on")["input"] == '"again"', "it continued")
    again("2.0", versionMatchStrategy="CurrentOrOlder")
    host.send("goes-on", "go")
    assert host.ended("goes-on")["output"] == "1.0"


def test_an_instance_of_another_version_fails_at_its_next_turn_and_its_id_can_be_used_again(versions):
    host, again = versions
    host.begin("version", id_="old")
    host.has_status("old", "Running")
    again("2.0")
    assert host.status("old")["runtimeStatus"] == "Running"
    assert host.send("old", "anything").status_code == 202
    ended = host.ended("old")
    assert (ended["runtimeStatus"], ended["output"], ended["version"]) == ("Failed", MISMATCH, "1.0")
    last = host.status("old", showHistory="true", showHistoryOutput="true")["historyEvents"][-1]
    assert (last["OrchestrationStatus"], last["Result"]) == ("Failed", None)
    host.begin("version", id_="old")
    host.send("old", "go")
    assert host.ended("old")["output"] == "2.0"


@pytest.mark.parametrize("operation", ["terminate", "suspend"])
def test_also_a_terminate_or_suspend_shows_the_mismatch(versions, operation):
    host, again = versions
    host.begin("version", id_="old")
    host.has_status("old", "Running")
    again("2.0")
    assert host.hub("POST", f"/instances/old/{operation}?reason=x").status_code == 202
    assert host.ended("old")["output"] == MISMATCH


def test_a_start_with_a_version_that_does_not_match_is_accepted_and_fails(versions):
    host, _ = versions
    for version in ("2.0", "1.0.0", ""):
        assert host.hub("POST", f"/orchestrators/version/other?version={version}").status_code == 202
        assert host.ended("other")["output"] == MISMATCH


def test_a_parent_of_the_same_age_fails_with_its_child(versions):
    host, again = versions
    host.begin("told_by_child", id_="parent")
    host.has_status("parent-child", "Running")
    again("2.0")
    host.send("parent-child", "go")
    assert [host.ended(id_)["output"] for id_ in ("parent-child", "parent")] == [MISMATCH, MISMATCH]


def test_a_parent_that_is_carried_on_is_told_that_its_child_failed_but_not_why(versions):
    host, _ = versions
    host.begin("told_by_child", "2.0", id_="parent")
    ended = host.ended("parent")
    assert (ended["runtimeStatus"], ended["output"]) == ("Completed", "None \n None")
    assert host.status("parent-child")["output"] == MISMATCH


def test_after_a_rollback_rewind_carries_the_instance_on(versions):
    host, again = versions
    host.begin("version", id_="back")
    host.has_status("back", "Running")
    again("2.0")
    host.send("back", "go")
    host.ended("back")
    assert host.hub("POST", "/instances/back/rewind?reason=early").status_code == 202
    assert host.ended("back")["output"] == MISMATCH
    again("1.0")
    assert host.hub("POST", "/instances/back/rewind?reason=now").status_code == 202
    host.has_status("back", "Completed")
    assert host.status("back")["output"] == "1.0"


def test_a_release_without_a_version_rejects_instances_that_have_one_until_a_fitting_one_is_back(versions):
    host, again = versions
    host.begin("version", id_="rejected")
    host.has_status("rejected", "Running")
    again()
    assert host.send("rejected", "go").status_code == 202
    assert host.hub("POST", "/instances/rejected/terminate").status_code == 202
    host.until(lambda: "Instance rejected has the version '1.0'" in host.log, "the log says so")
    assert host.status("rejected")["runtimeStatus"] == "Running"
    assert host.hub("DELETE", "/instances/rejected").status_code == 412
    assert host.hub("POST", "/orchestrators/version/rejected").status_code == 409
    again("1.0")
    assert host.ended("rejected")["runtimeStatus"] == "Terminated"


def test_restart_gives_the_version_of_today(versions):
    host, again = versions
    host.run("just_version", id_="once")
    again("2.0")
    host.hub("POST", "/instances/once/restart?restartWithNewInstanceId=false")
    assert host.ended("once")["output"] == "2.0"


def test_a_host_that_would_reject_does_not_start(own_host):
    host = own_host()
    host.environment = versioned("1.0", versionFailureStrategy="Reject")
    with pytest.raises(AssertionError, match="nothing ends an instance of another version"):
        host.start()
