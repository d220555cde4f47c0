"""The commands of docs/deploy.md: valid shell, and requests that Azure DevOps and the app understand."""

import json
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from autocoder import wire
from tests.containers.serving import Quiet, Server
from tests.infra.bicep import ROOT
from triggers.hooks.subscriptions import subscriptions

DOCUMENT = (ROOT / "docs" / "deploy.md").read_text("utf-8")
BLOCKS = [
    token.content for token in MarkdownIt().parse(DOCUMENT) if token.type == "fence" and token.info == "sh"
]
AZ = """#!/bin/sh
case "$*" in
"account get-access-token "*) echo synthetic-token ;;
"keyvault secret show "*) echo synthetic-password ;;
"functionapp function keys list "*) echo synthetic-key ;;
"role "*) echo "$*" >>"$0.calls" ;;
"functionapp keys list "*) echo synthetic-host-key ;;
*) exit 3 ;;
esac
"""
PROJECT = "eb6e4656-77fc-42a1-9181-4c6d8e9da5d1"


class Answer(Quiet, BaseHTTPRequestHandler):
    """Notes a request and answers with a project."""

    noted: list[dict]

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = {"method": self.command, "path": self.path, "headers": dict(self.headers)}
        self.noted.append({**asked, "body": json.loads(body) if body else None})
        answer = json.dumps({"id": PROJECT, "defaultTeam": {"id": "another"}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_POST(self):
        self.do_GET()


class Recorder(Server):
    """A server that notes every request."""

    def __init__(self):
        self.requests: list[dict] = []
        super().__init__(Answer, noted=self.requests)


@pytest.fixture
def recorder():
    recorder = Recorder()
    yield recorder
    recorder.close()


def blocks_with(*words: str) -> str:
    """Return the one block for each of *words*, as one script."""
    found = [[block for block in BLOCKS if word in block] for word in words]
    assert [len(each) for each in found] == [1] * len(words), words
    return "set -eu\n" + "".join(each[0] for each in found)


def run(tmp_path: Path, script: str, recorder: Recorder, **values: str) -> subprocess.CompletedProcess:
    """Run *script* with the values of an azd environment; the recorder stands for every host."""
    (tmp_path / "az").write_text(AZ)
    (tmp_path / "az").chmod(0o755)
    (tmp_path / "python3").symlink_to(sys.executable)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "TMPDIR": str(tmp_path),
        "AZURE_SUBSCRIPTION_ID": "22222222-2222-4222-8222-222222222222",
        "AZURE_DEVOPS_ORG_URL": f"{recorder.url}/contoso",
        "AZURE_KEY_VAULT_NAME": "kv-test",
        "AZURE_RESOURCE_GROUP": "rg-test",
        "AUTOCODER_FUNCTION_APP": "func-test",
        "AUTOCODER_URL": recorder.url,
        "AUTOCODER_APP_PRINCIPAL_ID": "app-principal",
        "AUTOCODER_READER_PRINCIPAL_ID": "reader-principal",
        "HOOK_SECRET_NAME": "hook-password",
        **values,
    }
    script = script.replace("https://vsaex.dev.azure.com", recorder.url)
    return subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True)


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_is_shell_without_a_warning(block):
    # Variables come from azd (SC2154), or from an earlier block and for a later one (SC2034).
    shellcheck = Path(sys.executable).with_name("shellcheck")
    command = [shellcheck, "--shell=sh", "--exclude=SC2154,SC2034", "-"]
    done = subprocess.run(command, input=block, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@needs_curl
def test_both_identities_become_users_with_a_basic_licence(tmp_path, recorder):
    done = run(tmp_path, blocks_with("serviceprincipalentitlements"), recorder)
    assert done.returncode == 0, done.stderr
    assert [one["body"]["servicePrincipal"] for one in recorder.requests] == [
        {"origin": "aad", "originId": principal, "subjectKind": "servicePrincipal"}
        for principal in ("app-principal", "reader-principal")
    ]
    for one in recorder.requests:
        assert one["body"]["accessLevel"] == {"accountLicenseType": "express"}
        assert one["path"] == "/contoso/_apis/serviceprincipalentitlements?api-version=7.1-preview.1"
        assert one["headers"]["Authorization"] == "Bearer synthetic-token"


@needs_curl
def test_both_service_hooks_reach_the_app_with_its_key_and_password(tmp_path, recorder):
    done = run(tmp_path, blocks_with("serviceprincipalentitlements", "_apis/hooks/subscriptions"), recorder)
    assert done.returncode == 0, done.stderr
    created = [one for one in recorder.requests if "/hooks/subscriptions" in one["path"]]
    assert [(one["method"], one["headers"]["Content-Type"]) for one in created] == [
        ("POST", "application/json")
    ] * 2
    assert [one["body"] for one in created] == [as_created(one) for one in subscriptions(recorder.url)]


def as_created(wanted):
    """A subscription that the app wants, with the project, the key and the password that its creator adds."""
    body = wire.dump(wanted)
    del body["description"]  # Azure DevOps describes events itself
    body["publisherInputs"]["projectId"] = PROJECT
    body["consumerInputs"]["url"] += "?code=synthetic-key"
    body["consumerInputs"]["basicAuthPassword"] = "synthetic-password"
    return body


@needs_curl
def test_the_password_of_the_hooks_is_left_in_no_file(tmp_path, recorder):
    run(tmp_path, blocks_with("serviceprincipalentitlements", "_apis/hooks/subscriptions"), recorder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["az", "python3"]


def test_removes_the_role_on_the_subscription_that_the_template_makes(tmp_path, recorder):
    script = blocks_with("az role assignment delete").replace("azd down", "")
    assert run(tmp_path, script, recorder).returncode == 0
    assigned, defined = (tmp_path / "az.calls").read_text().splitlines()
    name = "Autocoder quota reader (test)"
    assert f"--role {name} --assignee app-principal --scope" in assigned
    assert defined.endswith(f"--name {name}")
    assert "roleName: 'Autocoder quota reader (${token})'" in (ROOT / "infra" / "main.bicep").read_text()
    assert "name: 'kv-${token}'" in (ROOT / "infra" / "modules" / "vault.bicep").read_text()


def test_removes_no_role_assignment_without_its_principal(tmp_path, recorder):
    # az takes an empty assignee for none, and would delete the assignments of all principals.
    script = blocks_with("az role assignment delete").replace("azd down", "")
    assert run(tmp_path, script, recorder, AUTOCODER_APP_PRINCIPAL_ID="").returncode != 0
    assert not (tmp_path / "az.calls").exists()


@needs_curl
def test_the_check_asks_the_app_with_its_host_key(tmp_path, recorder):
    done = run(tmp_path, blocks_with("/api/doctor"), recorder)
    assert done.returncode == 0, done.stderr
    (asked,) = recorder.requests
    assert asked["path"] == "/api/doctor"
    assert asked["headers"]["x-functions-key"] == "synthetic-host-key"
