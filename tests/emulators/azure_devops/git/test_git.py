"""Git over HTTP with the real git, and the REST API of repositories."""

import os
import zlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from emulators import identities, tokens
from emulators.azure_devops.control.client import CONTRIBUTOR, VISITOR
from emulators.azure_devops.policy import models as policies
from tests.emulators.azure_devops.conftest import commit, git, with_pat

PROJECT = "Fabrikam Fiber"


@pytest.fixture
def remote(ado, repository) -> str:
    """The address of the test's repository, with the credential of a contributor."""
    return with_pat(ado.clone_url(PROJECT, repository["name"]), ado.create_pat("contributes", CONTRIBUTOR))


@pytest.fixture
def clone(remote, tmp_path):
    git("clone", "-q", remote, "clone", cwd=tmp_path)
    return tmp_path / "clone"


@pytest.mark.parametrize("protocol", ["0", "2"])
@pytest.mark.parametrize(
    "how", [[], ["--depth=1"], ["--filter=blob:none"]], ids=["all", "shallow", "partial"]
)
def test_clones_what_was_imported(remote, repository, tmp_path, protocol, how):
    git("-c", f"protocol.version={protocol}", "clone", "-q", *how, remote, "out", cwd=tmp_path)
    assert git("rev-parse", "HEAD", cwd=tmp_path / "out").stdout.strip() == repository["head"]
    assert (tmp_path / "out" / "src" / "app.py").read_text().startswith("def answer")


def test_fetches_a_commit_by_its_id(remote, repository, tmp_path):
    git("init", "-q", "fetched", cwd=tmp_path)
    git("fetch", "-q", "--depth=1", remote, repository["head"], cwd=tmp_path / "fetched")


def test_takes_a_bearer_token_in_a_header(server, ado, repository, tmp_path):
    token = tokens.mint(
        server.state,
        resource=tokens.AZURE_DEVOPS_RESOURCE,
        client_id=identities.READER.client_id,
        lifetime=60,
    )
    url = ado.clone_url(PROJECT, repository["name"])
    git("-c", f"http.extraHeader=Authorization: Bearer {token}", "clone", "-q", url, "out", cwd=tmp_path)


def test_without_a_credential_git_gets_a_challenge(ado, repository, tmp_path):
    url = ado.clone_url(PROJECT, repository["name"])
    answer = httpx.get(f"{url}/info/refs?service=git-upload-pack")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert git("clone", "-q", url, "out", cwd=tmp_path, check=False).returncode == 128


def test_an_unknown_repository_is_reported_in_plain_text(ado, tmp_path):
    url = with_pat(ado.clone_url(PROJECT, "nothing"), ado.pat)
    assert "TF401019" in git("clone", url, "out", cwd=tmp_path, check=False).stderr


def test_clients_without_multi_ack_are_refused(ado, repository):
    line = f"want {repository['head']} ofs-delta\n".encode()
    body = f"{len(line) + 4:04x}".encode() + line + b"00000009done\n"
    url = f"{ado.clone_url(PROJECT, repository['name'])}/git-upload-pack"
    answer = httpx.post(url, content=body, auth=("", ado.pat))
    assert (answer.status_code, "TF401041" in answer.text) == (400, True)


def test_unpacks_a_compressed_request(ado, repository):
    line = f"want {repository['head']} multi_ack side-band-64k ofs-delta\n".encode()
    body = f"{len(line) + 4:04x}".encode() + line + b"00000009done\n"
    packer = zlib.compressobj(wbits=31)
    content = packer.compress(body) + packer.flush()
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/x-git-upload-pack-request"}
    url = f"{ado.clone_url(PROJECT, repository['name'])}/git-upload-pack"
    answer = httpx.post(url, content=content, headers=headers, auth=("", ado.pat))
    assert answer.status_code == 200
    assert b"PACK" in answer.content


def test_pushes_a_new_branch_and_keeps_a_record(http, clone, repository):
    git("checkout", "-q", "-b", "topic/one", cwd=clone)
    made = commit(clone, "b.txt", "b\n")
    git("push", "-q", "origin", "HEAD", cwd=clone)
    base = f"{PROJECT}/_apis/git/repositories/{repository['id']}"
    refs = http.get(f"{base}/refs?filter=heads/topic/").json()["value"]
    assert [(ref["name"], ref["objectId"]) for ref in refs] == [("refs/heads/topic/one", made)]
    assert refs[0]["creator"]["uniqueName"] == CONTRIBUTOR
    push = http.get(f"{base}/pushes?searchCriteria.includeRefUpdates=true").json()["value"][0]
    assert push["refUpdates"][0]["newObjectId"] == made


def test_pushes_a_large_chunked_pack(clone):
    (clone / "big.bin").write_bytes(os.urandom(3_000_000))
    git("add", ".", cwd=clone)
    git("commit", "-q", "-m", "Big", cwd=clone)
    git("push", "-q", "origin", "HEAD:refs/heads/big", cwd=clone)


