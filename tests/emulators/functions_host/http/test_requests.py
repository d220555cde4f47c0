import pytest


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("a=1&b=&c", {"a": "1"}),
        ("a=1&a=2&a=", {"a": "1,2,"}),
        ("a=1&A=2", {"a": "1,2"}),
        ("a=1%2C2&b=%20", {"a": "1,2", "b": " "}),
    ],
)
def test_drops_empty_parameters_and_joins_repeated_ones(host, query, params):
    assert host.http.get(f"/api/seen?{query}").json()["params"] == params


def test_header_names_are_in_lower_case_and_repeated_headers_joined(host):
    answer = host.http.get("/api/seen", headers=[("X-Some", "1"), ("x-SOME", "2"), ("X-Empty", "")])
    headers = answer.json()["headers"]
    assert ["x-some", "1,2"] in headers
    assert ["x-empty", ""] in headers
    assert all(name == name.lower() for name, _ in headers)


def test_a_body_without_a_content_length_is_not_passed_on(host):
    assert host.http.post("/api/seen", content=b"in one piece").json()["body"] == "in one piece"
    assert host.http.post("/api/seen", content=iter([b"in", b"chunks"])).json()["body"] == ""
