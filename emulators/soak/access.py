"""What the soak asks of a running platform from outside: its services, its tables, and its control routes.

https://learn.microsoft.com/rest/api/storageservices/query-entities
"""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx
from azure.core.credentials import AccessToken
from azure.data.tables import TableServiceClient

from emulators import azurite, identities, tokens
from emulators.certificates import ensure_certificates
from emulators.platform.app_settings import SUBSCRIPTION
from emulators.platform.clients.app import keys
from emulators.platform.running import Platform
from emulators.ports import AZURE_RESOURCE_MANAGER, FUNCTIONS_HOST, OURS, Emulator

JSON = dict[str, Any]
CLAIMS = "claims"
PLACE = "run_"  # how the columns of the one row of partition `places` begin; a run follows
ALL_PLACES = "all"  # the one row of places; the others beside it are tickets
SECONDS = 20.0
GROUPS_VERSION = "2023-05-01"
BY_NAME = {emulator.name: emulator for emulator in OURS}


class Access:
    """The services of one platform, each asked with a credential of its own."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.plan = platform, platform.plan
        self._trusted = ssl.create_default_context(cafile=ensure_certificates(self.plan.state).authority)
        self._http = httpx.Client(verify=self._trusted, trust_env=False, timeout=SECONDS)

    def control(self, emulator: Emulator, method: str, path: str, body: JSON | None = None) -> Any:
        """Call `/_control/<path>` of an emulator; raises `httpx.HTTPError` when it is refused."""
        url = f"{self.platform.url(emulator)}/_control/{path}"
        answer = self._http.request(method, url, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def run_janitor(self) -> None:
        """Run the app's janitor now; raises `httpx.HTTPError` when the host does not start it."""
        url = f"{self.platform.url(FUNCTIONS_HOST)}/admin/functions/janitor"
        headers = {"x-functions-key": keys(self.plan)["master"]}
        self._http.post(url, json={}, headers=headers).raise_for_status()

    def groups(self) -> list[str]:
        """Return the names of the container groups; raises `httpx.HTTPError`."""
        token = self._token(tokens.RESOURCE_MANAGER_RESOURCE)
        path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/containerGroups"
        answer = self._http.get(
            f"{self.platform.url(AZURE_RESOURCE_MANAGER)}{path}",
            params={"api-version": GROUPS_VERSION},
            headers={"Authorization": f"Bearer {token}"},
        )
        return [str(group["name"]) for group in answer.raise_for_status().json()["value"]]

    def container_processes(self) -> dict[str, dict[str, list[int]]]:
        """Return the ids of live processes by group and container; raises `httpx.HTTPError`."""
        listed: dict[str, dict[str, list[int]]] = self.control(AZURE_RESOURCE_MANAGER, "GET", "processes")
        return listed

    def claims(self, kind: str) -> list[str]:
        """Return the keys of the claims of one *kind*; raises `azure.core.exceptions.AzureError`."""
        return [str(row["RowKey"]) for row in self._rows(kind)]

    def tickets(self) -> list[str]:
        """Return the keys of the tickets of runs that want a place; raises as `claims` does."""
        return [key for key in self.claims("places") if key != ALL_PLACES]

    def places(self) -> list[str]:
        """Return the runs that have a place, columns of one row; raises as `claims` does."""
        return [str(name) for row in self._rows("places") for name in row if name.startswith(PLACE)]

    def _rows(self, kind: str) -> list[Mapping[str, Any]]:
        with TableServiceClient(
            azurite.table_url(self.plan.base_port),
            credential=_Credential(self._token(tokens.STORAGE_RESOURCE)),
            connection_verify=str(ensure_certificates(self.plan.state).authority),
            retry_total=0,
            read_timeout=SECONDS,
        ) as tables:
            query = f"PartitionKey eq '{kind}'"
            return list(tables.get_table_client(CLAIMS).query_entities(query))

    def _token(self, resource: str) -> str:
        return tokens.mint(self.plan.state, resource=resource, client_id=identities.APP.client_id)


class _Credential:
    """A token that is there already, in the form that the SDK asks for."""

    def __init__(self, token: str) -> None:
        self._token = AccessToken(token, tokens.LIFETIME_SECONDS * 10**6)

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ARG002
        """Return the token, whatever it is asked for."""
        return self._token
