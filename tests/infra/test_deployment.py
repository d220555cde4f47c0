"""The deployed app settings and rights, and the absence of shared keys."""

import json
import re

import pytest

from autocoder.settings import Settings
from tests.infra.bicep import FILES, INFRA, ROOT, module, parsed, properties, source, text_of, walk

MAIN = parsed(INFRA / "main.bicep")
ROLES = json.loads((INFRA / "roles.json").read_text())
# Settings of the Functions host and its worker:
# https://learn.microsoft.com/azure/azure-functions/functions-app-settings
PLATFORM = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__queueServiceUri",
    "AzureWebJobsStorage__tableServiceUri",
    "PYTHON_THREADPOOL_THREAD_COUNT",
}
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
BUILT_IN = {
    "acrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "keyVaultSecretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storageQueueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "storageTableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
}


def app_settings() -> dict[str, str]:
    """Return the app settings of the template: name to expression."""
    config = next(one for one in module("function-app").of("resource") if one.target == "config")
    call = properties(config.body)["properties"]
    ours = next(node for node in walk(call) if node.type == "object")
    return {name: text_of(value) for name, value in properties(ours).items()}


def actions_of(name: str) -> dict[str, list[str]]:
    """Return the custom roles of a file: symbol to actions."""
    file = MAIN if name == "main" else module(name)
    found = file.resources("Microsoft.Authorization/roleDefinitions")
    permissions = {one.name: properties(properties(one.body)["properties"])["permissions"] for one in found}
    return {
        name: re.findall(r"'(Microsoft\.[A-Za-z/]+)'", text_of(node)) for name, node in permissions.items()
    }


def scopes_of(name: str) -> dict[str, str]:
    """Return the role assignments of a file: symbol to scope."""
    file = MAIN if name == "main" else module(name)
    found = file.resources("Microsoft.Authorization/roleAssignments")
    given = {one.name: properties(one.body).get("scope") for one in found}
    return {assignment: text_of(scope) if scope else "" for assignment, scope in given.items()}


# -- app settings --------------------------------------------------------------------------------------------


def test_sets_every_required_setting():
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert required - set(app_settings()) == set()


def test_sets_only_settings_that_the_app_or_its_host_reads():
    known = {name.upper() for name in Settings.model_fields} | PLATFORM
    assert set(app_settings()) - known == set()


def test_each_setting_of_the_template_is_named_once():
    file = module("function-app")
    keys = [text_of(node.named_children[0]) for node in walk(file.root) if node.type == "object_property"]
    assert [key for key in keys if key.upper() == key and keys.count(key) > 1] == []


def test_settings_of_the_template_override_further_settings():
    assert re.search(r"properties: union\(settings, \{", source("function-app"))


def test_the_secrets_have_the_names_that_the_app_looks_for():
    defaults = {one.name: one.node.named_children[-1] for one in MAIN.of("parameter") if not one.required}
    assert text_of(defaults["hookSecretName"]) == Settings.model_fields["hook_password_secret"].default
    assert text_of(defaults["callbackSecretName"]) == Settings.model_fields["callback_key_secret"].default
    assert text_of(defaults["extensionSecretName"]) == Settings.model_fields["extension_key_secret"].default


def test_without_an_extension_nothing_of_its_sign_in_is_set_and_no_page_may_call_the_app():
    defaults = {one.name: text_of(one.node.named_children[-1]) for one in MAIN.of("parameter")}
    assert (defaults["extensionId"], defaults["extensionOrigins"]) == ("", "[]")
    assert app_settings()["EXTENSION_TENANTS"] == "empty(extensionId) ? '' : join(extensionTenants, ';')"
    cors = "cors: { allowedOrigins: extensionOrigins, supportCredentials: false }"
    assert source("function-app").count("allowedOrigins") == source("function-app").count(cors) == 1


def test_further_settings_and_upstreams_are_maps_of_strings():
    for file in (MAIN, module("function-app")):
        types = {one.name: one.type for one in file.of("parameter")}
        assert {types[name] for name in ("settings", "modelUpstreams")} == {"{ *: string }"}


def test_the_app_uses_the_storage_account_that_is_deployed():
    (account,) = module("storage").resources("Microsoft.Storage/storageAccounts")
    (app,) = [one for one in MAIN.of("module") if one.name == "functionApp"]
    assert (
        properties(properties(app.body)["params"])["storageName"].text
        == properties(account.body)["name"].text
    )


def test_the_worker_has_a_thread_for_every_activity_that_runs_at_once():
    durable = json.loads((ROOT / "host.json").read_text())["extensions"]["durableTask"]
    assert (
        int(app_settings()["PYTHON_THREADPOOL_THREAD_COUNT"].strip("'"))
        >= durable["maxConcurrentActivityFunctions"]
    )


def test_runs_python_3_11_on_flex_consumption_with_instances_ready_for_durable_and_http():
    text = source("function-app")
    assert "name: 'FC1', tier: 'FlexConsumption'" in text
    assert "runtime: { name: 'python', version: '3.11' }" in text
    assert "{ name: 'durable', instanceCount: 1 }" in text
    assert "{ name: 'http', instanceCount: 1 }" in text


