import json
import subprocess
import sys

import pytest

from autocoder.agents import load_agents
from emulators.platform.processes import PlatformError
from emulators.soak.app import SOAK, STEP, make_app, next_version, raised_version, with_step

ORCHESTRATION = '''
@blueprint.orchestration_trigger(context_name="context")
def run(context: Any) -> Any:
    """Carry out."""
    yield context.call_activity("first", 1)


def other(context: Any) -> Any:
    yield 1
'''


def test_an_orchestration_gets_one_more_step_at_its_beginning():
    changed = with_step(ORCHESTRATION)
    added = set(changed.splitlines()) - set(ORCHESTRATION.splitlines())
    assert added == {f'    yield context.call_activity("{STEP}", "")'}
    assert changed.index(STEP) < changed.index('"first"')


def test_the_version_of_new_orchestrations_is_raised_if_there_is_one():
    given = {"extensions": {"durableTask": {"hubName": "autocoder", "defaultVersion": "1.0"}}}
    raised = json.loads(raised_version(json.dumps(given)))["extensions"]["durableTask"]
    assert raised == {"hubName": "autocoder", "defaultVersion": "2.0"}
    assert raised_version('{"version": "2.0"}') == '{"version": "2.0"}'


def test_the_next_version_of_the_app_loads_with_the_further_step(tmp_path):
    images = make_app(tmp_path / "app", 1)
    folder = next_version(tmp_path / "next", tmp_path / "app")
    assert images.is_file()
    assert {SOAK, "claude"} <= load_agents(folder / "containers").keys()
    program = "import function_app; print(*(f.get_function_name() for f in function_app.app.get_functions()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert STEP in done.stdout.split(), done.stderr
    assert STEP in (folder / "orchestrators" / "run_agent.py").read_text()
    assert STEP not in (tmp_path / "app" / "orchestrators" / "run_agent.py").read_text()


def test_an_app_without_orchestrations_is_refused(tmp_path):
    app = tmp_path / "app"
    (app / "orchestrators").mkdir(parents=True)
    for name in ("function_app.py", "host.json"):
        (app / name).touch()
    with pytest.raises(PlatformError, match="orchestration_trigger"):
        next_version(tmp_path / "next", app)
