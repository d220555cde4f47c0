"""Delete the container group of a run; one that is not there is no error."""

from activities.activity import activity
from autocoder.clients.connect import clients
from autocoder.ids import group_name
from autocoder.models import RunReport


@activity
def delete_container_group(report: RunReport) -> None:
    """Delete the group, whatever state it is in."""
    clients().containers.delete_group(group_name(report.run.id))
