"""`python -m emulators.azurite`: Microsoft's emulator, started on its own."""

import signal
import ssl
import subprocess
import sys

import httpx
import pytest

from emulators import azurite
from emulators.certificates import ensure_certificates
from emulators.platform.processes import ROOT
from tests.platform import a_base_port

SECONDS = 30


@pytest.fixture
def alone(tmp_path):
    base_port = a_base_port()
    command = [sys.executable, "-m", "emulators.azurite", "--state", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--base-port", str(base_port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    yield process, base_port, tmp_path
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_prints_its_addresses_serves_them_over_tls_and_ends_with_ctrl_c(alone):
    process, base_port, state = alone
    urls = [azurite.blob_url(base_port), azurite.queue_url(base_port), azurite.table_url(base_port)]
    waiting = set(azurite.READY)
    printed = ""
    while waiting:
        line = process.stdout.readline()
        assert line, f"it ended: {printed}"
        printed += line
        waiting = {sign for sign in waiting if sign not in line}
    assert all(url.rpartition("/")[0] in printed for url in urls)
    trust = ssl.create_default_context(cafile=ensure_certificates(state).authority)
    for url in urls:
        assert httpx.get(url, verify=trust, trust_env=False).status_code in (400, 403)
    process.send_signal(signal.SIGINT)
    assert process.wait(SECONDS) == 0


def test_says_what_to_do_where_it_is_not_installed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "emulators.azurite", "--state", str(tmp_path)],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 1
    assert done.stderr == "Node.js is not installed. Install Node 20 or later (https://nodejs.org).\n"
