"""Generates the JSON schemas of the containers' input and output files from the models.

`python -m autocoder.runs.schemas` writes them to `containers/runner/schemas/`; a test fails when they are
out of date.
"""

import json
from pathlib import Path

from pydantic import BaseModel

from autocoder.models import AgentResult, Progress, RunFile

FOLDER = Path(__file__).resolve().parents[2] / "containers" / "runner" / "schemas"


def schemas() -> dict[str, str]:
    """Return the text of each schema by the name of its file."""
    return {
        "run.json": _text(RunFile),
        "progress.json": _text(Progress),
        "result.json": _text(AgentResult),
    }


def _text(model: type[BaseModel]) -> str:
    return json.dumps(model.model_json_schema(), indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write the schemas."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
