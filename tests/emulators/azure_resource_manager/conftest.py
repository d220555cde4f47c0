import shutil
import time

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from emulators import identities, tokens
from emulators.azure_resource_manager.control.client import PlatformControl
from tests.emulators.running import running

SUBSCRIPTION = "00000000-0000-4000-8000-00000000000a"
GROUPS = "/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups"
IMAGES = """
[[image]]
name = "team/build"
[image.folders]
"/opt/team" = "team"
"""
ISOLATIONS = ["none", *(["bubblewrap"] if shutil.which("bwrap") else [])]


class Credential:
    def __init__(self, state, client_id, resource):
        self.token = tokens.mint(state, resource=resource, client_id=client_id)

    @classmethod
    def of(cls, emulator):
        return cls(emulator.state, identities.APP.client_id, tokens.RESOURCE_MANAGER_RESOURCE)

    def get_token(self, *scopes, **options):
        return AccessToken(self.token, 2**40)


def client_of(
    emulator, client_id=identities.APP.client_id, resource=tokens.RESOURCE_MANAGER_RESOURCE, **options
):
    return ContainerInstanceManagementClient(
        Credential(emulator.state, client_id, resource),
        SUBSCRIPTION,
        base_url=emulator.url,
        connection_verify=emulator.bundle,
        retry_total=0,
        **options,
    )


class Groups:
    """Container groups through the real SDK, and the control of the platform beside it."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.client = client_of(emulator)
        self.control = PlatformControl(emulator.url, emulator.bundle)
        self.isolation = self.control.isolation()

    def send(self, method, path, json=None, **query):
        """One raw request under the subscription, with a token and the served api-version."""
        return httpx.request(
            method,
            f"{self.emulator.url}/subscriptions/{SUBSCRIPTION}{path}",
            params={"api-version": "2023-05-01", **query},
            json=json,
            headers={"Authorization": "Bearer " + Credential.of(self.emulator).token},
            verify=self.emulator.tls,
        )

    def put(self, name, body):
        return self.client.container_groups.begin_create_or_update("rg", name, body, polling=False)

    def get(self, name):
        return self.client.container_groups.get("rg", name)

    def delete(self, name):
        return self.client.container_groups.begin_delete("rg", name, polling=False)

    def log(self, name, container):
        return self.client.containers.list_logs("rg", name, container).content

    def when(self, name, condition, seconds=10):
        """Poll until *condition* holds for the group and return it; the API has no event to wait for."""
        end = time.monotonic() + seconds
        while not condition(group := self.get(name)):
            assert time.monotonic() < end, f"still {group.instance_view.state}, {group.provisioning_state}"
            time.sleep(0.01)
        return group

    def ended(self, name):
        return self.when(name, lambda g: g.instance_view.state in ("Succeeded", "Failed"))

    def running(self, name):
        return self.when(name, lambda g: g.instance_view.state == "Running")

    def run(self, name, body):
        self.put(name, body)
        return self.ended(name)

    def folder(self, name):
        return next((self.emulator.state / "azure_resource_manager" / "groups").glob(name + "-*"))


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    (folder / "team").mkdir()
    (folder / "team" / "tool.sh").write_text("#!/bin/sh\necho tool of the team\n")
    (folder / "images.toml").write_text(IMAGES)
    return folder / "images.toml"


@pytest.fixture(scope="package", params=ISOLATIONS)
def platform(request, tmp_path_factory, images):
    state = tmp_path_factory.mktemp("with space")
    arguments = ("--images", str(images), "--isolation", request.param)
    generous = ("--per-five-minutes", "10000", "--per-hour", "10000")
    with running("azure_resource_manager", state, *arguments, *generous) as emulator:
        yield Groups(emulator)


@pytest.fixture
def groups(platform):
    yield platform
    platform.control.no_trouble()
    for group in platform.client.container_groups.list_by_resource_group("rg"):
        platform.when(group.name, lambda g: g.provisioning_state not in ("Repairing",))
        platform.delete(group.name)
    assert platform.control.processes() == {}
