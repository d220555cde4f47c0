"""Deletes the container groups of a run; a missing group is not an error."""

from activities.activity import activity
from activities.parts.run_end import delete_groups
from autocoder.clients.connect import clients
from autocoder.models import RunReport


@activity
def delete_container_group(report: RunReport) -> None:
    """Delete the group of each round, whatever its state."""
    delete_groups(clients(), report.run)
