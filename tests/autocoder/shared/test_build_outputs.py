import time

import pytest

from autocoder.shared.build_outputs import BUILD_OUTPUTS, MAX_NESTED, build_outputs

BASE = ("README.md", "src/app.py")


def found(new, base=BASE, allowed=(), binary=(), links=()):
    among = (lambda path, these=these: path in these for these in (allowed, binary, links))
    return build_outputs(new, base, *among)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("node_modules/a/index.js", "node_modules"),
        ("web/node_modules/a/index.js", "node_modules"),
        ("node_modules/a", "node_modules"),
        ("src/__pycache__/app.cpython-311.pyc", "__pycache__"),
        (".venv/lib/x.py", ".venv"),
        (".gradle/8.5/x.lock", ".gradle"),
        (".pytest_cache/README.md", ".pytest_cache"),
        (".mypy_cache/3.11/x.json", ".mypy_cache"),
        (".ruff_cache/x", ".ruff_cache"),
        (".tox/py311/x", ".tox"),
        (".next/build.js", ".next"),
        ("a\nb/node_modules/x\n", "node_modules"),
    ],
)
def test_a_name_is_enough(path, name):
    assert found([path]) == {path: name}


def test_a_link_may_stand_for_the_folder_but_a_file_of_its_name_does_not():
    assert found(["node_modules"], links=["node_modules"]) == {"node_modules": "node_modules"}
    assert found(["node_modules", "a/.venv"]) == {}


@pytest.mark.parametrize(
    ("evidence", "path", "name"),
    [
        ("Cargo.toml", "target/debug/app", "target"),
        ("api/pom.xml", "api/target/classes/x.txt", "target"),
        ("build.gradle.kts", "build/libs/x.txt", "build"),
        ("build/CMakeCache.txt", "build/Makefile", "build"),
        ("app/App.csproj", "app/bin/Debug/net8.0/App.dll", "bin/Debug"),
        ("App.fsproj", "bin/Release/x.json", "bin/Release"),
        ("App.csproj", "bin/x64/Debug/App.dll", "bin/*/Debug"),
        ("pyproject.toml", "dist/a-1.0-py3-none-any.whl", "dist/*.whl"),
        ("pyproject.toml", "dist/a-1.0.tar.gz", "dist/*.tar.gz"),
        ("venv/pyvenv.cfg", "venv/bin/python", "venv"),
        ("coverage/lcov.info", "coverage/index.html", "coverage"),
        ("a.egg-info/PKG-INFO", "a.egg-info/SOURCES.txt", "*.egg-info"),
    ],
)
def test_a_name_that_is_not_enough_needs_its_evidence(evidence, path, name):
    assert found([path]) == {}
    assert found([path, evidence])[path] == name


def test_the_folder_of_dotnet_objects_needs_project_and_assets():
    new = ["obj/project.assets.json", "obj/Debug/x.cs"]
    assert found(new) == {}
    assert found([*new, "App.csproj"]) == dict.fromkeys(new, "obj")
    assert found(["obj/teapot.obj", "App.csproj"]) == {}


@pytest.mark.parametrize(
    "path",
    [
        "bin/deploy.sh",
        "bin/Tools/run.sh",
        "dist/index.js",
        "build/ci.sh",
        "target/readme.md",
        "coverage/report.py",
        "my_node_modules/x",
        "node_modules.md",
        "src/target",
        "env/production.yml",
        "x.class",
    ],
)
def test_a_teams_own_files_stay(path):
    assert found([path, "App.csproj", "package.json", "pyproject.toml"]) == {}


def test_a_file_of_a_known_ending_must_not_be_text():
    new = ["a/B.class", "old.pyc", ".DS_Store"]
    assert found(new) == {}
    assert found(new, binary=new) == {"a/B.class": "*.class", "old.pyc": "*.pyc", ".DS_Store": ".DS_Store"}


def test_a_folder_of_which_the_base_has_files_is_the_teams_own():
    assert found(["node_modules/b.js"], ["node_modules/a.js"]) == {}
    assert found(["node_modules/b.js"], ["node_modules2/a.js", "web/node_modules/a.js"]) != {}
    new = ["node_modules/x/node_modules/y.js", "node_modules/z.js"]
    assert found(new, ["node_modules/a.js"]) == {new[0]: "node_modules"}


def test_a_path_that_the_team_allows_is_let_through():
    new = ["node_modules/mine/a.js", "node_modules/other/b.js"]
    assert found(new, allowed=new[:1]) == {new[1]: "node_modules"}


def test_every_entry_of_the_table_is_found():
    for entry in BUILD_OUTPUTS:
        name = entry.glob.rstrip("/")
        path = name.replace("*", "x") + ("/file" if entry.glob.endswith("/") else "")
        folder = name.replace("*", "x")
        proof = [one.replace("*", "x") for one in entry.beside[:1]]
        proof += [f"{folder}/{one}" for one in entry.within[:1]]
        assert found([path, *proof], binary=[path])[path] == name
        assert entry.made_by


def test_fifty_thousand_files_and_very_deep_ones_take_no_time():
    many = [f"web/node_modules/package-{number % 500}/lib/file-{number}.js" for number in range(50_000)]
    deep = ["/".join(["venv"] * 800) + f"/{number}" for number in range(2_000)]
    hostile = ["/".join(["bin", "x", "obj"] * 300) + f"/{number}" for number in range(2_000)]
    began = time.process_time()  # a busy machine must not fail this
    outputs = found([*many, *deep, *hostile])
    assert len(outputs) == 50_000
    assert time.process_time() - began < 5


def test_only_the_outermost_folders_are_looked_at():
    inner = "/".join(["venv"] * MAX_NESTED)
    assert found([f"{inner}/node_modules/x"]) == {}
    assert found([f"{inner[5:]}/node_modules/x"]) != {}