def test_pushes_into_an_empty_repository(ado, work_tree):
    ado.create_repository(PROJECT, "empty one")
    remote = with_pat(ado.clone_url(PROJECT, "empty one"), ado.pat)
    git("push", "-q", remote, "main", cwd=work_tree)
    assert "main" in git("ls-remote", remote, cwd=work_tree).stdout


def test_refuses_a_push_that_is_not_a_fast_forward(clone):
    git("commit", "-q", "--amend", "-m", "Other", cwd=clone)
    refused = git("push", "--force", "origin", "main", cwd=clone, check=False)
    assert refused.returncode == 1
    assert (
        "! [remote rejected] main -> main (TF401027: You need the Git 'ForcePush' permission"
        in refused.stderr
    )
    assert "scope 'branch'" in refused.stderr


def test_the_creator_of_a_branch_may_rewrite_and_delete_it(clone):
    git("push", "-q", "origin", "main:refs/heads/mine", cwd=clone)
    git("commit", "-q", "--amend", "-m", "Other", cwd=clone)
    git("push", "-q", "--force", "origin", "main:refs/heads/mine", cwd=clone)
    git("push", "-q", "origin", ":refs/heads/mine", cwd=clone)


def test_refuses_to_delete_the_branch_of_another(ado, clone, repository):
    git(
        "push",
        "-q",
        with_pat(ado.clone_url(PROJECT, repository["name"]), ado.pat),
        "main:refs/heads/theirs",
        cwd=clone,
    )
    refused = git("push", "origin", ":refs/heads/theirs", cwd=clone, check=False)
    assert "TF401027" in refused.stderr


def test_refuses_a_push_to_a_protected_branch_and_takes_the_others(ado, clone, repository):
    ado.protect_branch(PROJECT, repository["id"], kind=policies.BUILD)
    commit(clone, "b.txt", "b\n")
    done = git("push", "origin", "main", "main:refs/heads/side", cwd=clone, check=False)
    assert (
        "! [remote rejected] main -> main (TF402455: Pushes to this branch are not permitted; "
        "you must use a pull request to update this branch.)" in done.stderr
    )
    assert "[new branch]      main -> side" in done.stderr


def test_an_atomic_push_with_a_refused_branch_changes_nothing(ado, clone, repository):
    ado.protect_branch(PROJECT, repository["id"], kind=policies.BUILD)
    commit(clone, "b.txt", "b\n")
    git("push", "--atomic", "origin", "main", "main:refs/heads/side", cwd=clone, check=False)
    assert "side" not in git("ls-remote", "origin", cwd=clone).stdout


def test_refuses_a_file_that_is_too_large(ado, http, clone, repository):
    settings = {"scope": [{"repositoryId": repository["id"]}], "maximumGitBlobSizeInBytes": 1000}
    body = {"type": {"id": policies.FILE_SIZE}, "settings": settings}
    assert http.post(f"{PROJECT}/_apis/policy/configurations", json=body).status_code == 200
    commit(clone, "small.txt", "small\n")
    git("push", "-q", "origin", "HEAD:refs/heads/small", cwd=clone)
    commit(clone, "large.txt", "x" * 2000)
    refused = git("push", "origin", "HEAD:refs/heads/large", cwd=clone, check=False)
    assert "remote unpack failed" in refused.stderr
    assert "(VS403658" in refused.stderr


@pytest.mark.parametrize("ref", ["refs/pull/1/merge", "refs/strange/x"])
def test_refuses_refs_that_are_reserved(clone, ref):
    assert "remote rejected" in git("push", "origin", f"main:{ref}", cwd=clone, check=False).stderr


def test_a_push_by_a_reader_names_the_missing_permission(ado, clone, repository):
    pat = ado.create_pat("visitor-pushes", VISITOR)
    remote = with_pat(ado.clone_url(PROJECT, repository["name"]), pat)
    refused = git("push", remote, "main:refs/heads/x", cwd=clone, check=False)
    assert "remote: TF401027: You need the Git 'GenericContribute' permission" in refused.stderr
    assert "The requested URL returned error: 403" in refused.stderr


def test_a_denied_permission_wins(ado, clone, repository):
    token = f"repoV2/{repository['project']}/{repository['id']}"
    ado.grant(CONTRIBUTOR, token, deny=16)
    refused = git("push", "origin", "main:refs/heads/denied", cwd=clone, check=False)
    assert "'CreateBranch'" in refused.stderr


def test_a_service_that_is_not_git_is_not_served(ado, repository):
    url = ado.clone_url(PROJECT, repository["name"])
    for path in (
        "HEAD",
        "objects/info/packs",
        "info/refs",
        "info/refs?service=git-upload-archive",
        "../../x",
    ):
        assert httpx.get(f"{url}/{path}", auth=("", ado.pat)).status_code == 404


# -- the REST API ------------------------------------------------------------------------------------------


def base(repository: dict) -> str:
    return f"{PROJECT}/_apis/git/repositories/{repository['id']}"


