"""Prepares a run: takes its place, checks its requester, reads what it is about, and writes its plan.

A repeat reads again, takes nothing twice, and leaves the first plan as it is. A run without a place says so,
and waits without an orchestration.
"""

from typing import Any

from pydantic import Field

from activities.activity import Start, activity
from activities.parts.preparing.prompt import PromptInput, build_prompt
from activities.parts.preparing.repository import read_repository
from activities.parts.preparing.requester import check_requester
from activities.parts.preparing.slot import Slot, claim_slot
from activities.parts.preparing.work_item import fetch_work_item
from activities.parts.run_files import read_request
from activities.parts.work_item_comment import try_to_show_phase
from autocoder.clients.connect import Clients, clients
from autocoder.models import Ended, Observation, Run, Value, WorkItem
from autocoder.parallel import in_parallel
from autocoder.reports.run_report import concluding, ended_report
from autocoder.runs.rows import subject_columns

NOTHING = Observation(next="nothing")


class Begun(Value):
    """A run that begins, as it was observed."""

    run: Run
    row: dict[str, Any] | None = Field(None, description="its row, which saves another read")
    texts_apart: bool = Field(True, description="whether long texts of its request are only in the blob")


@activity
def prepare_run(given: Begun, start: Start) -> Observation:
    """Return what comes next: the launch of the containers, the end, or nothing while the run waits."""
    connected, run = clients(), given.run
    slot = claim_slot(connected, run, start, given.row)
    refused = None if slot.cancelled else check_requester(connected, run)
    if refused is not None:
        return _ended(run, refused)
    if not (slot.granted or slot.cancelled):
        try_to_show_phase(connected, run, "queued", slot.row)
        slot = claim_slot(connected, run, start)  # a place may have come free meanwhile
    if slot.cancelled:
        return _ended(run, Ended(outcome="cancelled", reason=slot.cancelled))
    return _planned(connected, given, slot) if slot.granted else NOTHING  # whoever frees a place starts it


def _planned(connected: Clients, given: Begun, slot: Slot) -> Observation:
    """Read the work item and the repository, and write the plan and the containers' inputs."""
    run = given.run
    has_item = run.request.work_item_id is not None
    item, repository, request = in_parallel(
        lambda: fetch_work_item(connected, run) if has_item else None,
        lambda: read_repository(connected, run),
        lambda: read_request(connected, run.id) if given.texts_apart else None,
    )
    if isinstance(item, Ended):
        return _ended(run, item)
    if isinstance(repository, Ended):
        return _ended_about(connected, run, item, repository)
    plan = build_prompt(connected, PromptInput(run, request or run.request, item, *repository))
    if isinstance(plan, Ended):
        return _ended_about(connected, run, item, plan)
    return Observation(next="launch", run=run, plan=plan, row=slot.row)


def _ended_about(connected: Clients, run: Run, item: WorkItem | None, how: Ended) -> Observation:
    """Let a run end whose work item was read: the launch would have recorded what it is about."""
    if item is not None:
        connected.records.merge(run.id, subject_columns(item.title, item.web_url))
    return _ended(run, how)


def _ended(run: Run, how: Ended) -> Observation:
    return concluding(ended_report(run, how))
