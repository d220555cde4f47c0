"""Azure DevOps with a project and a repository, and the app's client of it."""

import dataclasses

import httpx
import pytest

from tests.autocoder.changes.packs import Repo
from tests.emulators.running import running

ORGANIZATION, PROJECT = "fabrikam", "My Project"
FILES = {
    "README.md": b"# Web\n",
    "src/app.py": b"print(1)\n",
    ".azuredevops/autocoder.yml": b"verify: [make]\n",
    "big.bin": b"x" * 5000,
}


class DevOps:
    """The emulator with its control calls."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.url = cloud.urls["azure_devops"]

    def control(self, path, body=None):
        answer = httpx.post(f"{self.url}/_control/{path}", json=body or {})
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, **fault):
        self.cloud.fault("azure_devops", **fault)

    def connect(self, **settings):
        clients = self.cloud.clients(**settings)
        return clients, clients.azure_devops(ORGANIZATION)

    def rest(self, method, path, body=None, content_type="application/json"):
        """A call of the REST API as the app's identity, without the product's client."""
        header = self.cloud.clients().authorization(ORGANIZATION)
        headers = {"Authorization": header, "Content-Type": content_type}
        answer = httpx.request(method, f"{self.url}/{ORGANIZATION}/{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def new_work_item(self, title="A bug", **fields):
        body = [{"op": "add", "path": "/fields/System.Title", "value": title}]
        body += [{"op": "add", "path": f"/fields/{name}", "value": value} for name, value in fields.items()]
        return self.rest(
            "POST", f"{PROJECT}/_apis/wit/workitems/$Bug?api-version=7.1", body, "application/json-patch+json"
        )["id"]


@pytest.fixture(scope="package")
def devops(cloud):
    with running("azure_devops", cloud.state) as emulator:
        cloud.urls["azure_devops"] = emulator.url
        cloud.settings["AZURE_DEVOPS_ORG_URL"] = f"{emulator.url}/{ORGANIZATION}"
        devops = DevOps(cloud)
        devops.control(f"organizations/{ORGANIZATION}/projects", {"name": PROJECT})
        yield devops


@dataclasses.dataclass
class Hosted:
    """A repository on the server, and the local one that was pushed to it."""

    name: str
    id: str
    local: Repo

    @property
    def base(self):
        return self.local.base


@pytest.fixture
def hosted(devops, tmp_path, request):
    local = Repo(tmp_path / "local", FILES)
    name = f"web {abs(hash(request.node.nodeid))}"
    body = {"name": name, "path": str(local.folder / ".git")}
    made = devops.control(f"organizations/{ORGANIZATION}/projects/{PROJECT}/repositories", body)
    return Hosted(name, made["id"], local)


@pytest.fixture(scope="package")
def client(devops):
    return devops.connect()[1]