def test_a_repository_is_found_by_name_and_by_id(http, repository):
    by_name = http.get(f"{PROJECT}/_apis/git/repositories/{repository['name']}").json()
    by_id = http.get(f"_apis/git/repositories/{repository['id']}").json()
    assert by_name["id"] == by_id["id"]
    assert by_id["defaultBranch"] == "refs/heads/main"
    missing = http.get(f"{PROJECT}/_apis/git/repositories/X")
    assert (missing.status_code, missing.json()["typeKey"]) == (404, "GitRepositoryNotFoundException")


def test_files_are_read_at_a_branch_and_at_a_commit(http, repository):
    octets = {"Accept": "application/octet-stream;api-version=7.1"}
    at_branch = {"path": "/src/app.py", "versionDescriptor.version": "main"}
    at_commit = {
        "path": "src/app.py",
        "versionDescriptor.version": repository["head"],
        "versionDescriptor.versionType": "commit",
    }
    for query in (at_branch, at_commit):
        assert http.get(f"{base(repository)}/items", params=query, headers=octets).content.startswith(
            b"def answer"
        )
    described = http.get(f"{base(repository)}/items", params={**at_branch, "includeContent": "true"}).json()
    assert (described["gitObjectType"], described["content"][:3]) == ("blob", "def")


def test_folders_are_listed(http, repository):
    one = http.get(f"{base(repository)}/items?scopePath=/&recursionLevel=OneLevel").json()["value"]
    full = http.get(f"{base(repository)}/items?recursionLevel=Full").json()["value"]
    assert [item["path"] for item in one] == ["/", "/README.md", "/src"]
    assert "/src/app.py" in [item["path"] for item in full]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"path": "/no.txt"}, "GitItemNotFoundException"),
        ({"path": "/../../../etc/passwd"}, "GitItemNotFoundException"),
        ({"path": "/a\nb"}, "GitItemNotFoundException"),
        ({"path": "/README.md", "versionDescriptor.version": "nope"}, "GitUnresolvableToCommitException"),
        (
            {"path": "/README.md", "versionDescriptor.version": "../../HEAD"},
            "GitUnresolvableToCommitException",
        ),
        (
            {
                "path": "/README.md",
                "versionDescriptor.version": "--help",
                "versionDescriptor.versionType": "commit",
            },
            "GitUnresolvableToCommitException",
        ),
    ],
)
def test_missing_objects_are_404_with_a_reason(http, repository, query, key):
    answer = http.get(f"{base(repository)}/items", params=query)
    assert (answer.status_code, answer.json()["typeKey"]) == (404, key)


def test_commits_are_shown_with_message_and_parents(http, clone, repository):
    made = commit(clone, "c.txt", "c\n", "Say c\n\nFor a reason.")
    git("push", "-q", "origin", "HEAD:refs/heads/c", cwd=clone)
    shown = http.get(f"{base(repository)}/commits/{made}").json()
    assert shown["comment"] == "Say c\n\nFor a reason."
    assert shown["parents"] == [repository["head"]]
    listed = http.get(f"{base(repository)}/commits?searchCriteria.itemVersion.version=c").json()["value"]
    assert [one["commitId"] for one in listed] == [made, repository["head"]]


def test_a_ref_update_answers_200_even_when_it_is_refused(http, repository):
    zero = "0" * 40
    wanted = [
        {"name": "refs/heads/new", "oldObjectId": zero, "newObjectId": repository["head"]},
        {"name": "refs/heads/main", "oldObjectId": zero, "newObjectId": repository["head"]},
        {"name": "refs/heads/x", "oldObjectId": zero, "newObjectId": "1" * 40},
        {"name": "refs/heads/..", "oldObjectId": zero, "newObjectId": repository["head"]},
    ]
    answer = http.post(f"{base(repository)}/refs", json=wanted)
    assert answer.status_code == 200
    assert [one["updateStatus"] for one in answer.json()["value"]] == [
        "succeeded", "staleOldObjectId", "unresolvableToCommit", "invalidRefName",
    ]  # fmt: skip
    assert [one["success"] for one in answer.json()["value"]] == [True, False, False, False]


def test_policies_are_found_for_the_branch_they_protect(ado, http, repository):
    ado.protect_branch(PROJECT, repository["id"], kind=policies.BUILD)
    path = f"{PROJECT}/_apis/git/policy/configurations?repositoryId={repository['id']}&refName=refs/heads/"
    found = http.get(path + "main").json()["value"]
    assert [policy["type"]["displayName"] for policy in found] == ["Build"]
    assert http.get(path + "other").json()["value"] == []


def test_a_repository_name_is_taken_once(http):
    body = {"name": "once"}
    assert http.post(f"{PROJECT}/_apis/git/repositories", json=body).status_code == 201
    assert http.post(f"{PROJECT}/_apis/git/repositories", json=body).status_code == 409


def test_many_repositories_are_read_at_once(http, ado, work_tree):
    names = [ado.import_repository(PROJECT, f"many {number}", work_tree)["id"] for number in range(12)]
    urls = [
        f"{PROJECT}/_apis/git/repositories/{name}/items?path=/README.md&$format=octetStream" for name in names
    ]
    with ThreadPoolExecutor(12) as pool:
        contents = list(pool.map(lambda url: http.get(url).content, urls * 4))
    assert set(contents) == {b"# Sample\n"}
