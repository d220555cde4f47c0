"""Azure DevOps is busy or unavailable, requires a sign-in or drops the connection, for each kind of call.

All cases run at once, each in a repository of its own, so that each fault meets its own run.
"""

import re

import pytest

from emulators.ports import AZURE_DEVOPS
from tests.end_to_end.conftest import case_on

KINDS = {
    "busy": {"status": 429, "headers": {"Retry-After": "1"}},
    "away": {"status": 503},
    "sign-in": {"status": 203, "headers": {"Content-Type": "text/html"}, "body": "<html>Sign in</html>"},
    "dropped": {"drop": True},
    "lost-answer": {"drop": True, "after": True},
}
READS = {
    "read-work-item": ("GET", r"(?i)/_apis/wit/workitems/{item}\?"),
    "fetch": ("POST", r"/_git/{repository}/git-upload-pack"),
}
WRITES = {
    "add-comment": ("POST", r"(?i)/workitems/{item}/comments"),
    "edit-comment": ("PATCH", r"(?i)/workitems/{item}/comments"),
    "push": ("POST", r"/_git/{repository}/git-receive-pack"),
    "open-pull-request": ("POST", r"(?i)/repositories/({repository}|{id})/pullrequests\?"),
}
CASES = [
    (kind, call) for call in (*READS, *WRITES) for kind in KINDS if call in WRITES or kind != "lost-answer"
]


@pytest.fixture(scope="module")
def troubled(quick, new_repository):
    """The started case for each kind of trouble and each kind of call."""
    started = {(kind, call): start(quick, new_repository, kind, call) for kind, call in CASES}
    yield started
    quick.forget_faults()


def start(platform, new_repository, kind, call):
    name = f"{call}-{kind}"
    number = new_repository(name)
    case = case_on(platform, title=f"Trouble {name}", repository=name)
    method, pattern = (READS | WRITES)[call]
    path = pattern.format(item=case.item["id"], repository=re.escape(name), id=number)
    platform.fault(AZURE_DEVOPS, method=method, path=path, **KINDS[kind])
    case.fault = path
    return case.start()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "call"), CASES)
def test_still_one_pull_request_and_one_comment(quick, troubled, kind, call):
    case = troubled[kind, call]
    case.published_once(seconds=120)
    with quick.client(AZURE_DEVOPS) as control:
        waiting = control.get("/_control/faults").json()["faults"]
    assert case.fault not in [one["path"] for one in waiting], "the fault was never met"


def test_a_credential_that_is_refused_for_good_is_the_reason(case, quick):
    refused = case()
    path = rf"(?i)/_apis/wit/workitems/{refused.item['id']}\?"
    quick.fault(AZURE_DEVOPS, method="GET", path=path, times=100_000, **KINDS["sign-in"])
    run = refused.start().published_nothing("failed")
    assert "sign_in_required" in run["reason"]
