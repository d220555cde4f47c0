"""A small soak in which all is well, and one whose platform is spoilt: what cannot fail counts nothing."""

from argparse import Namespace

import httpx
import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableServiceClient

from emulators import azurite, identities, tokens
from emulators.platform.app_settings import PROJECT, REPOSITORY
from emulators.platform.clients.person import COMMENTS_VERSION
from emulators.platform.running import running
from emulators.platform.sample import create_sample
from emulators.soak.__main__ import main, soak_plan
from emulators.soak.late import repeat, scheduled
from emulators.soak.marks import Marks, listening
from emulators.soak.remains import processes_of
from emulators.soak.schedule import Schedule, Start
from emulators.soak.soak import Soak
from tests.hostile.evidence import KEY

AGENT_SECONDS = 120.0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_soak_leaves_nothing(tmp_path, capsys):
    arguments = ["--runs", "6", "--seconds", "20", "--seed", "1"]
    code = main([*arguments, "--state", str(tmp_path / "state")])
    told = capsys.readouterr().out
    assert code == 0, told
    assert "Everything is zero with seed 1." in told
    assert "runs: " in told


def test_a_number_of_runs_is_wanted(capsys):
    with pytest.raises(SystemExit):
        main(["--runs", "0"])
    assert "not a number of runs" in capsys.readouterr().err


@pytest.fixture(scope="module")
def soak(tmp_path_factory):
    """A soak without troubles: two runs that ended well, and a third whose agent still works."""
    folder, marks = tmp_path_factory.mktemp("soak"), Marks()
    with listening(marks) as port:
        plan = soak_plan(Namespace(state=folder / "state", durable_extension=None), folder / "app", port)
        with running(plan) as platform:
            made = Soak(platform, create_sample(platform), marks, 1, print)
            starts = (Start(0, 0, "tag", 1, 0.0), Start(1, 0, "rest", 2, 0.0))
            made.work(Schedule(starts, (), ()))
            made.calm_down(120)
            yield made


def found(soak):
    return {count.what for count in soak.counts(soak.items()) if count.found}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_platform_that_is_well_is_zero_and_one_that_is_spoilt_is_not(soak):
    soak.most = dict.fromkeys(soak.most, 1)  # runs so short may pass between two looks
    assert found(soak) == set()
    done = scheduled(soak.platform.plan)
    looks = [sum(name == "observe_run" for name, _ in activities) for activities in done.values()]
    assert max(looks) > 1  # also those before an orchestration continued as new
    for activities in done.values():
        assert repeat(soak.platform.plan, activities) == len(activities)
    assert found(soak) == set()
    item, person = soak.items()[0], soak.sample.person
    spoil_texts(soak, item, person)
    spoil_claims(soak.platform.plan)
    soak.marks.leave(0)
    soak.senders.add(Start(2, 0, "rest", 1, AGENT_SECONDS))
    soak.senders.start(Start(2, 0, "rest", 1, AGENT_SECONDS))
    wait_for_agent(soak)
    assert found(soak) >= {
        "accepted, but lost",
        "ended, but not reported",
        "second agents of a work item",
        "second pull requests of a work item",
        "pull requests that no run names",
        "pull requests not linked",
        "container groups left",
        "processes of containers left",
        "places left",
        "tickets left",
        "work items held by a run left",
        "secrets seen",
    }
    assert processes_of(soak.platform.plan.state.parent)


def spoil_texts(soak, item, person):
    """Delete the comments of a work item, open a second pull request from its branch, and log a secret."""
    delete_comments(soak, item, person)
    git = f"{PROJECT}/_apis/git/repositories/{REPOSITORY}"
    refs = person.ask("GET", f"{git}/refs", params={"filter": f"heads/autocoder/{item.id}-"})["value"]
    name = f"refs/heads/autocoder/{item.id}-again"
    change = {"name": name, "oldObjectId": "0" * 40, "newObjectId": refs[0]["objectId"]}
    person.ask("POST", f"{git}/refs", json=[change])
    body = {"sourceRefName": name, "targetRefName": "refs/heads/main", "title": "Again"}
    person.ask("POST", f"{git}/pullrequests", json=body)
    soak.platform.plan.log("spoilt").write_text(soak.platform.passwords.hook_password)


def delete_comments(soak, item, person):
    """Delete the comments of a work item, as the app: only their author may."""
    token = tokens.mint(
        soak.platform.plan.state, resource=tokens.AZURE_DEVOPS_RESOURCE, client_id=identities.APP.client_id
    )
    for comment in person.comments(PROJECT, item.id):
        url = f"{person.url}/{PROJECT}/_apis/wit/workItems/{item.id}/comments/{comment['id']}"
        httpx.delete(
            url,
            params={"api-version": COMMENTS_VERSION},
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        ).raise_for_status()


def spoil_claims(plan):
    """Take a place, a ticket and a work item for a run that does not exist."""
    credential = AzureNamedKeyCredential(azurite.ACCOUNT, KEY)
    verify = plan.trust()["SSL_CERT_FILE"]
    with TableServiceClient(
        azurite.table_url(plan.base_port), credential=credential, connection_verify=verify
    ) as tables:
        claims = tables.get_table_client("claims")
        for kind in ("places", "active"):
            columns = {"run_id": "x", "works_on": "{}", "taken_at": "2999-01-01T00:00:00+00:00"}
            claims.create_entity({"PartitionKey": kind, "RowKey": "x", **columns})
        claims.upsert_entity({"PartitionKey": "places", "RowKey": "all", "run_x": "{}"})


def wait_for_agent(soak):
    """Wait until the agent of the third run has begun."""
    while soak.marks.begun().get(2, 0) == 0:
        soak.platform.check()
        soak.over.wait(0.1)
