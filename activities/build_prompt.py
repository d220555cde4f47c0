"""Write the words for the agent and the containers' inputs, and settle what is left to settle."""

from activities.activity import activity
from autocoder import wire
from autocoder.agents import agents
from autocoder.clients.connect import Clients, clients
from autocoder.models import (
    Ended,
    Plan,
    Repository,
    RepositoryTexts,
    Run,
    RunRequest,
    Value,
    WorkItem,
    WorkItemSummary,
)
from autocoder.plans import choose_agent, plan_run, run_file
from autocoder.prompts import files_named, guidance, system_prompt, task_prompt, template_names
from autocoder.settings import settings


class PromptInput(Value):
    """A run, its work item if it has one, and its repository."""

    run: Run
    work_item: WorkItemSummary | None = None
    repository: Repository


@activity
def build_prompt(given: PromptInput) -> Plan | Ended:
    """Write `prompt.md`, `system.md` and `run.json`, and return the plan of the run."""
    connected, run = clients(), given.run
    agent = choose_agent(run, given.repository, agents(), settings())
    if agent is None:
        known = ", ".join(sorted(agents()))
        return Ended(outcome="failed", reason=f"The agent that was asked for is unknown; known are {known}.")
    request = wire.load(RunRequest, connected.blobs.get(run.id, "request.json"))
    texts = wire.load(RepositoryTexts, connected.blobs.get(run.id, "repository.json"))
    kept = connected.blobs.get(run.id, "work_item.json") if given.work_item else None
    work_item = wire.load(WorkItem, kept) if kept else None
    guide = guidance(request, work_item, texts)
    if guide is None:
        known = ", ".join(template_names(texts))
        return Ended(outcome="failed", reason=f"There is no template {request.template}; there are {known}.")
    images = tuple(image.name for image in work_item.images) if work_item else ()
    plan = plan_run(run, given.work_item, given.repository, agent=agent, images=images, settings=settings())
    files = _files(connected, plan, files_named(request.additional_context))
    inputs = {
        "prompt.md": task_prompt(request, work_item, texts, guide=guide, files=files).encode(),
        "system.md": system_prompt(request).encode(),
        "run.json": wire.to_bytes(run_file(plan, agent, settings())),
    }
    for name, content in inputs.items():
        connected.blobs.put(run.id, name, content)
    columns = {"agent_type": plan.agent_type, "model": plan.model, "branch": plan.branch}
    connected.records.merge(run.id, columns)
    return plan


def _files(connected: Clients, plan: Plan, paths: tuple[str, ...]) -> dict[str, str]:
    """Return the files that the additional context names, as they are in the target branch."""
    repository, git = plan.repository, connected.azure_devops(plan.run.request.organization).git
    found = {}
    for path in paths:
        content = git.read_file(repository.project, repository.id, path, repository.base_commit)
        if content is not None and b"\0" not in content:
            found[path] = content.decode("utf-8", "replace")
    return found
