"""Writes the agent's prompt and the containers' other inputs, and makes the run's plan."""

import json
from dataclasses import dataclass
from functools import partial

from activities.parts.preparing.work_item import summary_of
from activities.parts.run_files import read_plan
from autocoder import wire
from autocoder.agents import Agent, agents
from autocoder.clients.azure_devops.git import MAX_FILE_BYTES, Git
from autocoder.clients.connect import Clients
from autocoder.errors import InvalidArgument, TooLarge
from autocoder.models import (
    Ended,
    Plan,
    Repository,
    RepositoryTexts,
    Run,
    RunRequest,
    WorkItem,
)
from autocoder.parallel import in_parallel
from autocoder.prompts.prompt import (
    MAX_FILES,
    MAX_PART_LENGTH,
    files_named,
    guidance,
    system_prompt,
    task_prompt,
    template_names,
)
from autocoder.reports.comment import code
from autocoder.runs.files import INPUTS, LOG, PLAN, PROMPT, RUN_FILE, STREAM, SYSTEM_PROMPT
from autocoder.runs.plan import choose_agent, plan_run, requested_agent, run_file
from autocoder.settings import settings

LOGS = (LOG, STREAM)
CUT = f"was cut to its first {MAX_PART_LENGTH:,} characters"


@dataclass(frozen=True)
class PromptInput:
    """A run with its whole request, its work item if any, and its repository."""

    run: Run
    request: RunRequest
    work_item: WorkItem | None
    repository: Repository
    texts: RepositoryTexts


def build_prompt(connected: Clients, given: PromptInput) -> Plan | Ended:
    """Write `inputs.json` and empty logs, then `plan.json`; return what that has."""
    run, request, item = given.run, given.request, given.work_item
    agent = _agent(given)
    if isinstance(agent, Ended):
        return agent
    guide = guidance(request, item, given.texts)
    if guide is None:
        asked, known = request.template, ", ".join(template_names(given.texts))
        return Ended(outcome="failed", reason=f"Unknown template {asked}; the templates are {known}.")
    images = tuple(image.name for image in item.images) if item else ()
    summary = summary_of(item) if item else None
    plan = plan_run(run, summary, given.repository, agent=agent, images=images, settings=settings())
    files, remarks = _files(connected, plan, files_named(request.additional_context))
    plan = plan.model_copy(update={"remarks": remarks})
    begun = plan.base.resumes is not None
    prompt = task_prompt(
        request, item, given.texts, guide=guide, files=files, remarks=remarks, is_begun=begun
    )
    return _written(connected, plan, prompt, system_prompt(request))


def _written(connected: Clients, plan: Plan, prompt: str, system: str) -> Plan:
    """Write the inputs of the containers, and the plan last: with it, a round goes on to its containers.

    The first plan of a round stands, and is returned: containers may work by it, although its branch has
    moved since. Whoever comes later gives them back their `run.json`.
    """
    current, blobs = plan.run.current_round, connected.blobs
    in_parallel(
        *(partial(blobs.create_append, current, name) for name in LOGS),
        lambda: blobs.put(current, INPUTS, _inputs(plan, prompt, system)),
    )
    if blobs.put_new(current, PLAN, wire.to_bytes(plan)):
        return plan
    first = read_plan(connected, current)
    blobs.put(current, INPUTS, _inputs(first, prompt, system))
    return first


def _inputs(plan: Plan, prompt: str, system: str) -> bytes:
    run = wire.to_bytes(run_file(plan, agents(), settings())).decode()
    texts = {RUN_FILE: run, PROMPT: prompt, SYSTEM_PROMPT: system}
    return json.dumps(texts, ensure_ascii=False).encode()


def _agent(given: PromptInput) -> Agent | Ended:
    """Return the agent of the run, or how the run ends when that agent is not available."""
    agent = choose_agent(given.run, given.repository, agents(), settings())
    if agent is None:
        known = ", ".join(sorted(agents()))
        asked = requested_agent(given.run, given.repository, settings())
        return Ended(outcome="failed", reason=f"Unknown agent {asked}; the agents are {known}.")
    missing = agent.missing_upstream(settings().model_upstreams)
    if missing:
        return Ended(outcome="failed", reason=f"{missing} Add it, or choose another agent.")
    return agent


def _files(connected: Clients, plan: Plan, paths: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the files at *paths* at the base commit, and remarks on those that are missing or cut."""
    git = connected.azure_devops(plan.run.request.organization).git
    found, remarks = {}, []
    for path in paths[:MAX_FILES]:
        text, remark = _file(git, plan.repository, path)
        if text is not None:
            found[path] = text
        if remark:
            remarks.append(f"File `{code(path, 200)}`, named in the additional context, {remark}.")
    more = len(paths) - MAX_FILES
    if more > 0:
        remarks.append(f"{more} more files named in the additional context were not given to the agent.")
    return found, tuple(remarks)


def _file(git: Git, repository: Repository, path: str) -> tuple[str | None, str]:
    """Return the text of the file *path* at the base commit, and a remark if it is missing or cut."""
    try:
        content = git.read_file(repository.project, repository.id, path, repository.base.commit)
    except TooLarge:
        return None, f"was not given to the agent: it is larger than {MAX_FILE_BYTES:,} bytes"
    except InvalidArgument:
        content = None
    if content is None:
        return None, f"does not exist in branch `{code(repository.base.branch, 200)}`"
    if b"\0" in content:
        return None, "was not given to the agent: it is not text"
    text = content.decode("utf-8", "replace")
    return text, CUT if len(text) > MAX_PART_LENGTH else ""
