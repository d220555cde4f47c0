"""The imports of `function_app.py`, which import-linter cannot check because it is not a package."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOUSE = {"triggers", "orchestrators", "activities", "autocoder"}


def test_function_app_imports_only_the_product_and_the_sdk():
    tree = ast.parse((ROOT / "function_app.py").read_text())
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    outside = {name for name in named if name.split(".")[0] not in HOUSE | sys.stdlib_module_names}
    assert outside == {"azure.functions", "azure.durable_functions"}
    assert not [name for name in named if name.startswith("autocoder.clients")]
