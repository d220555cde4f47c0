"""Azure DevOps, with a project and a repository, for the activities."""

import pytest

from autocoder import models as m
from tests.autocoder.changes.packs import Repo
from tests.autocoder.clients.azure_devops.conftest import ORGANIZATION, PROJECT, client, devops  # noqa: F401
from tests.autocoder.clients.conftest import cloud  # noqa: F401

RUN_ID = "a" * 20


@pytest.fixture
def repository(devops, tmp_path, request):  # noqa: F811
    """Create a repository with these files; return it as a `Repository` value."""

    def make(files):
        local = Repo(tmp_path / "local", files)
        name = f"web {abs(hash(request.node.nodeid))}"
        body = {"name": name, "path": str(local.folder / ".git")}
        made = devops.control(f"organizations/{ORGANIZATION}/projects/{PROJECT}/repositories", body)
        return m.Repository(
            id=made["id"],
            name=name,
            project=PROJECT,
            project_id="p",
            clone_url="https://x",
            web_url="https://x",
            target_branch="main",
            target_commit=local.base,
            base=m.Base(branch="main", commit=local.base),
        )

    return make


def run(**changes):
    given = {"organization": ORGANIZATION, "project": PROJECT, "repository": "web", "work_item_id": 7}
    request = m.RunRequest(**{**given, **changes})
    return m.Run(id=RUN_ID, request=request, title="", queued_at="2026-01-01T00:00:00Z")


def plan(repository):
    return m.Plan(
        run=run(),
        title="Crash",
        repository=repository,
        branch="autocoder/7-crash-aaaaaa",
        agent_type="claude",
        agent_name="Claude Code",
        model="m",
        image="i",
        budget=m.Budget(),
        inputs=(),
        poll_seconds=1,
    )
