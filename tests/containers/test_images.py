"""What the images contain according to their Dockerfiles, and how they are built."""

import fnmatch
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.containers.agents.at_work import AGENTS, CHECKOUT, CONTAINERS

IMAGES = ("base", "runner", *AGENTS)
FAKE = """#!/bin/sh
case "$*" in
*imagetools*) echo sha256:%s ;;
*) echo "$@" >>"$LOG" ;;
esac
""" % ("0" * 64)


def dockerfile(name):
    return (CONTAINERS / name / "Dockerfile").read_text()


def build(tmp_path, *arguments, checkout=CHECKOUT, **environment):
    """Run build.sh with a builder that logs its arguments; returns the process and the logged lines."""
    (tmp_path / "docker").write_text(FAKE)
    (tmp_path / "docker").chmod(0o755)
    log = tmp_path / "log"
    log.touch()
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(log), **environment}
    command = ["sh", str(checkout / "containers" / "build.sh"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return done, log.read_text().splitlines()


@pytest.mark.parametrize("name", IMAGES)
def test_every_image_can_be_built_on_a_digest_and_says_what_it_is(name):
    text = dockerfile(name)
    for line in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert re.fullmatch(r"\$\{[A-Z]+_IMAGE\}", line), line
    for image in re.findall(r"^ARG [A-Z]+_IMAGE=(\S+)", text, re.MULTILINE):
        assert ":" in image
        assert not image.endswith(":latest")
    for label in ("title", "description", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in text
    assert not re.search(r"^ADD |curl .*\| *(ba)?sh|chmod 777", text, re.MULTILINE)


def test_the_base_has_the_toolchains_and_an_unprivileged_user():
    text = dockerfile("base")
    for package in (
        "git",
        "ripgrep",
        "build-essential",
        "python3-venv",
        "default-jdk-headless",
        "maven",
        "jq",
    ):
        assert re.search(rf"\s{package}\s", text), package
    for stage in ("node", "go", "dotnet"):
        assert f"--from={stage}" in text
    assert re.search(r"^USER 1001$", text, re.MULTILINE)
    scripts = {path.name for path in (CONTAINERS / "base").glob("*.sh")}
    assert scripts <= set(re.search(r"^COPY (.*) /opt/autocoder/base/$", text, re.MULTILINE)[1].split())


def test_the_runner_has_what_its_local_replacement_has():
    images = tomllib.loads(
        (CHECKOUT / "emulators" / "azure_resource_manager" / "isolation" / "images.toml").read_text()
    )
    folders = next(one for one in images["image"] if one["name"] == "autocoder/runner")["folders"]
    copied = re.findall(r"^COPY (\S+) (\S+)$", dockerfile("runner"), re.MULTILINE)
    in_image = {
        f"{target}{Path(source).name}" if source.endswith(".py") else target.rstrip("/"): source.rstrip("/")
        for source, target in copied
    }
    assert in_image == folders


def test_the_runners_build_context_contains_its_modules_and_nothing_else():
    patterns = (CONTAINERS / "runner" / "Dockerfile.dockerignore").read_text().split()
    sources = re.findall(r"^COPY (\S+) \S+$", dockerfile("runner"), re.MULTILINE)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True)
    tracked = [name for name in listed.stdout.split("\0") if name]
    assert {name for name in tracked if not is_ignored(name, patterns)} == {
        name for name in tracked if name.startswith(tuple(sources)) and name.endswith((".py", ".json"))
    }
    assert is_ignored("containers/runner/clone/__pycache__/fetch.cpython-311.pyc", patterns)


def is_ignored(name, patterns):
    """Whether the build context lacks the file: the last pattern for it or one of its folders decides."""
    ignored = False
    places = [name, *(str(parent) for parent in Path(name).parents)]
    for pattern in patterns:
        glob = pattern.removeprefix("!").removeprefix("**/")
        of = [Path(place).name for place in places] if "**/" in pattern else places
        if any(fnmatch.fnmatchcase(place, glob) and place.count("/") == glob.count("/") for place in of):
            ignored = not pattern.startswith("!")
    return ignored


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agents_image_is_the_base_and_its_folder(agent):
    text = dockerfile(agent)
    assert "FROM ${BASE_IMAGE}" in text
    assert f'title="autocoder/{agent}"' in text
    copied = {name for line in re.findall(r"^COPY (.*) \./$", text, re.MULTILINE) for name in line.split()}
    listed = subprocess.run(["git", "ls-files", "."], cwd=CONTAINERS / agent, capture_output=True, text=True)
    assert set(listed.stdout.split()) - {"Dockerfile", "README.md"} == copied


def test_one_command_builds_all_of_them_in_order(tmp_path):
    done, told = build(tmp_path, TAG="1.2.3", REGISTRY="contoso.azurecr.io")
    assert done.returncode == 0, done.stderr
    built = [re.search(r"--tag contoso\.azurecr\.io/autocoder/(\S+):1\.2\.3 ", line)[1] for line in told]
    assert built[:2] == ["base", "runner"]
    assert set(built[2:]) == set(AGENTS)
    for line in told[2:]:
        assert "--build-arg BASE_IMAGE=contoso.azurecr.io/autocoder/base:1.2.3 containers/" in line
    assert all(re.search(r"--build-arg REVISION=[0-9a-f]{40} ", line) for line in told)


def test_a_release_is_built_on_digests(tmp_path):
    done, told = build(tmp_path, PIN="1")
    assert done.returncode == 0, done.stderr
    pinned = re.findall(r"--build-arg (\w+_IMAGE)=(\S+)@sha256:0{64}", told[0])
    assert {name for name, _ in pinned} == set(
        re.findall(r"^ARG (\w+_IMAGE)=", dockerfile("base"), re.MULTILINE)
    )
    assert ("DEBIAN_IMAGE", "debian") in pinned


def test_a_folder_that_is_added_is_built_too(tmp_path):
    for name in ("containers/base", "containers/runner", "containers/newcomer"):
        (tmp_path / "checkout" / name).mkdir(parents=True)
        (tmp_path / "checkout" / name / "Dockerfile").touch()
    (tmp_path / "checkout" / "containers" / "newcomer" / "agent.toml").touch()
    shutil.copy(CONTAINERS / "build.sh", tmp_path / "checkout" / "containers")
    done, told = build(tmp_path, checkout=tmp_path / "checkout")
    assert done.returncode == 0, done.stderr
    assert told[-1].endswith("containers/newcomer")


def test_a_failed_build_ends_all_builds(tmp_path):
    done, _ = build(tmp_path, BUILDER="false")
    assert done.returncode != 0
    assert done.stdout.count("==") == 1


def test_says_what_to_do_without_a_builder(tmp_path):
    done, _ = build(tmp_path, BUILDER="no-such-builder")
    assert done.returncode == 1
    assert "no-such-builder, which is not installed" in done.stderr
