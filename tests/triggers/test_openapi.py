"""The OpenAPI document: valid, complete, and the same as the code."""

import tomllib

from openapi_spec_validator import OpenAPIV31SpecValidator

import function_app
from autocoder import wire
from autocoder.requests.body import RunBody
from autocoder.runs.version import APP_VERSION
from tests.docs.checkout import ROOT
from triggers.document import document
from triggers.operations import routes

DOCUMENT = wire.dump(document())
HTTP = {
    name: value.build()
    for module in function_app.TRIGGERS
    for name, value in vars(module).items()
    if hasattr(value, "build") and value.build().is_http_function()
}


def operations():
    return [operation for item in DOCUMENT["paths"].values() for operation in item.values()]


def test_the_document_is_a_valid_openapi_document():
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_every_route_of_the_app_is_declared():
    assert HTTP
    assert {route.function for route in routes()} == HTTP.keys()


def test_every_route_is_in_the_document_with_a_summary_and_an_id_of_its_own():
    listed = {(path, method.upper()) for path, item in DOCUMENT["paths"].items() for method in item}
    assert listed == {(route.path, route.method) for route in routes()}
    assert all(operation["summary"] for operation in operations())
    assert len({operation["operationId"] for operation in operations()}) == len(routes())


def test_the_body_of_a_run_has_exactly_the_fields_that_are_read():
    schema = DOCUMENT["components"]["schemas"]["RunBody"]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == [field.alias for field in RunBody.model_fields.values()]
    assert schema["properties"]["labels"]["maxItems"] == 20


def test_a_key_is_asked_for_where_the_route_takes_one():
    security = {operation["operationId"]: operation["security"] for operation in operations()}
    assert security["health"] == []
    assert security["listRuns"] == [{"functionKey": []}, {"functionKeyInQuery": []}]
    assert {"functionKey": [], "hookPassword": []} in security["azureDevopsHook"]
    assert security["runCallback"] == [{"callbackToken": []}]


def test_every_route_for_azure_boards_asks_for_both_tokens():
    found = {route.function: route for route in routes() if route.path.startswith("/boards/")}
    assert len(found) == 9
    assert not [name for name, route in found.items() if route.takes_key]
    for path, item in DOCUMENT["paths"].items():
        if path.startswith("/boards/"):
            for one in item.values():
                assert one["security"] == [{"extensionToken": [], "userToken": []}]
                assert {"401", "503"} <= one["responses"].keys()


def test_only_the_callback_is_marked_as_internal():
    internal = [operation["operationId"] for operation in operations() if operation.get("x-internal")]
    assert internal == ["runCallback"]


def test_the_version_is_that_of_the_project():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == APP_VERSION
