"""Write the words for the agent and the containers' inputs, and settle what is left to settle."""

from activities.activity import activity
from activities.record_phase import run_url
from autocoder import ids, wire
from autocoder.agents import Agent, agents
from autocoder.clients.connect import clients
from autocoder.container_groups import agent_image
from autocoder.models import (
    CommitText,
    Ended,
    Plan,
    Repository,
    RepositoryTexts,
    Run,
    RunFile,
    RunRequest,
    Value,
    WorkItem,
    WorkItemSummary,
)
from autocoder.prompts import system_prompt, task_prompt
from autocoder.publishing import policy_rules
from autocoder.pull_request_text import commit_message
from autocoder.requests import full_budget
from autocoder.settings import Settings, settings


class PromptInput(Value):
    """A run, its work item if it has one, and its repository."""

    run: Run
    work_item: WorkItemSummary | None = None
    repository: Repository


@activity
def build_prompt(given: PromptInput) -> Plan | Ended:
    """Write `prompt.md`, `system.md` and `run.json`, and return the plan of the run."""
    connected, run = clients(), given.run
    request = wire.load(RunRequest, connected.blobs.get(run.id, "request.json"))
    agent = agents().get(request.agent_type)
    if agent is None:
        return Ended(outcome="failed", reason=f"There is no agent {request.agent_type} any more.")
    work_item = (
        wire.load(WorkItem, connected.blobs.get(run.id, "work_item.json")) if given.work_item else None
    )
    texts = wire.load(RepositoryTexts, connected.blobs.get(run.id, "repository.json"))
    plan = _plan(given, agent, work_item, settings())
    inputs = {
        "prompt.md": task_prompt(request, work_item, texts).encode(),
        "system.md": system_prompt(request).encode(),
        "run.json": wire.to_bytes(_run_file(plan, agent, work_item)),
    }
    for name, content in inputs.items():
        connected.blobs.put(run.id, name, content)
    connected.records.merge(run.id, {"model": plan.model, "branch": plan.branch})
    return plan


def _plan(given: PromptInput, agent: Agent, work_item: WorkItem | None, settings: Settings) -> Plan:
    run = given.run
    title = given.work_item.title if given.work_item else run.title
    images = tuple(image.name for image in work_item.images) if work_item else ()
    return Plan(
        run=run,
        title=title,
        work_item=given.work_item,
        repository=given.repository,
        branch=ids.branch_name(run.request.source_branch_prefix, run.request.work_item_id, title, run.id),
        agent_name=agent.name,
        model=run.request.model or agent.default_model,
        image=run.request.container_image or agent_image(agent.image, settings),
        budget=full_budget(run.request.budget, settings),
        inputs=("run.json", "prompt.md", "system.md", *images),
        poll_seconds=settings.poll_seconds,
    )


def _run_file(plan: Plan, agent: Agent, work_item: WorkItem | None) -> RunFile:
    run, repository = plan.run, plan.repository
    return RunFile(
        run_id=run.id,
        clone_url=repository.clone_url,
        target_branch=repository.target_branch,
        base_commit=repository.base_commit,
        agent=agent.for_run(plan.model, settings().model_upstreams.get(agent.provider)),
        budget=plan.budget,
        commit=_commit(plan),
        policy=policy_rules(),
        setup=repository.settings.setup,
        verify=repository.settings.verify,
        images=tuple(image.name for image in work_item.images) if work_item else (),
    )


def _commit(plan: Plan) -> CommitText:
    run = plan.run
    name, _, mail = settings().commit_author.partition("<")
    return CommitText(
        message=commit_message(
            plan.title, run.request.work_item_id, run.id, run_url(run.id), run.request.requester.name
        ),
        author_name=name.strip() or "Autocoder",
        author_email=mail.strip(" <>") or "autocoder@noreply.invalid",
        date=run.queued_at,
    )
