"""Azure DevOps as a person uses it: its public REST API with a personal access token.

https://learn.microsoft.com/rest/api/azure/devops
"""

from collections.abc import Sequence
from typing import Any

import httpx

from emulators.platform.processes import PlatformError

JSON = dict[str, Any]
API_VERSION = "7.1"
COMMENTS_VERSION = "7.1-preview.4"
HOOK_USER = "autocoder"  # any name will do: the app checks only the password


class Person:
    """One person in one organisation; every method except `page` raises `PlatformError` when refused."""

    def __init__(self, organization_url: str, token: str) -> None:
        self.url = organization_url
        self._http = httpx.Client(auth=("", token), trust_env=False, timeout=30, follow_redirects=False)

    def ask(self, method: str, path: str, *, version: str = API_VERSION, **request: Any) -> Any:
        """Return the JSON answer to a request for *path* under the organisation; raises `PlatformError`."""
        parameters = {"api-version": version, **request.pop("params", {})}
        answer = self._http.request(method, f"{self.url}/{path}", params=parameters, **request)
        if answer.status_code not in (200, 201, 204):
            raise PlatformError(
                f"Azure DevOps: {method} {path}: HTTP {answer.status_code} {answer.text[:300]}"
            )
        return answer.json() if answer.content else None

    def page(self, url: str) -> str:
        """Return the HTML of a page."""
        answer = self._http.get(url, headers={"Accept": "text/html"})
        return answer.text if answer.is_success else f"<p>HTTP {answer.status_code}: {url}</p>"

    # -- work items ---------------------------------------------------------------------------------------

    def create_work_item(self, project: str, type_name: str, fields: JSON) -> JSON:
        """Create a work item of *type_name* with *fields* by reference name."""
        changes = [{"op": "add", "path": f"/fields/{name}", "value": value} for name, value in fields.items()]
        item: JSON = self._patch("POST", f"{project}/_apis/wit/workitems/${type_name}", changes)
        return item

    def tag(self, work_item_id: int, tags: Sequence[str]) -> JSON:
        """Add *tags* to a work item."""
        change = {"op": "add", "path": "/fields/System.Tags", "value": "; ".join(tags)}
        item: JSON = self._patch("PATCH", f"_apis/wit/workitems/{work_item_id}", [change])
        return item

    def describe(self, work_item_id: int, description: str) -> JSON:
        """Replace the description of a work item."""
        change = {"op": "add", "path": "/fields/System.Description", "value": description}
        item: JSON = self._patch("PATCH", f"_apis/wit/workitems/{work_item_id}", [change])
        return item

    def work_item(self, work_item_id: int) -> JSON:
        """Return a work item with its relations."""
        item: JSON = self.ask("GET", f"_apis/wit/workitems/{work_item_id}", params={"$expand": "all"})
        return item

    def comments(self, project: str, work_item_id: int) -> list[JSON]:
        """Return the comments of a work item."""
        path = f"{project}/_apis/wit/workItems/{work_item_id}/comments"
        return list(self.ask("GET", path, version=COMMENTS_VERSION)["comments"])

    def _patch(self, method: str, path: str, changes: list[JSON]) -> Any:
        return self.ask(method, path, json=changes, headers={"Content-Type": "application/json-patch+json"})

    # -- code ---------------------------------------------------------------------------------------------

    def pull_request(self, project: str, repository: str, pull_request_id: int) -> JSON:
        """Return a pull request with its full description."""
        path = f"{project}/_apis/git/repositories/{repository}/pullrequests/{pull_request_id}"
        found: JSON = self.ask("GET", path)
        return found

    def pull_requests(self, project: str, repository: str, status: str = "all") -> list[JSON]:
        """Return the pull requests of a repository."""
        path = f"{project}/_apis/git/repositories/{repository}/pullrequests"
        return list(self.ask("GET", path, params={"searchCriteria.status": status})["value"])

    def linked_work_items(self, project: str, repository: str, pull_request_id: int) -> list[int]:
        """Return the ids of the work items that a pull request is linked to."""
        path = f"{project}/_apis/git/repositories/{repository}/pullRequests/{pull_request_id}/workitems"
        return [int(item["id"]) for item in self.ask("GET", path)["value"]]

    # -- service hooks ------------------------------------------------------------------------------------

    def subscribe(self, event: str, project_id: str, url: str, password: str) -> JSON:
        """Create a Web Hooks subscription with Basic credentials.

        https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
        """
        body = {
            "publisherId": "tfs",
            "eventType": event,
            "resourceVersion": "1.0",
            "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "publisherInputs": {"projectId": project_id},
            "consumerInputs": {
                "url": url,
                "basicAuthUsername": HOOK_USER,
                "basicAuthPassword": password,
                "resourceDetailsToSend": "all",
            },
        }
        subscription: JSON = self.ask("POST", "_apis/hooks/subscriptions", json=body)
        return subscription
