"""The sample conversation does the sample's work item on the sample project."""

import json
import subprocess
import sys
from pathlib import Path

from emulators.model_provider.script.conversations import choose, load
from emulators.model_provider.script.tools import command_for

SAMPLE = Path(__file__).parents[3] / "emulators" / "sample"


def test_the_steps_for_the_sample_work_item_make_its_tests_pass(tmp_path):
    project = tmp_path / "a project"
    subprocess.run(["cp", "-r", str(SAMPLE / "project"), str(project)], check=True)
    title = json.loads((SAMPLE / "work_item.json").read_text())["title"]
    conversation, _ = choose(load(), f"# {title}\n\nwords")
    assert conversation.name == "sample"
    for step in conversation.steps[:-1]:
        done = subprocess.run(
            ["sh", "-c", command_for(step)], cwd=project, capture_output=True, text=True, check=True
        )
    assert "Ran 11 tests" in done.stderr
    assert conversation.steps[-1].say.startswith("## Summary")
    (project / "My File.TXT").write_text("")
    command = [sys.executable, "-m", "tidy_names", ".", "--json"]
    printed = subprocess.run(command, cwd=project, capture_output=True, check=True)
    assert {"old": "My File.TXT", "new": "my-file.txt"} in json.loads(printed.stdout)
