"""A person at the extension's pages: calls of `/api/boards` with two tokens, right or wrong."""

import httpx

from emulators.azure_devops.control.client import AzureDevOps
from emulators.extension import mint_app_token
from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST

SCOPES = ["vso.work", "vso.code", "vso.build_execute", "vso.project"]  # of the extension's manifest
PLACE = {"organization": ORGANIZATION, "project": PROJECT}


def access_token(platform, person, scopes=SCOPES, minutes=60):
    """An access token of *person* as the extension gets it."""
    with AzureDevOps(platform.url(AZURE_DEVOPS), ORGANIZATION) as control:
        return control.create_extension_token(person, scopes, minutes=minutes)


def contributor(platform, name):
    """A new person who may contribute to the sample's project, at the extension's pages."""
    address = f"{name}@boards.invalid"
    with AzureDevOps(platform.url(AZURE_DEVOPS), ORGANIZATION) as control:
        control.create_identity(name.capitalize(), address)
        control.add_to_group(address, rf"[{PROJECT}]\Contributors")
    return PageUser(platform, address)


class PageUser:
    """A person with an app token and an access token; either can be another one."""

    def __init__(self, platform, person, **tokens):
        self.app_token = tokens.get("app_token") or mint_app_token(platform.state, person)
        self.user_token = tokens.get("user_token") or access_token(platform, person)
        self.url = f"{platform.url(FUNCTIONS_HOST)}/api/boards"

    def ask(self, method, path, *, body=None, headers=None, **query):
        """Call a route; returns the answer. *headers* replace those of the sign-in; None leaves one out."""
        signed = {
            "Authorization": f"Bearer {self.app_token}",
            "X-Azure-DevOps-Token": self.user_token,
            **(headers or {}),
        }
        given = {name: value for name, value in signed.items() if value is not None}
        url = f"{self.url}/{path}"
        return httpx.request(method, url, params=query, json=body, headers=given, timeout=60, trust_env=False)

    def start(self, number, **fields):
        """Start a run of a work item in the sample's project; returns the answer."""
        headers = {"Idempotency-Key": fields.pop("key")} if "key" in fields else None
        body = {**PLACE, "workItemId": number, **fields}
        return self.ask("POST", "runs", body=body, headers=headers)


def refused(answer, status, code, words=""):
    """Check that *answer* is the error *code*, with *words* in its message."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    problem = answer.json()["error"]
    assert problem["code"] == code, problem
    assert words in problem["message"], problem
