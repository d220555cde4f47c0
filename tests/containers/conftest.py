"""The real scripts of a container group as plain processes, with Azurite for blobs and Git over HTTP."""

import ssl
import subprocess
import time

import httpx
import pytest

from emulators import azurite
from emulators.certificates import ensure_certificates
from tests.containers.blobs import Runs
from tests.containers.group import Group
from tests.containers.remote import Remote
from tests.platform import a_base_port


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Azurite's container `runs`, over TLS."""
    state, base_port = tmp_path_factory.mktemp("azurite"), a_base_port()
    process = subprocess.Popen(azurite.command(state, base_port), cwd=state, stdout=subprocess.DEVNULL)
    bundle = ensure_certificates(state).bundle
    try:
        context = ssl.create_default_context(cafile=bundle)
        url = azurite.blob_url(base_port)
        for _ in range(400):
            try:
                httpx.get(url, verify=context, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield Runs(url, bundle)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def remote(tmp_path_factory):
    """A Git server with one small repository, which requires a token."""
    with Remote(tmp_path_factory.mktemp("remote")) as started:
        yield started


@pytest.fixture
def group(tmp_path, runs, remote):
    """A container group that has not begun; every process it starts is ended."""
    started = Group(tmp_path / "a group", runs, remote)
    yield started
    started.end()
