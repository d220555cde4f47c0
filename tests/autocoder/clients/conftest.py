"""The Azure side of the platform, and this process's clients connected to it."""

import contextlib
import socket
import subprocess
import time

import httpx
import pytest

from autocoder.clients.connect import Clients
from autocoder.settings import read_settings
from emulators import azurite, identities
from emulators.identity.state import identity_header
from tests.emulators.running import running
from tests.platform import a_base_port

IMAGES = """
[[image]]
name = "autocoder.azurecr.io/autocoder/runner"
[image.folders]
"""


@contextlib.contextmanager
def running_azurite(state):
    """Azurite on free ports; yields the base port from which they count."""
    base = a_base_port()
    process = subprocess.Popen(azurite.command(state, base), stdout=subprocess.DEVNULL, cwd=state)
    try:
        for service in azurite.AZURITE:
            _wait_for(service.port(base), process)
        yield base
    finally:
        process.terminate()
        process.wait(15)


def _wait_for(port, process, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "Azurite ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


class Cloud:
    """The emulators started so far, by name, and the app's `settings`."""

    def __init__(self, state):
        self.state = state
        self.urls = {}
        self.settings = {
            "AZURE_DEVOPS_ORG_URL": "http://127.0.0.1:1/fabrikam",
            "KEY_VAULT_URL": "https://127.0.0.1:1",
            "RESOURCE_MANAGER_URL": "https://127.0.0.1:1",
            "AZURE_SUBSCRIPTION_ID": "11111111-1111-4111-8111-111111111111",
            "CONTAINER_RESOURCE_GROUP": "rg",
            "CONTAINER_LOCATION": "westeurope",
            "IMAGE_REGISTRY": "autocoder.azurecr.io",
            "PUBLIC_URL": "http://127.0.0.1:1",
            "BLOB_URL": "https://127.0.0.1:1/devstoreaccount1",
            "TABLE_URL": "https://127.0.0.1:1/devstoreaccount1",
            "AZURE_CLIENT_ID": identities.APP.client_id,
        }

    @property
    def bundle(self):
        return str(self.state / "certificates" / "bundle.pem")

    def clients(self, **changes):
        return Clients(read_settings({**self.settings, **changes}))

    def fault(self, name, **fault):
        """Make the next matching request to emulator *name* fail."""
        answer = httpx.post(self.urls[name] + "/_control/faults", json=fault, verify=self.tls())
        assert answer.is_success, answer.text

    def tls(self):
        import ssl

        return ssl.create_default_context(cafile=self.bundle)


@pytest.fixture(scope="package")
def cloud(tmp_path_factory):
    state = tmp_path_factory.mktemp("cloud")
    cloud = Cloud(state)
    with running("identity", state) as identity, pytest.MonkeyPatch.context() as patch:
        from emulators.certificates import ensure_certificates

        ensure_certificates(state)
        patch.setenv("IDENTITY_ENDPOINT", identity.url + "/msi/token")
        patch.setenv("IDENTITY_HEADER", identity_header(state))
        patch.setenv("REQUESTS_CA_BUNDLE", cloud.bundle)
        patch.setenv("SSL_CERT_FILE", cloud.bundle)
        yield cloud


@pytest.fixture(scope="package")
def vault(cloud):
    with running("key_vault", cloud.state) as emulator:
        cloud.urls["key_vault"] = cloud.settings["KEY_VAULT_URL"] = emulator.url
        yield cloud


@pytest.fixture(scope="package")
def storage(cloud):
    with running_azurite(cloud.state) as base:
        cloud.settings["BLOB_URL"] = azurite.blob_url(base)
        cloud.settings["TABLE_URL"] = azurite.table_url(base)
        yield cloud


@pytest.fixture(scope="package")
def resource_manager(cloud):
    images = cloud.state / "images.toml"
    images.write_text(IMAGES)
    arguments = ("--images", str(images), "--isolation", "none")
    with running("azure_resource_manager", cloud.state, *arguments) as emulator:
        cloud.urls["azure_resource_manager"] = cloud.settings["RESOURCE_MANAGER_URL"] = emulator.url
        yield cloud
