def test_running_anything_but_a_timer_is_501_with_its_name(host):
    answer = host.ask("POST", "/admin/functions/anyone", json={})
    reason = "Not covered by this host: running a function with httpTrigger by the admin API"
    assert (answer.status_code, answer.json()["Message"]) == (501, reason)


def test_the_rest_of_the_admin_api_is_501_with_its_name_for_the_master_key(host):
    for method, path in (("GET", "/admin/functions"), ("POST", "/admin/host/synctriggers")):
        assert host.http.request(method, path).status_code == 401
        answer = host.ask(method, path)
        assert answer.status_code == 501
        assert answer.json()["Message"] == f"Not covered by this host: {method} {path}"
        assert f"Not covered by this host: {method} {path}" in host.log
