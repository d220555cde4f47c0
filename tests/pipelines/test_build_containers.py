"""The pipeline that publishes the images: it scans all, then pushes all, then signs by digest."""

import os
import re
import subprocess

import pytest
import yaml

from tests.containers.agents.at_work import AGENTS, CHECKOUT

PIPELINE = CHECKOUT / "pipelines" / "build-containers.yml"
REGISTRY = "contoso.azurecr.io"
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
DOCKER = """#!/bin/sh
echo "docker $*" >>"$LOG"
case "$*" in
save*) : >"$3" ;;
inspect*) for last; do :; done; echo "other.example/x@sha256:9"; echo "${last%:*}@sha256:0123" ;;
*--exit-code*) [ "$(grep -c exit-code "$LOG")" -ne "${UNFIT:-0}" ] ;;
esac
"""


@pytest.fixture
def publish(tmp_path):
    """Publish with stand-ins for docker and az; return the exit code and their recorded calls."""
    for name, text in (("docker", DOCKER), ("az", '#!/bin/sh\necho "az $*" >>"$LOG"\n')):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

    def publish(**more):
        log = tmp_path / "log"
        environment = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "LOG": str(log),
            "TRIVY_IMAGE": "trivy:1",
            "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
            **more,
        }
        command = ["sh", str(CHECKOUT / "pipelines" / "publish.sh"), REGISTRY, "7", str(tmp_path / "out")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return done.returncode, log.read_text().splitlines() if log.exists() else []

    return publish


def test_every_image_is_scanned_before_the_first_is_pushed(publish):
    code, told = publish()
    assert code == 0
    scans = [number for number, line in enumerate(told) if "--exit-code 1" in line]
    pushes = [number for number, line in enumerate(told) if line.startswith("docker push")]
    assert len(scans) == len(pushes) == len(AGENTS) + 2
    assert max(scans) < min(pushes)
    assert not [line for line in told if "docker.sock" in line]


def test_pushed_images_are_listed_by_digest_and_their_tags_are_locked(publish, tmp_path):
    _, told = publish()
    names = ["base", "runner", *sorted(AGENTS)]
    references = (tmp_path / "out" / "references.txt").read_text().splitlines()
    assert references == [f"{REGISTRY}/autocoder/{name}@sha256:0123" for name in names]
    locked = [
        line
        for line in told
        if line.startswith(f"az acr repository update --subscription {SUBSCRIPTION} --name contoso ")
    ]
    assert len(locked) == len(names)
    assert all("--write-enabled false" in line for line in locked)


def test_nothing_is_pushed_when_one_image_fails_the_scan(publish, tmp_path):
    code, told = publish(UNFIT="3")
    assert code != 0
    assert not [line for line in told if line.startswith("docker push")]
    assert not (tmp_path / "out" / "references.txt").exists()


def test_nothing_is_scanned_or_pushed_without_a_subscription(publish):
    code, told = publish(AZURE_SUBSCRIPTION_ID="")
    assert code != 0
    assert told == []


def test_the_pipeline_builds_pinned_then_publishes_then_signs():
    steps = yaml.safe_load(PIPELINE.read_text())["jobs"][0]["steps"]
    text = [str(step) for step in steps]
    order = [
        next(i for i, step in enumerate(text) if part in step)
        for part in ("build.sh", "publish.sh", "'sign'")
    ]
    assert order == sorted(order)
    assert steps[order[0]]["env"]["PIN"] == 1
    assert "$(references)" in text[order[2]]
    assert steps[0]["persistCredentials"] is False


def test_no_pipeline_variable_is_expanded_inside_a_script():
    for step in yaml.safe_load(PIPELINE.read_text())["jobs"][0]["steps"]:
        script = step.get("script", "") + step.get("inputs", {}).get("inlineScript", "")
        assert not re.search(r"\$\{\{|\$\((?!paste |az account show )", script), script
