import pytest

from emulators.functions_host.errors import HostError
from emulators.functions_host.http.routes import Route, Router, compile_template


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("runs", "runs", {}),
        ("runs", "RUNS/", {}),
        ("runs/{id}", "runs/a%2Fb", {"id": "a/b"}),
        ("runs/{id}/log", "runs/1/log", {"id": "1"}),
        (
            "a/{x:guid}",
            "a/0f8fad5b-d9cb-469f-a165-70867728950e",
            {"x": "0f8fad5b-d9cb-469f-a165-70867728950e"},
        ),
        ("a/{x:guid}", "a/not-one", None),
        ("a/{x:alpha}", "a/b1", None),
        ("a/{x:int}", "a/99999999999", None),
        ("a/{x:minlength(2):maxlength(3)}", "a/abcd", None),
        ("a/{x:length(2,3)}", "a/abc", {"x": "abc"}),
        ("a/{x:regex(^\\d+$)}", "a/12", {"x": "12"}),
        ("a/{x=none}", "a", {"x": "none"}),
        ("a/{name}.{extension}", "a/b.txt", {"name": "b", "extension": "txt"}),
        ("a/{*rest}", "a", {}),
        ("a/{*rest}", "a/b/c", {"rest": "b/c"}),
        ("a.b", "aXb", None),
    ],
)
def test_matches(template, path, expected):
    assert compile_template(template).match(path) == expected


@pytest.mark.parametrize("template", ["a/{", "a/{x:even}", "{x y}"])
def test_refuses_an_invalid_template(template):
    with pytest.raises(HostError):
        compile_template(template)


def test_the_more_specific_template_is_tried_first():
    texts = ["{*rest}", "runs/{id}", "runs/{id:int}", "runs/newest"]
    router = Router([Route(compile_template(text), frozenset(), text) for text in texts])
    found = [router.find("GET", path)[0] for path in ("runs/newest", "runs/1", "runs/a", "other")]
    assert found == ["runs/newest", "runs/{id:int}", "runs/{id}", "{*rest}"]


def test_one_path_may_have_a_function_for_each_method():
    routes = [Route(compile_template("runs"), frozenset({method}), method) for method in ("GET", "POST")]
    assert Router(routes).find("POST", "runs") == ("POST", {})
    assert Router(routes).find("PUT", "runs") is None
