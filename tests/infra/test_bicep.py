"""The checks of the Bicep compiler that are possible without it."""

import json
import re

import pytest
import yaml

from tests.infra.bicep import FILES, FUNCTIONS, INFRA, ROOT, File, parse, parsed, properties, text_of, walk

FILE_IDS = [str(path.relative_to(INFRA)) for path in FILES]
every_file = pytest.mark.parametrize("file", [parsed(path) for path in FILES], ids=FILE_IDS)


def undeclared(file: File) -> list[str]:
    known = {one.name for one in file.declarations if one.kind != "output"}
    unknown = [f"{name} (line {line})" for name, line in file.references() if name not in known]
    return unknown + sorted(set(file.calls()) - FUNCTIONS)


def unused(file: File) -> list[str]:
    used = {name for name, _ in file.references()}
    return [
        one.name
        for one in file.declarations
        if one.kind in ("parameter", "variable") and one.name not in used
    ]


@every_file
def test_parses(file):
    assert file.syntax_errors() == []


@every_file
def test_uses_only_what_it_declares(file):
    assert undeclared(file) == []


@every_file
def test_uses_each_parameter_and_variable(file):
    assert unused(file) == []


@every_file
def test_describes_itself_and_each_parameter(file):
    assert re.match(r"metadata description = '[^']", text_of(file.root))
    assert [one.name for one in file.of("parameter") if not one.decorators.get("description")] == []


@every_file
def test_passes_each_module_the_parameters_it_requires(file):
    for module in file.of("module"):
        asked = {
            one.name: one.required
            for one in parsed((file.path.parent / module.target).resolve()).of("parameter")
        }
        given = set(properties(properties(module.body)["params"]))
        assert given <= set(asked), module.name
        assert {name for name, required in asked.items() if required} <= given, module.name


@every_file
def test_passes_parameters_to_modules_that_declare_the_same_type(file):
    types = {one.name: one.type for one in file.of("parameter")}
    for module in file.of("module"):
        target = parsed((file.path.parent / module.target).resolve())
        wanted = {one.name: one.type for one in target.of("parameter")}
        given = {
            name: types.get(text_of(value), wanted[name])
            for name, value in properties(properties(module.body)["params"]).items()
        }
        assert given == {name: wanted[name] for name in given}, module.name


@every_file
def test_has_no_name_that_the_linter_mistakes_for_a_secret(file):
    # https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter-rule-secure-secrets-in-parameters
    names = [re.sub(r"secret_?names?", "", one.name.lower()) for one in file.of("parameter")]
    assert [name for name in names if re.search("password|pwd|secret|accountkey|acctkey", name)] == []
    # https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter-rule-outputs-should-not-contain-secrets
    assert [one.name for one in file.of("output") if "password" in one.name.lower()] == []


@every_file
def test_reads_only_outputs_that_modules_have(file):
    for module in file.of("module"):
        outputs = {one.name for one in parsed((file.path.parent / module.target).resolve()).of("output")}
        read = {path[1] for path in file.members(module.name) if path[:1] == ("outputs",)}
        assert read <= outputs, module.name


@every_file
def test_uses_plain_resources_with_a_fixed_api_version(file):
    assert not re.search(r"'(br|ts)[:/]", text_of(file.root))
    for one in file.of("resource"):
        top = one.node.parent is not None and one.node.parent.type == "infrastructure"
        assert not top or re.fullmatch(r"Microsoft\.\w+/[\w/]+@\d{4}-\d\d-\d\d(-preview)?", one.target), (
            one.name
        )


def test_every_module_is_deployed():
    named = {
        (file.path.parent / module.target).resolve()
        for file in map(parsed, FILES)
        for module in file.of("module")
    }
    scripted = {
        INFRA / path for path in re.findall(r"modules/[\w-]+\.bicep", (INFRA / "secrets.sh").read_text())
    }
    assert named | scripted == {path for path in FILES if path.parent == INFRA / "modules"}


def test_no_line_is_longer_than_a_screen():
    assert [p.name for p in FILES for line in p.read_text().splitlines() if len(line) > 210] == []


def test_the_checker_finds_an_undeclared_symbol_an_unknown_function_and_an_unused_parameter():
    file = parse("param a string\nparam b string\noutput c string = uniqueStrng(a, missing.id)\n")
    assert undeclared(file) == ["missing (line 3)", "uniqueStrng"]
    assert unused(file) == ["b"]


def test_the_checker_knows_the_variables_of_loops_and_lambdas():
    file = parse(
        "param a array\n"
        "var b = [for (one, at) in a: '${one}${at}']\n"
        "var c = map(b, one => one.x)\n"
        "output d array = [for one in c: one]\n"
    )
    assert undeclared(file) == ["map"]  # infra/ does not use this function
    assert undeclared(parse("param a array\noutput b array = [for one in a: two]\n")) == ["two (line 2)"]


def test_the_checker_sees_a_call_inside_an_array():
    file = parse("param a string\noutput b array = [split(a, '/')[2], splt(a)]\n")
    assert undeclared(file) == ["splt"]


def test_the_checker_finds_a_syntax_error():
    assert parse("param a string =\nresource b {").syntax_errors()


def test_the_parameters_file_sets_every_required_parameter():
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    asked = {one.name: one.required for one in parsed(INFRA / "main.bicep").of("parameter")}
    assert set(given) <= set(asked)
    assert {name for name, required in asked.items() if required} <= set(given)


def test_everything_that_azure_yaml_names_exists():
    project = yaml.safe_load((ROOT / "azure.yaml").read_text())
    assert (ROOT / project["infra"]["path"] / f"{project['infra']['module']}.bicep").is_file()
    assert (ROOT / project["hooks"]["postprovision"]["run"]).stat().st_mode & 0o100
    assert "preprovision" in project["hooks"]
    tagged = [text_of(node) for path in FILES for node in walk(parsed(path).root) if node.type == "string"]
    assert [service for service in project["services"] if service not in tagged] == []
