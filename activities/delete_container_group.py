"""Deletes the container groups of a run; a missing group is not an error."""

from activities.activity import activity
from autocoder.clients.connect import clients
from autocoder.ids import group_name
from autocoder.models import RunReport
from autocoder.rounds import Round


@activity
def delete_container_group(report: RunReport) -> None:
    """Delete the group of each round, whatever its state; that of an earlier round should be gone already."""
    containers, run = clients().containers, report.run
    for number in range(run.round, 0, -1):
        containers.delete_group(group_name(Round(run.id, number)))
