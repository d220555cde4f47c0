"""Every call of the Azure CLI names the subscription: az's own default may be another one."""

import subprocess

import pytest
import yaml

from tests.infra.az_calls import calls, calls_of, files
from tests.infra.bicep import ROOT

# Commands that cannot name the environment's subscription, each with the reason.
EXCEPTIONS = {
    "login": "signs in to the tenant, before a subscription is chosen",
    "account get-access-token": "asks for a token of Azure DevOps, which belongs to no subscription",
    "account list": "lists the subscriptions to choose from",
    "account show": "asks for the subscription of the pipeline's service connection, which later calls name",
}
FOUND = [(path.relative_to(ROOT).as_posix(), call) for path in files() for call in calls_of(path)]
PREPROVISION = yaml.safe_load((ROOT / "azure.yaml").read_text())["hooks"]["preprovision"]
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
NAMED = '--subscription "$AZURE_SUBSCRIPTION_ID"'


def test_every_call_names_the_subscription():
    unnamed = [(name, call.text) for name, call in FOUND if not call.names_the_subscription()]
    assert [(name, text) for name, text in unnamed if calls(text)[0].command not in EXCEPTIONS] == []


def test_every_exception_is_in_use_and_names_no_subscription():
    used = {call.command for _, call in FOUND if not call.names_the_subscription()}
    assert used == set(EXCEPTIONS)


def test_providers_are_registered_before_anything_is_deployed():
    registered = [call for _, call in FOUND if call.command == "provider register"]
    assert registered
    assert [call.text for call in registered if "--wait" not in call.text.split()] == []


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("azure.yaml", "provider register"),
        ("infra/secrets.sh", "keyvault secret list"),
        ("infra/secrets.sh", "keyvault secret set"),
        ("infra/secrets.sh", "deployment group create"),
        ("docs/deploy.md", "acr build"),
        ("docs/deploy.md", "functionapp list-flexconsumption-locations"),
        ("pipelines/build-containers.yml", "acr login"),
        ("pipelines/publish.sh", "acr repository update"),
    ],
)
def test_finds_the_calls_of_scripts_hooks_documents_and_pipelines(name, command):
    assert command in {call.command for path, call in FOUND if path == name}


@pytest.mark.parametrize(
    "script",
    [
        f"az group list {NAMED}",
        f"az group list \\\n    --output tsv \\\n    {NAMED}\n",
        f"until az group list --query 'a || b' {NAMED}; do sleep 1; done",
        f'az group list --name "$(basename "$x")" {NAMED} 2>&1',
        f'az group list --query "[?a==\\"b\\"].c" {NAMED} # with a remark',
    ],
)
def test_accepts_a_call_that_names_the_subscription(script):
    assert [call.names_the_subscription() for call in calls(script)] == [True]


@pytest.mark.parametrize(
    "script",
    [
        "az group list",
        "az group list --subscription other",
        "az group list --subscription $AZURE_SUBSCRIPTION_ID",
        f"az group list --subscription other {NAMED}",
        f"az group list # {NAMED}",
        f"az group list && echo {NAMED}",
        f"az group list | grep x {NAMED}",
        f"az group list\n    {NAMED}\n",
        f'/usr/bin/az group list --name "$(name {NAMED})"',
        '"$(az group list)"',
        'az "$@"',
    ],
)
def test_finds_a_call_that_does_not_name_the_subscription(script):
    assert [call.names_the_subscription() for call in calls(script)] == [False]


@pytest.mark.parametrize(
    ("script", "named"),
    [
        (f"az group list; az group show {NAMED}", [False, True]),
        (f"az group list {NAMED} && az group show", [True, False]),
        (f'az group show --name "$(az group list {NAMED})"', [False, True]),
        (f'az group show --name "$(az group list)" {NAMED}', [True, False]),
        (f'eval "az group list"\naz group show {NAMED} --name "x"', [False, True]),
    ],
)
def test_judges_each_of_several_calls_by_its_own_options(script, named):
    assert [call.names_the_subscription() for call in calls(script)] == named


def test_the_word_az_by_itself_is_not_a_call():
    assert calls("command -v az >/dev/null || exit 1\n# az is needed\necho $az x\nblaz x\n") == []


def provision(tmp_path, **environment):
    """Run the hook with an `az` that notes its arguments; return the process and those arguments."""
    (tmp_path / "az").write_text('#!/bin/sh\necho "$*" >>"$0.calls"\n')
    (tmp_path / "az").chmod(0o755)
    command = [PREPROVISION["shell"], "-c", PREPROVISION["run"]]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", **environment}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    noted = tmp_path / "az.calls"
    return done, noted.read_text().splitlines() if noted.exists() else []


def test_the_provider_of_container_groups_is_registered_in_the_subscription_of_the_environment(tmp_path):
    done, noted = provision(tmp_path, AZURE_SUBSCRIPTION_ID=SUBSCRIPTION)
    assert done.returncode == 0, done.stderr
    assert noted == [
        f"provider register --namespace Microsoft.ContainerInstance --subscription {SUBSCRIPTION} --wait"
    ]


@pytest.mark.parametrize("environment", [{}, {"AZURE_SUBSCRIPTION_ID": ""}])
def test_nothing_is_registered_while_the_environment_has_no_subscription(tmp_path, environment):
    done, noted = provision(tmp_path, **environment)
    assert done.returncode != 0
    assert "azd env set AZURE_SUBSCRIPTION_ID" in done.stderr
    assert noted == []
