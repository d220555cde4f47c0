"""Requests that the emulated Azure DevOps does not cover are refused."""

import logging

import httpx
import pytest

PROJECT = "Fabrikam Fiber"
NOT_COVERED = "NotCoveredByEmulatorException"


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("DELETE", f"{PROJECT}/_apis/wit/workitems/1", "wit Work Items_Delete"),
        ("GET", f"{PROJECT}/_apis/wit/classificationnodes/areas/a/b", "wit Classification Nodes_Get"),
        ("GET", f"{PROJECT}/_apis/wit/tags/autocoder", "wit Tags_Get"),
        ("PATCH", f"{PROJECT}/_apis/git/repositories/x", "git Repositories_Update"),
        ("POST", f"{PROJECT}/_apis/git/repositories/x/pushes", "git Pushes_Create"),
        ("GET", f"{PROJECT}/_apis/build/builds", "build Builds_List"),
        ("POST", f"{PROJECT}/_apis/pipelines/7/preview", "pipelines Preview_Preview"),
        ("GET", "_apis/graph/groups", "graph Groups_List"),
        ("POST", "_apis/hooks/notificationsquery", "hooks Notifications_Query"),
        ("PUT", f"{PROJECT}/_apis/git/repositories/x/pullRequests/1/reviewers", "Unmaterialized"),
    ],
)
def test_an_operation_that_is_not_served_is_named_and_logged(http, caplog, method, path, operation):
    with caplog.at_level(logging.WARNING):
        answer = http.request(method, path, json={} if method in ("POST", "PATCH", "PUT") else None)
    assert (answer.status_code, answer.json()["typeKey"]) == (501, NOT_COVERED)
    assert operation in answer.json()["message"]
    assert operation in caplog.text


def test_an_address_outside_the_list_does_not_exist(http):
    assert http.get(f"{PROJECT}/_apis/wit/nothing").status_code == 404
    assert http.get(f"{PROJECT}/_apis/hooks/subscriptions").status_code == 404
    assert http.put(f"{PROJECT}/_apis/wit/wiql", json={}).status_code == 405


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("_apis/projects?continuationToken=1", "continuationToken of core Projects_List"),
        ("_apis/projects?stateFilter=deleting", "stateFilter=deleting"),
        (f"{PROJECT}/_apis/wit/workitems?ids=1&asOf=2026-01-01", "asOf of wit Work Items_List"),
        (f"{PROJECT}/_apis/git/pullrequests?searchCriteria.minTime=1", "searchCriteria.minTime"),
        ("_apis/identities?searchFilter=Alias&filterValue=x", "searchFilter=Alias"),
        ("_apis/projects?api-version=5.1", "api-version=5.1"),
        ("_apis/projects?api-version=7.1-preview.9", "api-version=7.1-preview.9"),
        ("_apis/projects?api-version=6.7-preview", "api-version=6.7-preview"),
    ],
)
def test_a_parameter_that_would_change_the_answer_is_not_ignored(http, path, words):
    answer = http.get(path)
    assert (answer.status_code, answer.json()["typeKey"]) == (501, NOT_COVERED)
    assert words in answer.json()["message"]


def test_a_parameter_without_a_value_counts_as_absent(http):
    assert http.get("_apis/projects?continuationToken=&stateFilter=").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["_apis/projects?stateFilter=wrong", f"{PROJECT}/_apis/git/pullrequests?searchCriteria.status=open"],
)
def test_an_unknown_value_of_an_enumeration_is_refused(http, query):
    answer = http.get(query)
    assert (answer.status_code, "is not valid for" in answer.json()["message"]) == (400, True)


def test_enumerations_are_taken_by_name_in_any_case_and_by_number(http):
    for status in ("completed", "Completed", "3"):
        path = f"{PROJECT}/_apis/git/pullrequests"
        assert http.get(path, params={"searchCriteria.status": status}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (
            f"{PROJECT}/_apis/git/repositories",
            {"name": "x", "parentRepository": {"id": "y"}},
            "parentRepository",
        ),
        ("_apis/wit/workitemsbatch", {"ids": [1], "asOf": "2026-01-01"}, "asOf"),
        (f"{PROJECT}/_apis/wit/wiql", {"query": "SELECT", "more": 1}, "more"),
    ],
)
def test_a_member_of_the_body_that_would_change_the_answer_is_not_ignored(http, path, body, words):
    answer = http.post(path, json=body)
    assert (answer.status_code, f"{words} in the body" in answer.json()["message"]) == (501, True)


def test_fields_and_expand_exclude_each_other(http, ado):
    number = ado.create_work_item(PROJECT, "Task", "Both")["id"]
    answer = http.get(f"_apis/wit/workitems/{number}?fields=System.Title&$expand=all")
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "ConflictingParametersException")
    assert http.get(f"_apis/wit/workitems/{number}?fields=System.Title&$expand=none").status_code == 200
    body = {"ids": [number], "fields": ["System.Title"], "$expand": "relations"}
    assert http.post("_apis/wit/workitemsbatch", json=body).status_code == 400


def test_a_query_string_over_the_limit_is_not_found(http):
    fits = "_apis/identities?searchFilter=General&filterValue="
    length = len(fits.partition("?")[2])
    assert http.get(fits + "x" * (2048 - length)).status_code == 200
    assert http.get(fits + "x" * (2049 - length)).status_code == 404


def test_descriptors_are_as_long_as_real_ones(server, ado):
    body = {"displayName": "[Fabrikam Fiber]\\Long", "kind": "group"}
    group = httpx.post(f"{server.url}/_control/identities", json=body).json()
    assert 93 <= len(group["descriptor"]) <= 140
    assert 93 <= len(group["subjectDescriptor"]) <= 180
    body = {"displayName": "A person", "uniqueName": "someone@example.com"}
    assert len(httpx.post(f"{server.url}/_control/identities", json=body).json()["subjectDescriptor"]) == 52
