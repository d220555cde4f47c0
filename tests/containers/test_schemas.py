import json

import pytest

from autocoder.models import AgentResult, Progress
from autocoder.runs import schemas
from runner import json_schema


def test_the_schemas_are_those_of_the_models():
    current = {path.name: path.read_text() for path in schemas.FOLDER.iterdir()}
    assert current == schemas.schemas(), "run `python -m autocoder.runs.schemas`"


RESULT = {"runId": "a" * 20, "baseCommit": "0" * 40, "outcome": "no_changes"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"pack": None, "usage": {"costUsd": None, "models": ["x"]}, "seconds": {"clone": 1.5}},
        {"pack": {"commit": "1" * 40, "bytes": 1, "sha256": "x"}, "lines": {"a": [1, 2]}},
        {
            "verification": [{"command": "x", "exitCode": 0, "seconds": 1}],
            "withheld": [{"path": "a", "reason": ""}],
        },
    ],
)
def test_accepts_what_the_models_accept(more):
    AgentResult.model_validate({**RESULT, **more})
    assert json_schema.problems("result.json", {**RESULT, **more}) == []


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"runId": "short"}, "runId"),
        ({"outcome": "great"}, "outcome"),
        ({"pack": {"commit": "x"}}, "pack"),
        ({"usage": {"turns": "1"}}, "usage.turns"),
        ({"usage": {"turns": True}}, "usage.turns"),
        ({"verification": [{"command": 1}]}, "verification.0"),
        ({"seconds": {"clone": "x"}}, "seconds.clone"),
        ({"lines": {"a": [1]}}, "lines.a"),
        ({"lines": {"a": [1, "x"]}}, "lines.a.1"),
        ({"withheld": "a"}, "withheld"),
    ],
)
def test_reports_where_something_is_wrong(more, at):
    found = json_schema.problems("result.json", {**RESULT, **more})
    assert any(problem.startswith(at) or at in problem for problem in found)


def test_a_missing_field_is_named():
    assert "'runId'" in str(json_schema.problems("result.json", {}))


def test_lists_the_problems_of_a_file():
    with pytest.raises(ValueError, match=r"run\.json is not valid"):
        json_schema.load("run.json", json.dumps({"runId": 1}).encode())


def test_accepts_the_progress_that_the_supervisor_writes():
    body = {"phase": "running", "updatedAt": "2025-01-01T00:00:00+00:00", "usage": {"turns": 1}}
    Progress.model_validate(body)
    assert json_schema.problems("progress.json", body) == []


def test_reports_a_keyword_that_is_not_implemented(monkeypatch, tmp_path):
    (tmp_path / "x.json").write_text('{"multipleOf": 2}')
    monkeypatch.setattr(json_schema, "FOLDER", tmp_path)
    assert "multipleOf" in json_schema.problems("x.json", 3)[0]
