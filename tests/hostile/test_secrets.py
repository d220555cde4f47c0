"""Secrets of a run that its agent puts wherever it can never appear outside the run."""

import json

import pytest

from emulators.ports import AZURE_DEVOPS
from tests.hostile.attacks import attack_on
from tests.hostile.evidence import ProcessWatch, everything, sightings
from tests.hostile.secrets_of_a_run import secrets_of

OF_THE_CLONE = {"clone token": "{}", "signature of inputs.json": "https://x.invalid/?sv=1&sig={}"}
OF_THE_APP = ("hook password", "callback key")  # no container gets them
TOLD = 'until [ -e "$here.secrets" ]; do sleep 0.05; done'
PLANTED = f"""
    {TOLD}
    cat "$here.secrets" "$here.clone"; cat "$here.secrets" "$here.clone" >&2
    while read -r secret; do
        printf %s "$secret" | base64 -w0; echo
        printf 'x%s' "$secret" | base64 -w0; echo
        printf '{{"token": "%s", "url": "https://x/?q=%s"}}\\n' "$secret" "$secret"
        printf %s "$secret" | python3 -c 'import urllib.parse as u; print(u.quote(input(), safe=""))'
    done <"$here.secrets"
    echo changed >notes.txt
    git add notes.txt
    git -c user.name=a -c user.email=a@a commit -q -F "$here.secrets"
    said=$(tr '\\n' ' ' <"$here.secrets")
"""


@pytest.fixture(scope="module")
def watch():
    with ProcessWatch() as watching:
        yield watching


@pytest.fixture(scope="module")
def secrets(hostile, watch):
    """Return the secrets of a run in progress, name -> value."""
    return lambda run_id: secrets_of(hostile, run_id, watch)


def plant(attack, secrets):
    """Start the run, and give its agent the secrets while it works."""
    attack.start().reached("running")
    found = secrets(attack.run_id)
    cloned = [form.format(found[name]) for name, form in OF_THE_CLONE.items()]
    held = [secret for name, secret in found.items() if name not in (*OF_THE_CLONE, *OF_THE_APP)]
    attack.tell("clone", "\n".join(cloned) + "\n")
    attack.tell("secrets", "\n".join(held) + "\n")
    return found


@pytest.fixture(scope="module")
def printed(hostile, secrets):
    """A run whose agent prints its secrets, commits with them, and ends with them as its last words."""
    planted = attack_on(hostile, PLANTED)
    found = plant(planted, secrets)
    return planted, planted.published_once(), found


@pytest.fixture(scope="module")
def told_by_a_service(hostile, secrets):
    """A run that ends with a service's error whose text contains the secrets."""
    attack = attack_on(hostile, f"{TOLD}; echo changed >notes.txt")
    attack.start().reached("running")
    found = secrets(attack.run_id)
    words = " ".join(f"sig={secret}" if "signature" in name else secret for name, secret in found.items())
    body = json.dumps({"message": words, "typeKey": "GitPullRequestException"})
    hostile.fault(AZURE_DEVOPS, method="POST", path="(?i)/pullrequests\\?", times=2, status=400, body=body)
    attack.tell("secrets", "")
    return attack.published_nothing("failed"), found


@pytest.fixture(scope="module")
def written(hostile, secrets):
    """A run whose agent writes its secrets into a file."""
    attack = attack_on(hostile, f'{TOLD}; cp "$here.secrets" notes.txt')
    found = plant(attack, secrets)
    return attack.published_nothing("refused"), found


def test_secrets_in_a_file_refuse_the_change_which_names_the_file_and_never_the_secret(written):
    run, _ = written
    assert run["reason"] == "notes.txt: the file contains a secret of this run"


def test_secrets_that_only_the_app_knows_are_found_before_the_push(hostile):
    password = hostile.emulators.passwords.hook_password
    attack = attack_on(hostile, f'{TOLD}; mkdir docs; cp "$here.secrets" docs/notes.txt')
    attack.start().reached("running")
    attack.tell("secrets", f"first\n{password}\n")
    run = attack.published_nothing("refused")
    assert "docs/notes.txt, line 2: looks like a secret (a secret of this run)" in run["reason"]
    assert password not in run["reason"]


def test_printed_secrets_are_masked_in_log_and_pull_request(hostile, printed):
    attack, _, _ = printed
    assert hostile.app.log(attack.run_id, raw=True).count("[redacted]") > 20
    (pull_request,) = attack.pull_requests
    assert "[redacted]" in pull_request["description"]


def test_an_error_that_repeats_secrets_is_reported_without_them(told_by_a_service):
    run, found = told_by_a_service
    assert "[redacted]" in run["reason"]
    assert not [name for name, secret in found.items() if secret in run["reason"]]


@pytest.mark.slow
def test_no_secret_of_a_run_is_found_anywhere(hostile, printed, told_by_a_service, written):
    places = list(everything(hostile))
    assert len({place.split(" ")[0] for place, _ in places}) >= 7
    for found in (printed[2], told_by_a_service[1], written[1]):
        assert sightings(found, places) == []


def test_no_secret_of_a_run_is_in_the_process_list(watch, printed, told_by_a_service, written):
    assert any(b"runner.supervisor" in command for command in watch.commands)
    for found in (printed[2], told_by_a_service[1], written[1]):
        assert sightings(found, [("process", command) for command in watch.commands]) == []
