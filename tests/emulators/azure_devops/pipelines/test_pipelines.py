"""Pipelines, runs and builds over REST: shapes, filters, permissions and scopes."""

import httpx
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR, VISITOR, AzureDevOps

PROJECT = "Fabrikam Fiber"
HELLO = """
trigger: none
parameters:
- name: who
  default: you
steps:
- checkout: none
- script: echo Hello ${{ parameters.who }}
"""


@pytest.fixture(scope="module")
def hello(new_pipeline):
    return new_pipeline(HELLO, folder="team")


def test_a_run_has_the_documented_shape_and_ends(hello):
    answer = hello.post(
        resources={"repositories": {"self": {"refName": "refs/heads/topic"}}},
        templateParameters={"who": "Ada"},
    )
    started = answer.json()
    assert answer.status_code == 200
    assert (started["state"], started["templateParameters"]) == ("inProgress", {"who": "Ada"})
    assert "result" not in started
    hello.ended(started["id"])
    run = hello.get(started["id"])
    assert (run["state"], run["result"]) == ("completed", "succeeded")
    source = run["resources"]["repositories"]["self"]
    assert source == {
        "repository": {"id": hello.repository["id"], "type": "azureReposGit"},
        "refName": "refs/heads/topic",
        "version": hello.repository["head"],
    }
    assert set(run["_links"]) == {"self", "web", "pipeline.web", "pipeline"}
    assert run["_links"]["web"]["href"].endswith(f"/_build/results?buildId={run['id']}")
    assert "Hello Ada" in hello.log(run["id"])


def test_a_list_of_runs_is_newest_first_and_without_parameters(hello):
    runs = [hello.start(templateParameters={"who": name}) for name in ("one", "two")]
    listed = hello.http.get(f"{hello.path}/runs").json()["value"]
    assert [run["id"] for run in listed][:2] == runs[::-1]
    assert listed[0]["templateParameters"] == {}
    for run in runs:
        hello.ended(run)


def test_a_pipeline_shows_its_file_and_repository(hello):
    shown = hello.http.get(hello.path).json()
    assert shown["configuration"] == {
        "type": "yaml",
        "path": "/ci.yml",
        "repository": {"id": hello.repository["id"], "type": "azureReposGit"},
    }
    assert (shown["folder"], shown["revision"]) == ("\\team", 1)


def test_pipelines_are_listed_in_order_and_page_by_page(hello, new_pipeline):
    new_pipeline(HELLO)
    path = f"{PROJECT}/_apis/pipelines"
    names = [one["name"] for one in hello.http.get(path).json()["value"]]
    assert names == sorted(names)
    down = hello.http.get(path, params={"orderBy": "name desc"}).json()["value"]
    assert [one["name"] for one in down] == names[::-1]
    first = hello.http.get(path, params={"$top": 1})
    token = first.headers["x-ms-continuationtoken"]
    second = hello.http.get(path, params={"$top": len(names), "continuationToken": token})
    assert [one["name"] for one in first.json()["value"] + second.json()["value"]] == names
    assert "x-ms-continuationtoken" not in second.headers


def test_definitions_are_found_by_their_yaml_file(hello):
    path = f"{PROJECT}/_apis/build/definitions"
    query = {"yamlFilename": "/ci.yml", "repositoryId": hello.repository["id"], "repositoryType": "TfsGit"}
    (found,) = hello.http.get(path, params={**query, "includeAllProperties": "true"}).json()["value"]
    assert (found["id"], found["process"]) == (hello.id, {"yamlFilename": "ci.yml", "type": 2})
    assert hello.http.get(path, params={"yamlFilename": "other.yml"}).json()["count"] == 0
    (short,) = hello.http.get(path, params={"definitionIds": str(hello.id)}).json()["value"]
    assert "process" not in short
    assert hello.http.get(f"{path}/{hello.id}").json()["repository"]["defaultBranch"] == "refs/heads/main"


def test_a_build_shows_status_and_times(hello):
    run = hello.start()
    build = hello.ended(run)
    assert (build["status"], build["result"], build["reason"]) == ("completed", "succeeded", "manual")
    assert build["queueTime"] <= build["startTime"] <= build["finishTime"]
    assert build["requestedFor"]["displayName"] == "Normal Paulk"
    assert build["buildNumber"] == hello.get(run)["name"]


