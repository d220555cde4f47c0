"""Lists of runs whose filters or token are well formed, and refused by the storage all the same."""

import json
from types import SimpleNamespace

import azure.functions as func
import pytest

from autocoder.clients.azure_devops.session import new_http_client
from autocoder.clients.run_lists import RunLists
from autocoder.clients.run_records import RunRecords
from autocoder.requests.continuation import token_of
from tests.autocoder.clients.storage.scripted import scripted
from triggers import runs

INVALID = b'{"odata.error": {"code": "InvalidInput", "message": {"lang": "en-US", "value": "Bad token"}}}'
TOKEN = token_of({"NextPartitionKey": "1!8!made-up", "NextRowKey": "x"})


@pytest.fixture
def storage(monkeypatch):
    with scripted() as script, new_http_client() as http:
        tables = script.tables(http)
        lists = RunLists(tables, RunRecords(tables))
        monkeypatch.setattr(runs, "clients", lambda: SimpleNamespace(lists=lists))
        yield script


async def asked(**query):
    """The status and the error of a request for a list."""
    call = runs.list_runs._function.get_user_function()
    answer = await call(func.HttpRequest("GET", "/api/runs", params=query, body=b""))
    return answer.status_code, json.loads(answer.get_body())["error"]


@pytest.mark.parametrize("more", [{}, {"workItemId": "5"}, {"project": "Web"}])
async def test_a_token_that_the_storage_refuses_is_a_bad_request(storage, more):
    storage.add(400, INVALID)
    status, error = await asked(continuationToken=TOKEN, **more)
    assert (status, error["code"]) == (400, "invalid_query")
    assert error["message"] == "Invalid query: continuationToken is not valid."


@pytest.mark.parametrize("query", [{"project": "x\0"}, {"repository": "x"}, {"project": "x" * 100_000}])
async def test_a_filter_that_the_storage_refuses_is_a_bad_request(storage, query):
    storage.add(400, INVALID)
    status, error = await asked(**query)
    assert (status, error["code"]) == (400, "invalid_query")
    assert error["message"] == "Invalid query: project or repository is not valid."


async def test_a_list_of_all_runs_that_the_storage_refuses_is_a_mistake_of_the_app(storage):
    storage.add(400, INVALID)
    status, error = await asked()
    assert (status, error["code"]) == (500, "invalid_argument")
