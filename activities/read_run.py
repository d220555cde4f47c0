"""Read a run from its record."""

from activities.activity import activity
from autocoder import wire
from autocoder.clients.connect import clients
from autocoder.errors import NotFound
from autocoder.models import Run, RunRequest

LONG_TEXTS = {"user_prompt": None, "system_prompt": None, "additional_context": None}


@activity
def read_run(run_id: str) -> Run:
    """Return the run with this id. Raises `NotFound` when its record is not there."""
    row, content = clients().records.get(run_id), clients().blobs.get(run_id, "request.json")
    if row is None or content is None:
        raise NotFound("The run has no record.")
    request = wire.load(RunRequest, content).model_copy(update=LONG_TEXTS)
    return Run(id=run_id, request=request, title=str(row.get("title", "")), queued_at=str(row["queued_at"]))
