"""Deletes the container group of a run; a missing group is not an error."""

from activities.activity import activity
from autocoder.clients.connect import clients
from autocoder.ids import group_name
from autocoder.models import RunReport


@activity
def delete_container_group(report: RunReport) -> None:
    """Delete the group, whatever its state."""
    clients().containers.delete_group(group_name(report.run.id))
