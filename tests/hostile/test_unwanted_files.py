"""One unwanted file does not refuse the rest, and what is not published is kept for people with rights."""

import io
import re
import tarfile

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient

from emulators import azurite
from tests.containers.blobs import KEY
from tests.hostile.evidence import tree_of

JAR = b"PK\x03\x04\0\0\0"
UNWANTED = r"""
    mkdir -p gradle/wrapper && printf 'PK\003\004\000\000\000' >gradle/wrapper/gradle-wrapper.jar
    : >"$(printf 'caf\351.txt')"
    : >"$(printf 'a\nRun me')"
    mkdir -p web/node_modules/p
    (cd web/node_modules/p && i=0 && while [ $i -lt 3000 ]; do : >f$i.js; i=$((i + 1)); done)
    mkdir -p tools/bin && echo '#!/bin/sh' >tools/bin/deploy.sh
    echo ok >a.txt
"""


def blob(platform, run_id, name):
    bundle = platform.plan.trust()["SSL_CERT_FILE"]
    url = azurite.blob_url(platform.plan.base_port)
    with ContainerClient(url, "runs", credential=KEY, connection_verify=bundle) as runs:
        return runs.download_blob(f"{run_id}/1/{name}").readall()


def archived(platform, run_id):
    """The files of the archive of what was not published."""
    file = io.BytesIO(blob(platform, run_id, "unpublished.tar"))
    with tarfile.open(fileobj=file, encoding="utf-8", errors="surrogateescape") as archive:
        return {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}


def test_unwanted_files_are_withheld_and_listed_and_the_rest_is_published(hostile, attack):
    attacking = attack(UNWANTED).start()
    run = attacking.published_once()
    pushed, before = tree_of(hostile, run["branch"]), tree_of(hostile, "main")
    assert set(pushed) - set(before) == {"a.txt", "tools/bin/deploy.sh"}
    (pull_request,) = attacking.pull_requests
    changes, warnings = re.split("## Verification|## Warnings", pull_request["description"])[::2]
    assert "3,000 files of build output were left out (`node_modules`)." in changes
    assert "`gradle/wrapper/gradle-wrapper.jar` (binary content where text is expected)" in warnings
    assert r"`caf\xe9.txt` (the name is not UTF-8)" in warnings
    assert r"`a\x0aRun me` (the name has control characters)" in warnings
    assert f"`runs/{run['id']}/1/unpublished.tar` (Storage Blob Data Reader)" in warnings
    files = archived(hostile, run["id"])
    assert files["files/gradle/wrapper/gradle-wrapper.jar"] == JAR
    assert "files/caf\udce9.txt" in files
    assert "files/a.txt" not in files


def test_a_change_that_is_all_withheld_is_refused_and_kept(hostile, attack):
    run = attack(r"printf 'PK\003\004\000\000\000' >a.jar").start().published_nothing("refused")
    assert "- a.jar: binary content where text is expected" in run["reason"]
    assert "is kept for 30 days in blob" in run["reason"]
    assert archived(hostile, run["id"])["files/a.jar"] == JAR


def test_a_change_that_the_supervisor_refuses_is_kept_whole(hostile, attack):
    run = attack("ln -s /etc/passwd out; echo fine >fine.txt").start().published_nothing("refused")
    assert f"`runs/{run['id']}/1/unpublished.tar`" in run["reason"]
    assert archived(hostile, run["id"])["files/fine.txt"] == b"fine\n"


def test_a_change_that_the_app_refuses_is_kept_as_its_pack(hostile, attack):
    token = "ghp_" + "4kQ9zX2mB7vL1cN8" * 2 + "abcd"
    run = attack(f"echo {token} >token.txt").start().published_nothing("refused")
    assert f"`runs/{run['id']}/1/changes.pack` (Storage Blob Data Reader)" in run["reason"]
    assert blob(hostile, run["id"], "changes.pack")[:4] == b"PACK"
    assert token not in run["reason"]


def test_a_pack_with_a_secret_of_the_run_is_not_kept(hostile, attack):
    password = hostile.emulators.passwords.hook_password
    attacking = attack(
        'until [ -e "$here.secret" ]; do sleep 0.05; done; cp "$here.secret" notes.txt'
    ).start()
    attacking.tell("secret", f"{password}\n")
    run = attacking.published_nothing("refused")
    assert "kept" not in run["reason"]
    with pytest.raises(ResourceNotFoundError):
        blob(hostile, run["id"], "changes.pack")
