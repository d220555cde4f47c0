"""The URLs that manage instances: the check-status payload, and the binding data of a durable client.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-features
"""

import json
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote_plus

WEBHOOKS = "/runtime/webhooks/durabletask"
INSTANCE_PLACEHOLDER = "INSTANCEID"


@dataclass(slots=True)
class ManagementUrls:
    """Builds the URLs of one host from its origin, task hub, key, and RPC address once that is known."""

    origin: str
    hub: str
    key: str
    rpc: str = ""
    connection: ClassVar[str] = "Storage"

    def of(self, instance_id: str, origin: str = "") -> dict[str, str]:
        """Return the management URLs of an instance, at the caller's *origin* if given."""
        name = INSTANCE_PLACEHOLDER if instance_id == INSTANCE_PLACEHOLDER else quote_plus(instance_id)
        query = f"taskHub={quote_plus(self.hub)}&connection={self.connection}&code={self.key}"
        instance = f"{origin or self.origin}{WEBHOOKS}/instances/{name}"
        return {
            "id": instance_id,
            "statusQueryGetUri": f"{instance}?{query}",
            "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{instance}/terminate?reason={{text}}&{query}",
            "rewindPostUri": f"{instance}/rewind?reason={{text}}&{query}",
            "purgeHistoryDeleteUri": f"{instance}?{query}",
            "restartPostUri": f"{instance}/restart?{query}",
            "suspendPostUri": f"{instance}/suspend?reason={{text}}&{query}",
            "resumePostUri": f"{instance}/resume?reason={{text}}&{query}",
        }

    def client_binding(self) -> str:
        """Return the JSON from which the SDK creates a `DurableOrchestrationClient`."""
        start = f"{self.origin}{WEBHOOKS}/orchestrators/{{functionName}}[/{{instanceId}}]"
        wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
        return json.dumps(
            {
                "taskHubName": self.hub,
                "creationUrls": {
                    "createNewInstancePostUri": f"{start}?code={self.key}",
                    "createAndWaitOnNewInstancePostUri": f"{start}?{wait}&code={self.key}",
                },
                "managementUrls": self.of(INSTANCE_PLACEHOLDER),
                "baseUrl": f"{self.origin}{WEBHOOKS}",
                "requiredQueryStringParameters": f"code={self.key}",
                "rpcBaseUrl": self.rpc,
            }
        )