# -- rights --------------------------------------------------------------------------------------------------


def test_the_built_in_roles_have_the_ids_that_azure_documents():
    assert ROLES == BUILT_IN


def test_every_role_is_used_and_only_the_list_of_roles_holds_ids():
    texts = {path.name: path.read_text() for path in FILES}
    assert [role for role in ROLES if f"roles.{role}" not in "".join(texts.values())] == []
    assert set(re.findall(r"roles\.(\w+)", "".join(texts.values()))) - {"json"} <= set(ROLES)
    uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    assert [name for name, text in texts.items() if uuid.search(text)] == []


@pytest.mark.parametrize(
    ("file", "actions"),
    [
        (
            "runner",
            {
                "groupsRole": [
                    "Microsoft.ContainerInstance/containerGroups/read",
                    "Microsoft.ContainerInstance/containerGroups/write",
                    "Microsoft.ContainerInstance/containerGroups/delete",
                    "Microsoft.ContainerInstance/containerGroups/containers/logs/read",
                    "Microsoft.ContainerInstance/containerGroups/operationResults/read",
                ],
                "attachRole": ["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"],
            },
        ),
        ("network", {"joinRole": ["Microsoft.Network/virtualNetworks/subnets/join/action"]}),
        (
            "main",
            {
                "quotaRole": [
                    "Microsoft.ContainerInstance/locations/operations/read",
                    "Microsoft.ContainerInstance/locations/usages/read",
                ]
            },
        ),
    ],
)
def test_the_custom_roles_allow_only_these_actions(file, actions):
    assert actions_of(file) == actions


@pytest.mark.parametrize(
    ("file", "scopes"),
    [
        ("storage", {"appRights": "account"}),
        ("monitoring", {"publishes": "insights"}),
        ("registry", {"pulls": "registry"}),
        ("vault", {"writesSecrets": "vault"}),
        ("secret-access", {"readsSecrets": "secrets[index]"}),
        ("runner", {"runsGroups": "", "attachesIdentity": "pullIdentity"}),
        ("network", {"joinsSubnet": "network::subnet"}),
        ("quota-access", {"readsQuota": ""}),
    ],
)
def test_every_right_is_assigned_on_the_one_resource_that_needs_it(file, scopes):
    assert scopes_of(file) == scopes


def test_there_are_no_other_rights():
    given = {path.stem for path in FILES if "Microsoft.Authorization/roleAssignments@" in path.read_text()}
    assert given == {
        "storage",
        "monitoring",
        "registry",
        "vault",
        "secret-access",
        "runner",
        "network",
        "quota-access",
    }


def test_containers_have_a_separate_resource_group():
    given = {one.name: properties(one.body).get("scope") for one in MAIN.of("module")}
    scopes = {name: text_of(scope) if scope else "subscription" for name, scope in given.items()}
    assert {name for name, scope in scopes.items() if scope == "runnerGroup"} == {"runner", "network"}
    assert {name for name, scope in scopes.items() if scope == "subscription"} == {"readsQuota"}
    assert set(scopes.values()) == {"appGroup", "runnerGroup", "subscription"}


def test_the_reader_has_no_right_in_azure():
    used = [path for path in MAIN.members("identities") if "reader" in path]
    assert ("outputs", "reader", "principalId") in used  # for adding it to Azure DevOps
    everywhere = [match for path in FILES for match in re.findall(r"principalId: (.+)", path.read_text())]
    assert [value for value in everywhere if "reader" in value] == ["reader.properties.principalId"]


# -- secrets and keys ----------------------------------------------------------------------------------------


def test_no_file_reads_a_key_or_takes_a_secret_parameter():
    pattern = re.compile(
        r"list\w*(Keys|Sas|Secrets|Credentials)\(|@secure|AccountKey=|SharedAccessSignature|password:", re.I
    )
    assert [path.name for path in FILES if pattern.search(path.read_text())] == []


def test_no_secret_is_deployed():
    kinds = {
        one.target.split("@")[0] for path in FILES for one in parsed(path).of("resource") if not one.existing
    }
    assert "Microsoft.KeyVault/vaults/secrets" not in kinds


def test_no_resource_accepts_shared_keys_or_passwords():
    for name, switches in {
        "storage": [
            "allowSharedKeyAccess: false",
            "allowBlobPublicAccess: false",
            "minimumTlsVersion: 'TLS1_2'",
        ],
        "registry": [
            # The first API version with this mode. In the other mode the registry ignores AcrPull.
            "'Microsoft.ContainerRegistry/registries@2025-11-01'",
            "roleAssignmentMode: 'LegacyRegistryPermissions'",
            "adminUserEnabled: false",
            "anonymousPullEnabled: false",
        ],
        "vault": ["enableRbacAuthorization: true", "enablePurgeProtection: true"],
        "monitoring": ["DisableLocalAuth: true", "disableLocalAuth: true"],
        "function-app": ["httpsOnly: true", "minTlsVersion: '1.2'"],
    }.items():
        assert [switch for switch in switches if switch not in source(name)] == [], name
    assert source("function-app").count("properties: { allow: false }") == 2
