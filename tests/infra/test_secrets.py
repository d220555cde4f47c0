"""infra/secrets.sh with a stand-in for the Azure CLI that records its calls."""

import json
import os
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.bicep import INFRA

# As in Azure, a resource is found in its own subscription only. The default subscription of az is another.
AZ = """#!/bin/sh
printf '%s\\n' "$*" >>"$ASKED/calls"
case " $* " in
*" --subscription 22222222-2222-4222-8222-222222222222 "*) ;;
*) echo "(ResourceGroupNotFound) Resource group could not be found." >&2; exit 3 ;;
esac
case "$1 $2 $3" in
"keyvault secret list") [ ! -e "$ASKED/forbidden" ] || exit 1; ls "$ASKED/secrets" ;;
"keyvault secret set")
    while [ $# -gt 0 ]; do
        case $1 in --name) name=$2 ;; --file) file=$2 ;; esac
        shift
    done
    cp "$file" "$ASKED/secrets/$name" && ls -l "$file" >>"$ASKED/modes" && echo "$file" >>"$ASKED/files" ;;
esac
"""
AZD = """#!/bin/sh
[ "$1 $2" = "env get-value" ] && value=$(grep "^$3=" "$ASKED/environment") && echo "${value#*=}"
"""
KNOWN = {
    "AZURE_SUBSCRIPTION_ID": "22222222-2222-4222-8222-222222222222",
    "AZURE_RESOURCE_GROUP": "rg-test",
    "AZURE_KEY_VAULT_NAME": "kv-test",
    "AUTOCODER_APP_PRINCIPAL_ID": "11111111-1111-4111-8111-111111111111",
    "HOOK_SECRET_NAME": "hook-password",
    "CALLBACK_KEY_SECRET": "callback-key",
}


@dataclass
class Azure:
    folder: Path

    def run(self, *names: str, value: str = "", known: dict[str, str] = KNOWN) -> subprocess.CompletedProcess:
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        environment = {
            **known,
            "PATH": path,
            "ASKED": str(self.folder),
            "ATTEMPTS": "2",
            "PAUSE": "0",
        }
        command = ["sh", str(INFRA / "secrets.sh"), *names]
        return subprocess.run(command, input=value, env=environment, capture_output=True, text=True)

    def secret(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text()

    @property
    def calls(self) -> str:
        return (self.folder / "calls").read_text()

    @property
    def granted(self) -> list[str]:
        line = next(line for line in self.calls.splitlines() if line.startswith("deployment group create"))
        return json.loads(line.split("secretNames=", 1)[1])


@pytest.fixture
def azure(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "secrets").mkdir()
    for name, text in (("az", AZ), ("azd", AZD)):
        program = tmp_path / "bin" / name
        program.write_text(text)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Azure(tmp_path)


def test_generates_the_hook_password_and_the_callback_key_and_lets_the_app_read_them(azure):
    done = azure.run()
    assert done.returncode == 0, done.stderr
    assert len(azure.secret("hook-password")) == len(azure.secret("callback-key")) == 64
    assert azure.secret("hook-password") != azure.secret("callback-key")
    assert azure.granted == ["callback-key", "hook-password"]


def test_works_when_the_default_subscription_of_the_azure_cli_is_another_one(azure):
    done = azure.run("anthropic-api-key", value="synthetic value\n")
    assert done.returncode == 0, done.stderr
    named = f"--subscription {KNOWN['AZURE_SUBSCRIPTION_ID']}"
    assert [line for line in azure.calls.splitlines() if named not in line] == []


def test_asks_azd_for_values_that_the_environment_lacks(azure):
    (azure.folder / "environment").write_text("".join(f"{name}={text}\n" for name, text in KNOWN.items()))
    done = azure.run(known={})
    assert done.returncode == 0, done.stderr
    assert azure.granted == ["callback-key", "hook-password"]


@pytest.mark.parametrize("name", KNOWN)
def test_changes_nothing_when_a_value_of_the_environment_is_empty_or_missing(azure, name):
    others = {one: text for one, text in KNOWN.items() if one != name}
    empty = azure.run(known={**KNOWN, name: ""})
    assert empty.returncode == 2
    assert name in empty.stderr
    (azure.folder / "environment").touch()
    missing = azure.run(known=others)
    assert missing.returncode == 2
    assert name in missing.stderr
    assert not (azure.folder / "calls").exists()


def test_knows_the_hook_secret_of_an_environment_made_by_an_earlier_template(azure):
    known = {name: text for name, text in KNOWN.items() if name != "HOOK_SECRET_NAME"}
    done = azure.run(known={**known, "HOOK_PASSWORD_SECRET": "chosen-name"})
    assert done.returncode == 0, done.stderr
    assert azure.granted == ["callback-key", "chosen-name"]


def test_keeps_existing_secrets(azure):
    (azure.folder / "secrets" / "hook-password").write_text("chosen")
    assert azure.run().returncode == 0
    assert azure.run().returncode == 0
    assert azure.secret("hook-password") == "chosen"
    assert azure.calls.count("secret set") == 1


def test_reads_the_value_of_a_named_secret_from_a_pipe(azure):
    assert azure.run("anthropic-api-key", value="synthetic value\n").returncode == 0
    assert azure.secret("anthropic-api-key") == "synthetic value"
    assert azure.granted == ["anthropic-api-key", "callback-key", "hook-password"]


def test_replaces_a_generated_secret_when_it_is_named(azure):
    assert azure.run("hook-password", value="chosen\n").returncode == 0
    assert azure.secret("hook-password") == "chosen"
    assert azure.granted == ["callback-key", "hook-password"]  # a repeated name would fail the deployment


def test_shows_no_value_to_others_and_leaves_none_behind(azure):
    done = azure.run("anthropic-api-key", value="synthetic value\n")
    assert "synthetic value" not in done.stdout + done.stderr + azure.calls
    assert azure.secret("callback-key") not in done.stdout + done.stderr + azure.calls
    assert {line[:10] for line in (azure.folder / "modes").read_text().splitlines()} == {"-rw-------"}
    assert [path for path in (azure.folder / "files").read_text().split() if Path(path).exists()] == []


def test_changes_nothing_when_the_vault_cannot_be_listed(azure):
    (azure.folder / "forbidden").touch()
    done = azure.run("anthropic-api-key", value="x\n")
    assert done.returncode != 0
    assert "Key Vault Secrets Officer" in done.stderr
    assert "secret set" not in azure.calls
    assert "deployment" not in azure.calls


@pytest.mark.parametrize("name", ["a b", "a/b", "--file", '"', "$(id)", ""])
def test_refuses_an_invalid_secret_name(azure, name):
    assert azure.run(name, value="x\n").returncode == 2
    assert not (azure.folder / "calls").exists()


def test_refuses_an_empty_value(azure):
    assert azure.run("anthropic-api-key", value="\n").returncode == 2
    assert "deployment" not in azure.calls
