"""Write the generated tables of the documentation; `--check` only reports whether they are current.

Each table is between `<!-- begin NAME -->` and `<!-- end NAME -->` in one page, generated from its source:
settings from `autocoder/settings.py`, agents from the folders in `containers/`, outcomes, causes, rulings and
build outputs from `autocoder/shared/`, routes from `triggers/`, emulators from `emulators/coverage/`, the
benchmark's parts from `emulators/bench/aims.py`, the pipelines task from its `task.json`, packages from their
docstrings. The table of request fields is written by hand; `tests/docs/test_tables.py` checks that it is
complete.
"""

import ast
import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BeforeValidator  # noqa: E402

from autocoder import setting_values, settings  # noqa: E402
from autocoder.agents import agents  # noqa: E402
from autocoder.reports.comment import COMPLETED, completed  # noqa: E402
from autocoder.shared.build_outputs import BUILD_OUTPUTS  # noqa: E402
from autocoder.shared.model_failures import MODEL_FAILURES  # noqa: E402
from autocoder.shared.outcomes import OUTCOMES  # noqa: E402
from autocoder.shared.rulings import RULINGS  # noqa: E402
from emulators.bench.aims import AIMS, PARTS  # noqa: E402

PACKAGE_ROOTS = ("triggers", "orchestrators", "activities", "autocoder", "containers/runner", "emulators")
TYPE_WORDS = {
    "JSON": {setting_values.from_json},
    "URL": {
        setting_values.checked_url,
        setting_values.checked_organization,
        setting_values.checked_storage,
    },
    "GUID": {setting_values.checked_guid},
    "`a;b`": {setting_values.split_list},
}
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def settings_table() -> str:
    """Return the table of settings."""
    rows = ["| Setting | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, field in settings.Settings.model_fields.items():
        default = "required" if field.is_required() else _shown(field.default)
        example = f" Example: `{field.examples[0]}`" if field.examples else ""
        rows.append(f"| `{name.upper()}` | {_type_name(field)} | {default} | {field.description}.{example} |")
    return "\n".join(rows)


def _shown(default: object) -> str:
    if default is None or default in ((), {}):
        return "empty"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{';'.join(default)}`" if isinstance(default, tuple) else f"`{default}`"


def _type_name(field: Any) -> str:
    """Return the type of *field* in words for readers."""
    checks = {item.func for item in (*field.metadata, *_checks(field.annotation)) if hasattr(item, "func")}
    for word, functions in TYPE_WORDS.items():
        if checks & functions:
            return word
    kinds = [kind for kind in _kinds(field.annotation) if kind is not type(None)]
    choices = [word for kind in kinds for word in get_args(kind)]
    if choices:
        return ", ".join(f"`{word}`" for word in choices)
    return {bool: "`true`, `false`", int: "integer", float: "number", str: "text"}.get(kinds[0], "text")


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the type itself if it is not a union."""
    is_union = get_origin(annotation) in (Union, UnionType)
    return get_args(annotation) if is_union else (annotation,)


def _checks(annotation: Any) -> list[BeforeValidator]:
    """Return the validators inside a union such as `Url | None`."""
    inside = [item for kind in _kinds(annotation) for item in getattr(kind, "__metadata__", ())]
    return [item for item in inside if isinstance(item, BeforeValidator)]


def agents_table() -> str:
    """Return the table of agents."""
    rows = ["| Agent | Folder | Default model | Secret in Key Vault | CLI |", "|---|---|---|---|---|"]
    for agent in agents().values():
        cli = f"`{agent.cli.package}` {agent.cli.version}"
        link = f"[`{agent.type}`](../containers/{agent.type}/README.md)"
        rows.append(f"| {agent.name} | {link} | `{agent.default_model}` | `{agent.secret}` | {cli} |")
    return "\n".join(rows)


def outcomes_table() -> str:
    """Return the table of outcomes, with every headline that a run can get."""
    rows = ["| Outcome | The work item says | What to do |", "|---|---|---|"]
    ways = [completed(words, failed=0) for words in COMPLETED.values()]
    headlines = {row.outcome: row.headline for row in OUTCOMES}
    headlines["completed"] = "<br>".join([*ways, completed("…", failed=2)])
    rows += [f"| `{row.outcome}` | {headlines[row.outcome]} | {row.advice} |" for row in OUTCOMES]
    return "\n".join(rows)


def model_failures_table() -> str:
    """Return the table of the causes of a run's failure, with what a reason says and what to do."""
    rows = ["| `cause` | The reason says | What to do |", "|---|---|---|"]
    rows += [f"| `{row.kind}` | {row.text} | {row.advice} |" for row in MODEL_FAILURES]
    return "\n".join(rows)


def rulings_table() -> str:
    """Return the table of what is done with each kind of change that may not be published."""
    words = {"drop": "left out", "withhold": "withheld", "refuse": "refused, with the whole change"}
    rows = ["| Reason | The path is |", "|---|---|"]
    for ruling in RULINGS.values():
        reason = re.sub(r"\{:?,?\}", "…", ruling.reason)
        rows.append(f"| {reason} | {words[ruling.action]} |")
    return "\n".join(rows)


def build_outputs_table() -> str:
    """Return the table of build output that is left out."""
    rows = ["| Files | Of | If |", "|---|---|---|"]
    rows += [f"| `{one.glob}` | {one.made_by} | {one.evidence} |" for one in BUILD_OUTPUTS]
    return "\n".join(rows)


def routes_table() -> str:
    """Return the table of HTTP routes, as the app registers them."""
    logging.disable()  # the app reports that it is not configured, which is expected here
    import function_app  # noqa: F401  (imports every trigger, which declares its routes)
    from triggers.operations import ROUTE_PREFIX, routes

    rows = ["| Route | Key | What it does |", "|---|---|---|"]
    for route in routes():
        level = "function" if route.takes_key else "anonymous"
        rows.append(f"| `{route.method} {ROUTE_PREFIX}{route.path}` | {level} | {route.summary} |")
    return "\n".join(rows)


def coverage_table() -> str:
    """Return the table of emulators: the first sentence of each one's page."""
    rows = ["| Emulator | Stands for | Details |", "|---|---|---|"]
    for page in sorted((ROOT / "emulators" / "coverage").glob("*.md")):
        paragraphs = page.read_text("utf-8").split("\n\n")
        first = next(
            " ".join(text.split()) for text in paragraphs if text.strip() and not text.startswith("#")
        )
        sentence = re.split(r"(?<=[^.]\.) (?=[A-Z])", first)[0]
        rows.append(f"| `{page.stem}` | {sentence} | [page](../emulators/coverage/{page.name}) |")
    return "\n".join(rows)


def bench_table() -> str:
    """Return the table of the benchmark's parts, each with the aims of its figures."""
    rows = ["| Part | Measures | Aims |", "|---|---|---|"]
    for part, measures in PARTS.items():
        aims = "<br>".join(f"{aim.what}: {aim.words}" for aim in AIMS if part in aim.parts)
        rows.append(f"| `{part}` | {measures} | {aims or 'none'} |")
    return "\n".join(rows)


def packages_tree() -> str:
    """Return the packages as an indented tree, each with the first sentence of its docstring."""
    lines = []
    for root in PACKAGE_ROOTS:
        packages = [file.parent for file in sorted((ROOT / root).rglob("__init__.py"))]
        for package in (one for one in packages if not {"node_modules", "sample"} & set(one.parts)):
            depth = len(package.relative_to((ROOT / root).parent).parts) - 1
            name = f"{'  ' * depth}{root if depth == 0 else package.name}/"
            docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
            sentence = re.split(r"(?<=[^.]\.) (?=[A-Z])", " ".join(docstring.split("\n\n")[0].split()))[0]
            lines.append(f"{name:26} {sentence.rstrip('.')}".rstrip())
    return "\n".join(("```text", *lines, "```"))


def task_inputs_table() -> str:
    """Return the table of the pipelines task's inputs."""
    rows = ["| Input | Default | Meaning |", "|---|---|---|"]
    for field in _task()["inputs"]:
        default = f"`{field['defaultValue']}`" if "defaultValue" in field else ""
        rows.append(f"| `{field['name']}` | {default} | {field['helpMarkDown']} |")
    return "\n".join(rows)


def task_outputs_table() -> str:
    """Return the table of the pipelines task's output variables."""
    rows = ["| Output variable | Value |", "|---|---|"]
    rows += [f"| `{field['name']}` | {field['description']} |" for field in _task()["outputVariables"]]
    return "\n".join(rows)


def _task() -> Any:
    return json.loads((ROOT / "extension" / "task" / "task.json").read_text("utf-8"))


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "agents": agents_table,
    "outcomes": outcomes_table,
    "model-failures": model_failures_table,
    "rulings": rulings_table,
    "build-outputs": build_outputs_table,
    "routes": routes_table,
    "coverage": coverage_table,
    "bench": bench_table,
    "task-inputs": task_inputs_table,
    "task-outputs": task_outputs_table,
    "packages": packages_tree,
}


def with_tables(texts: Mapping[Path, str]) -> dict[Path, str]:
    """Return *texts* (page -> text) with every table generated; raises ValueError if one has no page."""
    written = dict(texts)
    for name, make in TABLES.items():
        place = re.compile(f"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        pages = [page for page, text in written.items() if place.search(text)]
        if len(pages) != 1:
            raise ValueError(f"the table {name} must have its markers in one page, not in {len(pages)}")
        table = make()
        written[pages[0]] = place.sub(
            lambda found, table=table: f"{found[1]}{table}\n{found[2]}",  # type: ignore[misc]
            written[pages[0]],
        )
    return written


def main() -> int:
    """Write the tables, or with `--check` return 1 when they are not current."""
    before = {page: page.read_text("utf-8") for page in PAGES}
    after = with_tables(before)
    stale = [page for page, text in after.items() if text != before[page]]
    for page in stale:
        sys.stdout.write(f"{page.relative_to(ROOT)}\n")
        if "--check" not in sys.argv:
            page.write_text(after[page], "utf-8")
    return int("--check" in sys.argv and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
