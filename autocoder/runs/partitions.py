"""Where the rows of table `runs` are, without I/O.

The record of a run is in the partition that the first characters of its id name, one for every 25 days, and
never moves. Ids sort newest first, and so do these partitions: a query over a range of them lists runs newest
first, however old they are. A run of a work item also has an index row in the partition of the item's number.
"""

from collections.abc import Mapping
from typing import Any

from autocoder.models import RunRequest

RECORDS, OF_WORK_ITEM = "run-", "of-item-"  # how the partitions begin
DIGITS = 3  # of an id, which counts milliseconds to the base 36 in nine digits: 36 ** 6 of them are 25 days
ALL_RECORDS: Mapping[str, Any] = {"PartitionKey ge": RECORDS, "PartitionKey lt": RECORDS + "~"}


def partition_of(run_id: str) -> str:
    """Return the partition of the record of run *run_id*."""
    return RECORDS + run_id[:DIGITS]


def records_until(run_id: str) -> dict[str, Any]:
    """Return the conditions of the records that are not older than that of run *run_id*."""
    return {"PartitionKey ge": RECORDS, "PartitionKey le": partition_of(run_id), "RowKey le": run_id}


def item_partition(number: int) -> str:
    """Return the partition of the index of the runs of every work item with this *number*.

    Numbers are unique in an organisation only, and an item may move to another project; both are columns.
    """
    return f"{OF_WORK_ITEM}{number}"


def name_columns(request: RunRequest) -> dict[str, str]:
    """Return the columns by which runs are found by the names in *request*, in whatever case."""
    return named(request.organization, request.project, request.repository)


def named(
    organization: str | None = None, project: str | None = None, repository: str | None = None
) -> dict[str, str]:
    """Return the columns of `name_columns` for those names that are given.

    Table Storage cannot compare without case, as Azure DevOps does.
    """
    names = {"organization_key": organization, "project_key": project, "repository_key": repository}
    return {column: name.casefold() for column, name in names.items() if name is not None}
