"""The app's local settings: the names used in production, with values that point to the emulators.

https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
"""

import json

from emulators import azurite, identities, tokens
from emulators.extension import EXTENSION_ID
from emulators.identity.state import identity_header
from emulators.platform.plan import REAL_PROVIDER, Plan, agent_file, agents
from emulators.ports import (
    AZURE_DEVOPS,
    AZURE_RESOURCE_MANAGER,
    EXTENSION_FILES,
    FUNCTIONS_HOST,
    IDENTITY,
    KEY_VAULT,
    MODEL_PROVIDER,
)
from emulators.private_files import write_private

ORGANIZATION, PROJECT, REPOSITORY = "fabrikam", "Fabrikam", "tidy-names"
SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
RESOURCE_GROUP = "autocoder-local"
IMAGE_REGISTRY = "autocoder.azurecr.io"


def app_settings(plan: Plan) -> dict[str, str]:
    """Return the values of `local.settings.json` for *plan*; the plan's own settings take precedence."""
    base = plan.base_port
    values = {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AZURE_DEVOPS_ORG_URL": f"{AZURE_DEVOPS.url(base)}/{ORGANIZATION}",
        "AZURE_DEVOPS_READER_CLIENT_ID": identities.READER.client_id,
        "PROJECT_REPO_MAP": json.dumps({PROJECT: REPOSITORY}),
        "KEY_VAULT_URL": KEY_VAULT.url(base),
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "CONTAINER_RESOURCE_GROUP": RESOURCE_GROUP,
        "CONTAINER_LOCATION": "westeurope",
        "RESOURCE_MANAGER_URL": AZURE_RESOURCE_MANAGER.url(base),
        "IMAGE_REGISTRY": IMAGE_REGISTRY,
        "PUBLIC_URL": FUNCTIONS_HOST.url(base),
        "EXTENSION_ID": EXTENSION_ID,
        "EXTENSION_TENANTS": tokens.TENANT,
        "BLOB_URL": azurite.blob_url(base),
        "TABLE_URL": azurite.table_url(base),
        "IDENTITY_ENDPOINT": f"{IDENTITY.url(base)}/msi/token",
        "IDENTITY_HEADER": identity_header(plan.state),
        **plan.trust(),
    }
    names = {str(agent_file(agent)["provider"]) for agent in agents()}
    scripted = [name for name in sorted(names) if plan.model_key is None or name != REAL_PROVIDER]
    values["MODEL_UPSTREAMS"] = json.dumps(dict.fromkeys(scripted, MODEL_PROVIDER.url(base)))
    if plan.durable_extension:
        values["AzureWebJobsStorage"] = azurite.connection_string(base)
    return {**values, **plan.settings}


def write_settings(plan: Plan, values: dict[str, str]) -> None:
    """Write `local.settings.json`, readable only by this user; the extension's pages may call the app.

    https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
    """
    host = {"CORS": EXTENSION_FILES.url(plan.base_port)}
    content = {"IsEncrypted": False, "Values": values, "Host": host}
    write_private(plan.settings_file, json.dumps(content, indent=2))
