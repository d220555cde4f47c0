import stat

import pytest

from tests.emulators.functions_host.conftest import APPS


def key(value):
    return {"x-functions-key": value}


# -- routes and methods ------------------------------------------------------------------------------------


def test_a_wrong_method_or_path_is_404(host):
    assert host.ask("GET", "/api/start/chain").status_code == 404
    assert host.ask("POST", "/api/unrouted").status_code == 404
    assert host.ask("GET", "/api/nothing").status_code == 404
    assert host.ask("GET", "/unrouted").status_code == 404


def test_a_route_defaults_to_the_functions_name_and_case_does_not_matter(host):
    assert host.ask("GET", "/api/unrouted").text == "by its name"
    assert host.ask("GET", "/API/Unrouted").text == "by its name"


def test_a_constraint_must_hold_and_a_literal_goes_before_a_parameter(host):
    assert host.http.get("/api/items/12").json() == {"item": "12"}
    assert host.http.get("/api/items/first").json() == {"item": "first"}
    assert host.http.get("/api/items/second").status_code == 404


def test_an_optional_parameter_may_be_left_out(host):
    assert host.http.get("/api/pages").json() == {}
    assert host.http.get("/api/pages/3").json() == {"page": "3"}


def test_a_catch_all_takes_the_rest_of_the_path(host):
    assert host.http.get("/api/files/a/b%20c/d.txt").json() == {"path": "a/b c/d.txt"}


def test_a_function_without_methods_takes_all_of_them(host):
    assert {host.http.request(m, "/api/open").status_code for m in ("GET", "POST", "PUT", "DELETE")} == {200}


# -- keys --------------------------------------------------------------------------------------------------


def test_a_function_needs_its_own_key_or_a_host_key_or_the_master_key(host):
    keys = host.keys
    good = [keys["functions"]["unrouted"]["default"], keys["host"]["default"], keys["master"]]
    bad = ["", "wrong", "é", keys["functions"]["start"]["default"], keys["system"]["durabletask_extension"]]
    assert [host.http.get("/api/unrouted", params={"code": k}).status_code for k in good] == [200] * 3
    assert [host.http.get("/api/unrouted", params={"code": k}).status_code for k in bad] == [401] * 5
    assert host.http.get("/api/unrouted").status_code == 401


def test_the_header_wins_over_the_query_string(host):
    good = host.keys["host"]["default"]
    assert host.http.get("/api/unrouted?code=wrong", headers=key(good)).status_code == 200
    assert host.http.get(f"/api/unrouted?code={good}", headers=key("wrong")).status_code == 401


def test_an_admin_function_takes_the_master_key_alone(host):
    keys = host.keys
    assert host.http.get("/api/admins", headers=key(keys["master"])).text == "admins"
    assert host.http.get("/api/admins", headers=key(keys["host"]["default"])).status_code == 401
    assert host.http.get("/api/admins").status_code == 401


def test_an_anonymous_function_takes_no_key_and_any(host):
    assert host.http.get("/api/open").text == "open"
    assert host.http.get("/api/open", headers=key("wrong")).text == "open"


def test_only_their_owner_may_read_the_keys_and_they_stay_the_same(host, own_host):
    path = host.folder / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = own_host()
    first = again.start().keys
    again.kill()
    assert again.start().keys == first


def test_no_key_is_printed(host):
    host.begin("fan")
    keys = host.keys
    secrets = [keys["master"], keys["host"]["default"], *keys["system"].values()]
    secrets += [k["default"] for k in keys["functions"].values()]
    assert not [secret for secret in secrets if secret in host.log]


# -- requests and responses --------------------------------------------------------------------------------


def test_hands_over_the_body_and_the_context(host):
    answer = host.http.post("/api/echo", content=b"\x00bytes")
    assert (answer.status_code, answer.content) == (201, b"\x00bytes")
    assert answer.headers["X-Function"] == "echo"
    assert len(answer.headers["X-Invocation"]) == 36


def test_logs_one_line_with_the_invocations_id(host):
    answer = host.http.post("/api/echo?secret=in-the-query", content=b"in the body")
    lines = [line for line in host.log.splitlines() if answer.headers["X-Invocation"] in line]
    assert len(lines) == 1
    assert lines[0].endswith("app: echo of\\nsomething")
    assert "in-the-query" not in host.log
    assert "in the body" not in host.log


def test_none_is_204_and_an_exception_is_500_with_its_traceback_in_the_log(host):
    assert host.http.get("/api/none").status_code == 204
    answer = host.http.get("/api/broken")
    assert (answer.status_code, answer.content) == (500, b"")
    assert "RuntimeError: it broke" in host.log


def test_a_response_may_come_through_an_output(host):
    answer = host.http.get("/api/out")
    assert (answer.status_code, answer.text) == (202, "through the output")


def test_settings_are_there_at_import_and_the_environment_wins(host):
    assert host.http.get("/api/settings").json() == {
        "atImport": "from the settings file",
        "folder": str(APPS / "flows"),
        "GREETING": "from the settings file",
        "OVERRIDDEN": "from the environment",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
    }


def test_a_body_over_the_limit_is_413(own_host):
    small = own_host(FUNCTIONS_REQUEST_BODY_SIZE_LIMIT="1000").start()
    assert small.http.post("/api/echo", content=b"x" * 1000).status_code == 201
    assert small.http.post("/api/echo", content=b"x" * 1001).status_code == 413
    assert small.http.post("/api/echo", content=iter([b"x" * 900] * 2)).status_code == 413


def test_a_disabled_function_is_not_there(own_host):
    without = own_host(**{"AzureWebJobs.anyone.Disabled": "true"}).start()
    assert without.http.get("/api/open").status_code == 404


def test_the_admin_api_takes_the_master_key(host):
    assert host.http.get("/").status_code == 200
    assert host.http.get("/admin/host/status").status_code == 401
    assert host.http.get("/admin/host/status", headers=key(host.keys["host"]["default"])).status_code == 401
    assert host.ask("GET", "/admin/host/status").json()["state"] == "Running"


@pytest.mark.parametrize("path", ["/api/%2e%2e/open", "/api//open", "/%00", "/api/items/%ff"])
def test_odd_paths_find_nothing(host, path):
    assert host.http.get(path).status_code in (400, 404)


def test_allows_the_origins_of_the_settings(own_host, tmp_path):
    settings = tmp_path / "settings.json"
    settings.write_text('{"Values": {}, "Host": {"CORS": "https://dev.azure.com,http://localhost:3000"}}')
    host = own_host().start("--settings", str(settings))
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    asked = host.http.options("/api/echo", headers={"Origin": "https://dev.azure.com", **preflight})
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == "https://dev.azure.com"
    assert asked.headers["Access-Control-Allow-Headers"] == "authorization"
    answer = host.http.post("/api/echo", headers={"Origin": "http://localhost:3000"})
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    other = host.http.post("/api/echo", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_makes_trouble_on_demand(own_host):
    host = own_host().start()
    fault = {"path": "/api/open", "status": 503, "times": 1}
    assert host.http.post("/_control/faults", json=fault).status_code == 200
    assert [host.http.get("/api/open").status_code for _ in range(2)] == [503, 200]
