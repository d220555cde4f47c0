"""A repository whose settings, hooks, servers, filters and links attack without effect."""

import subprocess

import pytest

from emulators.ports import MODEL_PROVIDER
from tests.hostile import repository
from tests.hostile.attacks import attack_on
from tests.hostile.evidence import Canary, bare_repository


@pytest.fixture(scope="module")
def evil():
    started = Canary()
    yield started
    started.close()


@pytest.fixture(scope="module")
def malicious(hostile, evil):
    """Make a work item for the malicious repository."""
    repository.create(hostile, evil)

    def malicious(script, **options):
        evil.calls.clear()
        return attack_on(hostile, script, repository=repository.NAME, **options)

    return malicious


def changed(attack):
    """What the run's pull request changes, by path."""
    run = attack.published_once()
    bare = bare_repository(attack.platform, repository.NAME)
    git = ("git", "-C", bare, "diff", "--name-status", "--no-renames", "main", run["branch"])
    listed = subprocess.run(git, capture_output=True, text=True, check=True).stdout
    return dict(reversed(line.split("\t")) for line in listed.splitlines())


@pytest.mark.slow
def test_settings_hooks_and_servers_of_the_repository_do_not_act_on_the_real_claude(hostile, malicious, evil):
    with hostile.client(MODEL_PROVIDER) as model:
        model.request("DELETE", "/_control/requests")
    attack = malicious("", agentType="claude").start()
    assert set(changed(attack)) == {"NOTES.md"}
    assert evil.calls == []
    with hostile.client(MODEL_PROVIDER) as model:
        requests = model.get("/_control/requests").json()["requests"]
    assert requests
    tools = {tool for request in requests for tool in request["tools"]}
    assert not [tool for tool in tools if "evil" in tool]


def test_hooks_filters_monitors_and_programs_of_the_repository_do_not_run(malicious, evil):
    script = f"""
        {evil.call("the-agent-itself")}
        for key in core.fsmonitor filter.evil.clean filter.evil.process diff.evil.command; do
            git config "$key" "$AUTOCODER_WORKSPACE/evil.sh"
        done
        git config core.hooksPath .githooks
        git config include.path ../.gitconfig
        PATH=$AUTOCODER_WORKSPACE:$PATH
        echo changed >>README.md
    """
    assert changed(malicious(script).start()) == {"README.md": "M"}
    assert evil.calls == [
        "GET /the-agent-itself"
    ]  # a call that succeeds is seen here: the others did not happen


def test_links_of_the_repository_are_neither_followed_nor_published(hostile, malicious):
    script = """
        echo written through a link >above/written.txt 2>/dev/null
        cat environment >copy.txt
        rm environment; ln -s /proc/1/environ environment
    """
    run = malicious(script).start().published_nothing("refused")
    assert "environment: a symbolic link that leaves the repository" in run["reason"]


def test_a_rewritten_agents_md_is_withheld_and_listed(malicious):
    script = f"""
        echo '{repository.EVIL_INSTRUCTIONS.strip()}' >AGENTS.md
        mkdir sub; cp AGENTS.md sub/agents.MD; cp AGENTS.md CLAUDE.md
        mkdir .github; cp AGENTS.md .github/copilot-instructions.md
        echo fine >fine.txt
    """
    attack = malicious(script).start()
    assert changed(attack) == {"fine.txt": "A"}
    (pull_request,) = attack.pull_requests
    warnings = pull_request["description"].split("## Warnings")[1]
    for path in ("AGENTS.md", "sub/agents.MD", "CLAUDE.md", ".github/copilot-instructions.md"):
        assert f"Withheld: `{path}` (protected path)" in warnings


@pytest.mark.parametrize(
    "moved",
    [
        "git mv -f docs/pipeline-example.yml azure-pipelines.yml",
        "cp docs/pipeline-example.yml azure-pipelines.yml",
        "cp docs/pipeline-example.yml azure-pipelines-2.yml",
        "mkdir .azuredevops; cp docs/pipeline-example.yml .azuredevops/autocoder.yml",
        "rm azure-pipelines.yml; ln -s docs/pipeline-example.yml azure-pipelines.yml",
        "rm azure-pipelines.yml; mkdir azure-pipelines.yml; cp docs/*.yml azure-pipelines.yml/x",
    ],
)
def test_content_that_the_repository_has_already_does_not_become_a_pipeline(malicious, moved):
    attack = malicious(f"{moved}; echo fine >fine.txt").start()
    assert not [path for path in changed(attack) if "pipelines" in path or path.startswith(".azure")]
    (pull_request,) = attack.pull_requests
    assert "Withheld: `" in pull_request["description"]


def test_the_submodule_is_not_fetched_and_may_not_be_moved(malicious, evil):
    script = """
        rmdir module 2>/dev/null; git init -q module
        git -C module -c user.name=a -c user.email=a@a commit -q --allow-empty -m x
    """
    run = malicious(script).start().published_nothing("refused")
    assert "module: a submodule was changed" in run["reason"]
    assert evil.calls == []
