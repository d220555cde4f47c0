"""The timeline of a run: one stage with one job, and a record for each step.

https://learn.microsoft.com/rest/api/azure/devops/build/timeline/get
"""

import uuid
from collections.abc import Iterable

from emulators.azure_devops.core.state import JSON, now
from emulators.azure_devops.pipelines.agent.predefined import AGENT_NAME, JOB_ID
from emulators.azure_devops.pipelines.agent.tasks import AUTOCODER, Task
from emulators.azure_devops.pipelines.agent.variables import Variables
from emulators.azure_devops.pipelines.document.steps import Step

NAMESPACE = uuid.UUID(JOB_ID)
STAGE_ID = str(uuid.uuid5(NAMESPACE, "stage"))
PHASE_ID = str(uuid.uuid5(NAMESPACE, "phase"))
# the tasks that the service runs for the short forms of steps: id, name, version
SHORT_FORMS = {
    "checkout": ("6d15af64-176c-496d-b583-fd2ae21d4df4", "Checkout", "1.0.0"),
    "script": ("d9bafed4-0b18-4f58-968d-86655b4d2ce9", "CmdLine", "2.250.1"),
    "bash": ("6c731c3c-3c68-459a-a5c9-bde6e6595b5b", "Bash", "3.250.1"),
    "publish": ("ecdc45f6-832d-4ad9-b52b-ee49e94659be", "PublishPipelineArtifact", "1.250.1"),
}


def new_records(steps: Iterable[Step], task: Task | None) -> list[JSON]:
    """Return the records of a run that has not begun: stage, phase, job, then the steps in order."""
    above = [
        _record(STAGE_ID, None, "Stage", "__default", "__default"),
        _record(PHASE_ID, STAGE_ID, "Phase", "Job", "Job"),
        {**_record(JOB_ID, PHASE_ID, "Job", "Job", "__default"), "workerName": AGENT_NAME},
    ]
    return [*above, *(_step_record(number, step, task) for number, step in enumerate(steps, 1))]


def _step_record(number: int, step: Step, task: Task | None) -> JSON:
    reference = step.name or f"{_task_name(step, task)}{number}"
    record_id = str(uuid.uuid5(NAMESPACE, f"{number} {reference}"))
    known = SHORT_FORMS.get(step.kind) or ((task.id, task.name, task.version) if task else ("", "", ""))
    shown = dict(zip(("id", "name", "version"), known, strict=True))
    record = _record(record_id, JOB_ID, "Task", step.display_name or default_name(step), reference)
    return {**record, "order": number, "task": shown}


def _task_name(step: Step, task: Task | None) -> str:
    return SHORT_FORMS[step.kind][1] if step.kind in SHORT_FORMS else task.name if task else ""


def default_name(step: Step) -> str:
    """Return the name that the service shows for a step without a display name."""
    if step.kind == "task":
        return "Autocoder" if AUTOCODER.fullmatch(step.value) else step.value
    names = {"checkout": f"Checkout {step.value}", "script": "CmdLine", "bash": "Bash"}
    return names.get(step.kind, "PublishPipelineArtifact")


def _record(record_id: str, parent: str | None, kind: str, name: str, reference: str) -> JSON:
    return {
        "id": record_id,
        "parentId": parent,
        "type": kind,
        "name": name,
        "refName": reference,
        "identifier": None,
        "startTime": None,
        "finishTime": None,
        "currentOperation": None,
        "percentComplete": None,
        "state": "pending",
        "result": None,
        "resultCode": None,
        "changeId": 0,
        "lastModified": now(),
        "workerName": None,
        "order": 1,
        "errorCount": 0,
        "warningCount": 0,
        "attempt": 1,
        "previousAttempts": [],
        "issues": [],
        "log": None,
        "task": None,
        "url": None,
        "details": None,
    }


def begin(record: JSON, variables: Variables | None = None) -> None:
    """Let a record be in progress; macros in its name are expanded."""
    record.update(state="inProgress", startTime=now(), lastModified=now())
    record["changeId"] += 1
    if variables is not None:
        record["name"] = variables.expand(record["name"])


def complete(record: JSON, result: str) -> None:
    """Let a record be over."""
    record.update(state="completed", result=result, finishTime=now(), lastModified=now())
    record["changeId"] += 1
