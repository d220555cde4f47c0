"""Validation of settings: every mistake is reported with the name of its setting."""

import pytest

from autocoder.settings import SettingsError, read_settings
from tests.autocoder.requests.test_run_request import ENVIRONMENT


def wrong(**changes):
    with pytest.raises(SettingsError) as raised:
        read_settings({**ENVIRONMENT, **changes})
    return str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://dev.azure.com",
        "https://dev.azure.com/",
        "https://dev.azure.com/contoso/Fabrikam",
        "https://dev.azure.com/con toso",
        "https://dev.azure.com/contoso?x=1",
        "https://somebody@dev.azure.com/contoso",
        "https://contoso.visualstudio.com",
        "https://contoso.visualstudio.com/DefaultCollection",
        "http://dev.azure.com/contoso",
    ],
)
def test_refuses_an_address_without_exactly_one_organisation(url):
    said = wrong(AZURE_DEVOPS_ORG_URL=url)
    assert "AZURE_DEVOPS_ORG_URL" in said
    assert "https://dev.azure.com/contoso" in said


def test_gives_the_new_form_of_an_organisations_old_address():
    said = wrong(AZURE_DEVOPS_ORG_URL="https://fabrikam.visualstudio.com")
    assert "use https://dev.azure.com/fabrikam" in said


@pytest.mark.parametrize("url", ["https://dev.azure.com/contoso", "https://dev.azure.com/contoso/"])
def test_the_organisation_is_the_one_part_of_the_path(url):
    settings = read_settings({**ENVIRONMENT, "AZURE_DEVOPS_ORG_URL": url})
    assert settings.organization == "contoso"
    assert settings.organization_url("other") == "https://dev.azure.com/other"


def test_refuses_a_container_group_that_leaves_the_agent_no_memory():
    assert "CONTAINER_MEMORY_GB" in wrong(CONTAINER_MEMORY_GB="1")


@pytest.mark.parametrize(("name", "value"), [("CONTAINER_MEMORY_GB", "3.45"), ("CONTAINER_CPU", "1.005")])
def test_refuses_sizes_between_the_steps_of_container_instances(name, value):
    assert f"{name}: must be a multiple of" in wrong(**{name: value})


@pytest.mark.parametrize("name", ["MAX_RUNS_PER_PROJECT", "MAX_RUNS_PER_REPOSITORY"])
def test_a_cap_is_a_number_from_one_on_or_left_out(name):
    for value in ("0", "101", "two"):
        assert f"{name}: " in wrong(**{name: value})
    assert getattr(read_settings({**ENVIRONMENT, name: ""}), name.lower()) is None
    assert getattr(read_settings({**ENVIRONMENT, name: "2"}), name.lower()) == 2


def test_names_every_mistake_at_once():
    said = wrong(CONTAINER_MEMORY_GB="1", AZURE_DEVOPS_ORG_URL="x", PROJECT_REPO_MAP="{", KEY_VAULT_URL="")
    for name in ("CONTAINER_MEMORY_GB", "AZURE_DEVOPS_ORG_URL", "PROJECT_REPO_MAP", "KEY_VAULT_URL"):
        assert name in said


def test_ids_of_the_extension_and_its_tenants_are_guids_in_lower_case():
    guid = "2222222A-2222-4222-8222-222222222222"
    found = read_settings({**ENVIRONMENT, "EXTENSION_ID": guid, "EXTENSION_TENANTS": f"{guid}; {guid}"})
    assert found.extension_id == guid.lower()
    assert found.extension_tenants == (guid.lower(),) * 2
    assert "EXTENSION_ID: must be a GUID" in wrong(EXTENSION_ID="autocoder")
    assert "EXTENSION_TENANTS: must be a GUID" in wrong(EXTENSION_TENANTS=f"{guid};contoso")


def test_the_keys_of_the_extension_are_read_only_when_it_is_configured():
    assert read_settings(ENVIRONMENT).extension_key_secrets() == {}
    given = {**ENVIRONMENT, "EXTENSION_ID": "22222222-2222-4222-8222-222222222222"}
    assert read_settings(given).extension_key_secrets() == {"EXTENSION_KEY_SECRET": "extension-key"}
    given["EXTENSION_PREVIOUS_KEY_SECRET"] = "extension-key-previous"
    assert read_settings(given).extension_key_secrets() == {
        "EXTENSION_KEY_SECRET": "extension-key",
        "EXTENSION_PREVIOUS_KEY_SECRET": "extension-key-previous",
    }


def test_names_of_served_organisations_are_compared_without_case_and_in_ascii():
    found = read_settings({**ENVIRONMENT, "ALLOWED_ORGANIZATIONS": "fabrikam;contoso"})
    assert found.serves("Fabrikam")
    assert not any(found.serves(name) for name in ("fabri\u212aam", "fabrikam2", "", "fabrikam/"))