def test_the_timeline_has_stage_job_and_steps_with_logs(hello):
    run = hello.start()
    hello.ended(run)
    records = hello.build(run, "/timeline")["records"]
    assert [one["type"] for one in records] == ["Stage", "Phase", "Job", "Task", "Task"]
    assert {one["result"] for one in records} == {"succeeded"}
    script = records[-1]
    assert (script["task"]["name"], script["state"], script["log"]["id"]) == ("CmdLine", "completed", 2)
    listed = hello.http.get(f"{hello.path}/runs/{run}/logs").json()["logs"]
    assert [one["id"] for one in listed] == [1, 2]
    one = hello.http.get(f"{hello.path}/runs/{run}/logs/2").json()
    assert one["lineCount"] == 3


def test_a_log_is_text_or_lines_from_a_line_on(hello):
    run = hello.start()
    hello.ended(run)
    url = f"{PROJECT}/_apis/build/builds/{run}/logs/2"
    text = hello.http.get(url, headers={"Accept": "text/plain;api-version=7.1"}).text
    assert "Hello you\n" in text
    lines = hello.http.get(url, params={"startLine": 2, "endLine": 2}).json()["value"]
    assert [line.partition(" ")[2] for line in lines] == ["Hello you"]
    assert hello.http.get(url.removesuffix("2") + "9").status_code == 404


def test_a_person_without_queue_builds_may_look_but_not_start(hello, ado):
    with AzureDevOps(ado.url, person=VISITOR) as visitor:
        api = visitor.api(PROJECT, f"pipelines/{hello.id}")
        version = {"api-version": "7.1"}
        assert httpx.get(api, params=version, auth=("", visitor.pat)).status_code == 200
        refused = httpx.post(f"{api}/runs", params=version, json={}, auth=("", visitor.pat))
    assert refused.status_code == 403
    assert refused.json()["message"].startswith(
        "TF215106: Access denied. Chuck Reinhart needs Queue builds permissions for build pipeline "
    )


@pytest.mark.parametrize(
    ("scopes", "reads", "starts"),
    [(["vso.build"], 200, 401), (["vso.build_execute"], 200, 200), (["vso.work"], 401, 401)],
)
def test_the_scopes_of_a_token_count(hello, ado, scopes, reads, starts):
    token = ado.create_pat(f"token-{'-'.join(scopes)}", CONTRIBUTOR, scopes)
    api, version = ado.api(PROJECT, f"pipelines/{hello.id}"), {"api-version": "7.1"}
    assert httpx.get(api, params=version, auth=("", token)).status_code == reads
    started = httpx.post(f"{api}/runs", params=version, json={}, auth=("", token))
    assert started.status_code == starts
    if starts == 200:
        hello.ended(started.json()["id"])


def test_unknown_pipelines_runs_and_branches_are_refused(hello, new_pipeline):
    other = new_pipeline(HELLO)
    run = hello.start()
    assert hello.http.get(f"{PROJECT}/_apis/pipelines/999").json()["typeKey"] == "DefinitionNotFoundException"
    assert (
        hello.http.get(f"{hello.path}/runs/999").json()["message"]
        == "The requested build 999 could not be found."
    )
    assert other.http.get(f"{other.path}/runs/{run}").status_code == 404
    wrong = {"repositories": {"self": {"refName": "refs/heads/nowhere"}}}
    assert "Unable to resolve the reference 'refs/heads/nowhere'" in hello.refused(resources=wrong)
    hello.ended(run)


def test_what_is_not_covered_is_named(hello):
    assert "yamlOverride in the body" in hello.refused(501, yamlOverride="steps: []")
    assert "previewRun in the body" in hello.refused(501, previewRun=True)
    assert "resources.pipelines" in hello.refused(501, resources={"pipelines": {"x": {}, "y": 1}})
    version = {"repositories": {"self": {"version": "0" * 40}}}
    assert "self.version" in hello.refused(501, resources=version)
    assert hello.http.get(f"{PROJECT}/_apis/pipelines?orderBy=folder").status_code == 501


@pytest.mark.parametrize("resources", [[1], {"repositories": 1}, {"repositories": {"self": {"refName": 1}}}])
def test_a_body_of_another_form_is_refused(hello, resources):
    assert hello.post(resources=resources).status_code == 400
    assert hello.post(templateParameters=["who"]).status_code == 400
    assert hello.post(variables={"a": "b"}).status_code == 400
