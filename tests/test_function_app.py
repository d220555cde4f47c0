"""What no linter checks of the app: `function_app.py`, `host.json`, and the names that orchestrators call."""

import ast
import importlib
import json
import re
import sys
from pathlib import Path

from activities.activity import Activity
from activities.parts.orchestrations import RUN_AGENT
from emulators.functions_host.worker.loader import load_app

ROOT = Path(__file__).parents[1]
HOUSE = {"triggers", "orchestrators", "activities", "autocoder"}


def test_function_app_imports_only_the_product_and_the_sdk():
    tree = ast.parse((ROOT / "function_app.py").read_text())
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    outside = {name for name in named if name.split(".")[0] not in HOUSE | sys.stdlib_module_names}
    assert outside == {"azure.functions", "azure.durable_functions"}
    assert not [name for name in named if name.startswith("autocoder.clients")]


def durable_settings():
    return json.loads((ROOT / "host.json").read_text())["extensions"]["durableTask"]


def test_a_run_of_another_version_is_ended_by_the_hub_and_goes_on_as_the_current_one():
    given = durable_settings()
    assert re.fullmatch(r"[1-9]\d*\.\d+", given["defaultVersion"])  # other texts are compared as text
    assert given["versionMatchStrategy"] == "Strict"
    assert given["versionFailureStrategy"] == "Fail"  # nothing ends what is rejected


def test_the_bundle_knows_versions():
    bundle = json.loads((ROOT / "host.json").read_text())["extensionBundle"]
    first, _ = re.fullmatch(r"\[(\d+\.\d+\.\d+), (\d+\.\d+\.\d+)\)", bundle["version"]).groups()
    assert tuple(map(int, first.split("."))) >= (4, 30, 0)


def called_by_orchestrators():
    names = [path.stem for path in (ROOT / "orchestrators").glob("*.py") if path.stem != "__init__"]
    modules = [importlib.import_module(f"orchestrators.{name}") for name in names]
    values = [value for module in modules for value in vars(module).values()]
    return {value.name for value in values if isinstance(value, Activity)}


def test_whatever_an_orchestrator_calls_is_registered():
    app = load_app(ROOT)
    activities = {function.name for function in app.of("activityTrigger")}
    assert called_by_orchestrators() == activities  # the hub says nothing of a name that it does not know
    assert {function.name for function in app.of("orchestrationTrigger")} == {RUN_AGENT, "take_delivery"}
