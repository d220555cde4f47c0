"""The plan of a round of a run, derived from the request, the repository and the settings without I/O."""

from collections.abc import Mapping

from autocoder import ids
from autocoder.agents import Agent, all_leftovers
from autocoder.changes.protected import policy_rules
from autocoder.container_groups.build import agent_image
from autocoder.models import CommitText, Plan, Repository, Run, RunFile, WorkItemSummary
from autocoder.requests.run_request import full_budget
from autocoder.runs.files import INPUTS
from autocoder.runs.version import APP_VERSION
from autocoder.settings import Settings
from autocoder.texts.markdown import one_line, without_ci_marks


def requested_agent(run: Run, repository: Repository, settings: Settings) -> str:
    """Return the type of the agent that the request names, else the repository's, else DEFAULT_AGENT."""
    return run.request.agent_type or repository.settings.agent or settings.default_agent


def choose_agent(
    run: Run, repository: Repository, agents: Mapping[str, Agent], settings: Settings
) -> Agent | None:
    """Return the agent of the type that `requested_agent` gives; None when there is none of that type."""
    return agents.get(requested_agent(run, repository, settings))


def plan_run(
    run: Run,
    work_item: WorkItemSummary | None,
    repository: Repository,
    *,
    agent: Agent,
    images: tuple[str, ...],
    settings: Settings,
) -> Plan:
    """Return the plan of *run*; *images* are the names of the work item's images among the inputs."""
    request, title = run.request, work_item.title if work_item else run.title
    ours = agent_image(agent.image, settings)
    image = request.container_image or ours
    return Plan(
        run=run,
        title=title,
        work_item=work_item,
        repository=repository,
        branch=_branch(run, repository, title),
        agent_type=agent.type,
        agent_name=agent.name,
        model=_model(run, repository, agent),
        image=image,
        secret=agent.secret,
        tools_image=None if image == ours else ours,
        budget=full_budget(request.budget, repository.settings.budget, settings),
        inputs=(INPUTS, *images),
        poll_seconds=settings.poll_seconds,
        provisioning_minutes=settings.provisioning_minutes,
        app_version=APP_VERSION,
    )


def _branch(run: Run, repository: Repository, title: str) -> str:
    """Return the branch that is pushed: that of the draft which the run completes, else a new one."""
    if repository.base.resumes:
        return repository.base.branch
    request = run.request
    return ids.branch_name(request.source_branch_prefix, request.work_item_id, title, run.id)


def _model(run: Run, repository: Repository, agent: Agent) -> str:
    """Return the requested model, else the repository's if it is for this agent, else the agent's default."""
    team = repository.settings
    is_theirs = run.request.agent_type in (None, team.agent)
    return run.request.model or (team.model if is_theirs else None) or agent.default_model


def run_file(plan: Plan, agents: Mapping[str, Agent], settings: Settings) -> RunFile:
    """Return `run.json` of *plan*; *agents* are all agents by type."""
    repository, agent, known = plan.repository, agents[plan.agent_type], agents.values()
    upstream = settings.model_upstreams.get(agent.provider)
    return RunFile(
        run_id=plan.run.id,
        base_commit=plan.base.commit,
        agent=agent.for_run(plan.model, upstream, all_leftovers(known)),
        budget=plan.budget,
        commit=_commit(plan, settings),
        policy=policy_rules(repository.settings, known),
        setup=repository.settings.setup,
        verify=repository.settings.verify,
        images=tuple(name for name in plan.inputs if name != INPUTS),
    )


def _commit(plan: Plan, settings: Settings) -> CommitText:
    """Return the commit's text. Its date is that of the run, so that a repeat makes the same commit."""
    run = plan.run
    name, _, mail = settings.commit_author.partition("<")
    requester, skip_ci = run.request.requester.name, settings.commit_skip_ci
    return CommitText(
        message=commit_message(plan.title, run.request.work_item_id, run.id, requester, skip_ci=skip_ci),
        author_name=name.strip() or "Autocoder",
        author_email=mail.strip(" <>") or "autocoder@noreply.invalid",
        date=run.queued_at,
    )


def commit_message(
    plan_title: str, work_item_id: int | None, run_id: str, requester: str, *, skip_ci: bool
) -> str:
    """Return the commit message: title, work item, trailers; with *skip_ci*, its push starts no pipeline."""
    number = f" (#{work_item_id})" if work_item_id else ""
    trailers = [f"Autocoder-Run: {run_id}"]
    if requester:
        trailers.append(f"Requested-by: {one_line(requester, 100)}")
    subject = without_ci_marks(f"{one_line(plan_title, 200)}{number}")
    return "\n\n".join([subject, *(["[skip ci]"] if skip_ci else []), "\n".join(trailers)]) + "\n"
