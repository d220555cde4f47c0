"""A client that fills the emulator for tests and the benchmark, through the REST API where possible.

https://learn.microsoft.com/rest/api/azure/devops
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import httpx

JSON = dict[str, Any]
ADMINISTRATOR = "fabrikamfiber16@hotmail.com"  # Normal Paulk, of Microsoft's samples
CONTRIBUTOR = "fabrikamfiber4@hotmail.com"  # Jamal Hartnett
VISITOR = "fabrikamfiber3@hotmail.com"  # Chuck Reinhart, who only reads
VERSION = {"api-version": "7.1"}
PREVIEW = {"api-version": "7.1-preview.4"}


class AzureDevOps:
    """An organisation of the emulator at *url* (`http://127.0.0.1:7072`), used by one person.

    Every method raises `httpx.HTTPStatusError` when the emulator refuses.
    """

    def __init__(self, url: str, organization: str = "contoso", *, person: str = ADMINISTRATOR) -> None:
        self.url = url.rstrip("/")
        self.organization = organization
        self.pat = secrets.token_urlsafe(39)
        self._http = httpx.Client(auth=("", self.pat), timeout=60)
        self.create_pat(self.pat, person)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # -- control routes: not in Azure DevOps --------------------------------------------------------------

    def create_pat(self, token: str, person: str, scopes: list[str] | None = None) -> str:
        """Make *token* a personal access token of *person* (address, name or id) and return it."""
        self._control("pats", {"token": token, "identity": person, "scopes": scopes})
        return token

    def create_extension_token(self, person: str, scopes: list[str], *, minutes: float = 60) -> str:
        """Return an access token of *person*, cut to *scopes*, as an extension gets it."""
        body = {"person": person, "scopes": scopes, "minutes": minutes}
        return str(self._control("extension/tokens", body)["token"])

    def create_identity(self, name: str, address: str, *, kind: str = "user") -> JSON:
        """Create a person, a group (`kind="group"`) or an application (`"servicePrincipal"`): `{id, ...}`."""
        return self._control("identities", {"displayName": name, "uniqueName": address, "kind": kind})

    def add_to_group(self, person: str, group: str, *, member: bool = True) -> None:
        r"""Add *person* to *group* (`[Project]\Contributors`), or remove them with *member* false."""
        self._control("memberships", {"identity": person, "group": group, "member": member})

    def grant(self, person: str, token: str, *, allow: int = 0, deny: int = 0) -> None:
        """Allow or deny Git permissions (bits) at a token such as `repoV2/{project}/{repository}`."""
        self._control("permissions", {"identity": person, "token": token, "allow": allow, "deny": deny})

    def switch(self, **switches: Any) -> JSON:
        """Change switches such as `linkWorkItems`; returns all switches (see `SWITCHES`)."""
        return self._control("switches", switches)

    def add_fault(self, **fault: Any) -> None:
        """Make the next matching requests fail; for the fields see `emulators/faults.py`."""
        self._http.post(f"{self.url}/_control/faults", json=fault).raise_for_status()

    def set_subscription_status(self, subscription_id: str, status: str) -> JSON:
        """Give a service hook subscription a status such as `onProbation` or `disabledBySystem`."""
        return self._control(f"subscriptions/{subscription_id}", {"status": status})

    def waiting_notifications(self) -> int:
        """Return how many notifications of service hooks are still being delivered."""
        return int(self._read(f"{self.url}/_control/notifications")["waiting"])

    def create_project(self, name: str, *, process: str = "Agile", description: str = "") -> JSON:
        """Create a project, or return the existing one with that name: `{id, name, organization}`."""
        body = {"name": name, "process": process, "description": description}
        return self._control(f"organizations/{quote(self.organization)}/projects", body)

    def import_repository(self, project: str, name: str, path: Path) -> JSON:
        """Create a repository with the branches and tags of the one at *path*: `{id, name, head}`."""
        return self._control(self._repositories(project), {"name": name, "path": str(path.absolute())})

    def create_repository(self, project: str, name: str) -> JSON:
        """Create an empty repository, or return the existing one with that name: `{id, name, head}`."""
        return self._control(self._repositories(project), {"name": name})

    def create_pipeline(self, project: str, name: str, repository: str, path: str, **more: Any) -> JSON:
        """Create a pipeline of the YAML file at *path*, or change the one with that name: `{id, name}`."""
        body = {"name": name, "repository": repository, "path": path, **more}
        return self._control(self._inside(project, "pipelines"), body)

    def create_service_connection(self, project: str, name: str, kind: str, url: str, **secrets: str) -> JSON:
        """Create a service connection with *secrets* such as `apitoken`, or change the one with that name."""
        body = {"name": name, "type": kind, "url": url, "parameters": secrets}
        return self._control(self._inside(project, "service-connections"), body)

    def create_variable_group(self, project: str, name: str, variables: JSON) -> JSON:
        """Create a variable group of `{name: {value, isSecret}}`, or change the one with that name."""
        return self._control(self._inside(project, "variable-groups"), {"name": name, "variables": variables})

    # -- the REST API -----------------------------------------------------------------------------------

    def clone_url(self, project: str, repository: str) -> str:
        """Return the address to clone from, without a credential."""
        return f"{self.url}/{quote(self.organization)}/{quote(project)}/_git/{quote(repository)}"

    def page_url(self, project: str, work_item: int) -> str:
        """Return the address of a work item's page."""
        return f"{self.url}/{quote(self.organization)}/{quote(project)}/_workitems/edit/{work_item}"

    def create_work_item(self, project: str, kind: str, title: str, **fields: Any) -> JSON:
        """Create a work item; *fields* are reference names with `.` as `__`, or `description` and `tags`."""
        named = {"description": "System.Description", "tags": "System.Tags"}
        values = {"System.Title": title}
        values |= {named.get(name, name.replace("__", ".")): value for name, value in fields.items()}
        patch = [{"op": "add", "path": f"/fields/{name}", "value": value} for name, value in values.items()]
        return self._patch("POST", self.api(project, f"wit/workitems/${quote(kind)}"), patch)

    def update_work_item(self, project: str, number: int, fields: Mapping[str, Any]) -> JSON:
        """Replace fields of a work item."""
        patch = [
            {"op": "replace", "path": f"/fields/{name}", "value": value} for name, value in fields.items()
        ]
        return self._patch("PATCH", self.api(project, f"wit/workitems/{number}"), patch)

    def add_tag(self, project: str, number: int, tag: str) -> JSON:
        """Add a tag to a work item, keeping its other tags."""
        patch = [{"op": "add", "path": "/fields/System.Tags", "value": tag}]
        return self._patch("PATCH", self.api(project, f"wit/workitems/{number}"), patch)

    def work_item(self, project: str, number: int) -> JSON:
        """Return a work item with its relations."""
        return self._read(self.api(project, f"wit/workitems/{number}"), **{"$expand": "all"})

    def comments(self, project: str, number: int) -> list[JSON]:
        """Return the comments of a work item, oldest first."""
        path = self.api(project, f"wit/workItems/{number}/comments")
        return list(self._read(path, order="asc", **PREVIEW)["comments"])

    def add_comment(self, project: str, number: int, text: str) -> JSON:
        """Comment on a work item."""
        return self._send(
            "POST", self.api(project, f"wit/workItems/{number}/comments"), {"text": text}, PREVIEW
        )

    def pull_requests(self, project: str, repository: str, *, status: str = "all") -> list[JSON]:
        """Return the pull requests of a repository, newest first."""
        path = self.api(project, f"git/repositories/{quote(repository)}/pullrequests")
        return list(self._read(path, **{"searchCriteria.status": status})["value"])

    def pull_request(self, project: str, repository: str, number: int) -> JSON:
        """Return a pull request with its work items."""
        path = self.api(project, f"git/repositories/{quote(repository)}/pullrequests/{number}")
        return self._read(path, includeWorkItemRefs="true")

    def create_pull_request(self, project: str, repository: str, **body: Any) -> JSON:
        """Create a pull request; *body* is `sourceRefName`, `targetRefName`, `title` and so on."""
        return self._send(
            "POST", self.api(project, f"git/repositories/{quote(repository)}/pullrequests"), body
        )

    def protect_branch(self, project: str, repository_id: str, branch: str = "main", *, kind: str) -> JSON:
        """Put a blocking policy (type id *kind*, see `policy/models.py`) on a branch."""
        scope = {"repositoryId": repository_id, "refName": f"refs/heads/{branch}", "matchKind": "Exact"}
        settings = {"scope": [scope], "buildDefinitionId": 1}
        body = {"type": {"id": kind}, "isEnabled": True, "isBlocking": True, "settings": settings}
        return self._send("POST", self.api(project, "policy/configurations"), body)

    def subscribe(
        self, url: str, event: str, *, user: str = "", password: str = "", headers: str = "", **filters: str
    ) -> JSON:
        """Subscribe *url* to *event* (`workitem.updated`); *filters* are inputs such as `projectId`."""
        consumer = {
            "url": url,
            "basicAuthUsername": user,
            "basicAuthPassword": password,
            "httpHeaders": headers,
        }
        body = {
            "publisherId": "tfs",
            "eventType": event,
            "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "publisherInputs": filters,
            "consumerInputs": {name: value for name, value in consumer.items() if value},
        }
        return self._send("POST", self.api("", "hooks/subscriptions"), body)

    def subscription(self, subscription_id: str) -> JSON:
        """Return a subscription, with its status."""
        return self._read(self.api("", f"hooks/subscriptions/{subscription_id}"))

    def notifications(self, subscription_id: str) -> list[JSON]:
        """Return the notifications of a subscription, newest first."""
        return list(self._read(self.api("", f"hooks/subscriptions/{subscription_id}/notifications"))["value"])

    def api(self, project: str, path: str) -> str:
        """Return the address of a REST resource of a project, or of the organisation."""
        scope = f"/{quote(project)}" if project else ""
        return f"{self.url}/{quote(self.organization)}{scope}/_apis/{path}"

    def _repositories(self, project: str) -> str:
        return self._inside(project, "repositories")

    def _inside(self, project: str, part: str) -> str:
        return f"organizations/{quote(self.organization)}/projects/{quote(project)}/{part}"

    def _control(self, path: str, body: Mapping[str, Any]) -> JSON:
        response = self._http.post(f"{self.url}/_control/{path}", json=dict(body))
        return _answer(response)

    def _read(self, url: str, **query: str) -> JSON:
        return _answer(self._http.get(url, params={**VERSION, **query}))

    def _send(self, method: str, url: str, body: JSON, version: Mapping[str, str] = VERSION) -> JSON:
        return _answer(self._http.request(method, url, json=body, params=dict(version)))

    def _patch(self, method: str, url: str, patch: list[JSON]) -> JSON:
        headers = {"Content-Type": "application/json-patch+json"}
        return _answer(self._http.request(method, url, json=patch, params=VERSION, headers=headers))


def _answer(response: httpx.Response) -> JSON:
    """Return the JSON of an answer; raises `httpx.HTTPStatusError` that quotes an error answer."""
    if response.is_error:
        message = (
            f"{response.status_code} {response.request.method} {response.request.url}: {response.text[:500]}"
        )
        raise httpx.HTTPStatusError(message, request=response.request, response=response)
    return dict(response.json())
