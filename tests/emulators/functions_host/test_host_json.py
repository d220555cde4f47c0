import json
import logging
import re

import pytest

from emulators.functions_host.errors import SettingsError
from emulators.functions_host.host_json import (
    DURABLE,
    HTTP,
    IGNORED,
    READ,
    HostSettings,
    read_host_settings,
)
from emulators.platform.processes import ROOT

COVERAGE = ROOT / "emulators" / "coverage"


@pytest.fixture
def read(tmp_path):
    """Read a host.json that holds this."""

    def read(content, environment=None):
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / "host.json").write_text(text)
        return read_host_settings(tmp_path, environment or {})

    return read


def with_durable(**settings):
    return {"version": "2.0", "extensions": {"durableTask": settings}}


def test_reads_the_prefix_the_hub_and_the_number_of_activities(read):
    given = with_durable(hubName="Hub", maxConcurrentActivityFunctions=3)
    given["extensions"]["http"] = {"routePrefix": "/v1/"}
    assert read(given) == HostSettings("v1", "Hub", 3)


def test_without_settings_the_defaults_hold(read):
    assert read({"version": "2.0", "extensions": {}}) == HostSettings()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{}", '"version" must be "2.0"'),
        ("[]", "must be a JSON object"),
        ("{", "not JSON"),
        (with_durable(maxConcurrentActivityFunctions=0), "must be a positive number"),
    ],
)
def test_refuses_a_bad_host_json(read, content, reason):
    with pytest.raises(SettingsError, match=reason):
        read(content)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"version": "2.0", "retry": {"strategy": "fixedDelay"}}, "retry.strategy"),
        ({"version": "2.0", "functions": ["one"]}, "functions"),
        ({"version": "2.0", "extensions": {"http": {"customHeaders": {"A": "b"}}}}, "customHeaders.A"),
        (with_durable(defaultVersion="1"), "extensions.durableTask.defaultVersion"),
        (with_durable(hubname="x"), "extensions.durableTask.hubname"),
        (with_durable(extendedSessionsEnabled=False), "extensions.durableTask.extendedSessionsEnabled"),
    ],
)
def test_refuses_settings_that_it_neither_reads_nor_may_ignore(read, content, name):
    with pytest.raises(SettingsError, match=f"not covered by this host: .*{name}"):
        read(content)


def test_logs_the_settings_that_it_ignores(read, caplog):
    caplog.set_level(logging.INFO, "host")
    read(
        {**with_durable(storageProvider={"partitionCount": 1}), "functionTimeout": "00:05:00", "logging": {}}
    )
    assert caplog.messages == [
        "host.json: this host ignores extensions.durableTask.storageProvider, functionTimeout"
    ]


def test_refuses_settings_that_override_host_json(read):
    override = {"AzureFunctionsJobHost__extensions__durableTask__hubName": "other"}
    with pytest.raises(SettingsError, match="AzureFunctionsJobHost__extensions__durableTask__hubName"):
        read({"version": "2.0"}, override)


def test_the_coverage_page_names_every_setting_that_is_read_or_ignored():
    page = (COVERAGE / "functions_host.md").read_text()
    listed = page[page.index("**host.json**") : page.index("- Refused")]
    named = set(re.findall(r"`([^`]+)`", listed)) - {HTTP, DURABLE}
    last_parts = {name.rpartition(".")[2] for name in READ | IGNORED}
    assert {name.rpartition(".")[2] for name in named} == last_parts


def test_the_section_of_the_durable_extension_is_left_to_it(tmp_path, caplog):
    unknown = {"hubName": "Hub", "storageProvider": {"partitionCount": 1}, "eventGrid": {"topic": "x"}}
    (tmp_path / "host.json").write_text(json.dumps(with_durable(**unknown)))
    with caplog.at_level("INFO"):
        assert read_host_settings(tmp_path, {}, with_extension=True).hub_name == "Hub"
    assert "ignores" not in caplog.text
    with pytest.raises(SettingsError, match="eventGrid"):
        read_host_settings(tmp_path, {})
