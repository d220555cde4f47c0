"""Table Storage: rows with a partition key and a row key, written one at a time.

A row that was read has its ETag in the column `etag`. A write that gets this row as *read* succeeds only if
the row was not changed meanwhile.

https://learn.microsoft.com/python/api/overview/azure/data-tables-readme
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from autocoder.clients.azure import translated, transport

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.data.tables import TableClient, TableServiceClient

SERVICE = "Table Storage"
PAGE = 1_000
Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Tables:
    """The tables of one storage account; a table is created on the first write."""

    account: str
    credential: "TokenCredential" = field(repr=False)

    def insert(self, table: str, partition: str, row: str, columns: Mapping[str, Any]) -> bool:
        """Insert a row; return False when it exists already."""
        from azure.core.exceptions import ResourceExistsError

        entity = _entity(partition, row, columns)
        with translated(SERVICE):
            try:
                self._written(table, lambda client: client.create_entity(entity))
            except ResourceExistsError:
                return False
        return True

    def get(self, table: str, partition: str, row: str) -> Row | None:
        """Return the row, or None."""
        from azure.core.exceptions import ResourceNotFoundError

        with translated(SERVICE):
            try:
                return _row(self._table(table).get_entity(partition, row))
            except ResourceNotFoundError:
                return None

    def replace(
        self, table: str, partition: str, row: str, columns: Mapping[str, Any], read: Mapping[str, Any]
    ) -> bool:
        """Replace the row; return False when it is gone or was changed since it was *read*."""
        from azure.data.tables import UpdateMode

        return self._update(table, _entity(partition, row, columns), read, UpdateMode.REPLACE)

    def merge(
        self,
        table: str,
        partition: str,
        row: str,
        columns: Mapping[str, Any],
        read: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change these columns; return False when the row is gone or was changed since it was *read*."""
        from azure.data.tables import UpdateMode

        return self._update(table, _entity(partition, row, columns), read, UpdateMode.MERGE)

    def delete(self, table: str, partition: str, row: str, read: Mapping[str, Any] | None = None) -> bool:
        """Delete the row; return False when it is gone or was changed since it was *read*."""
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

        with translated(SERVICE):
            try:
                self._table(table).delete_entity(partition, row, **_unchanged(read))
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
        return True

    def query(
        self,
        table: str,
        partition: str,
        equals: Mapping[str, Any],
        *,
        top: int | None = None,
        columns: list[str] | None = None,
    ) -> list[Row]:
        """Return the rows of *partition* whose columns equal those in *equals*, sorted by row key.

        With *columns*, only those are read, which is several times quicker where there are many rows.
        """
        from azure.core.exceptions import ResourceNotFoundError

        names = {f"value{number}": column for number, column in enumerate(equals)}
        terms = ["PartitionKey eq @partition", *(f"{column} eq @{name}" for name, column in names.items())]
        parameters = {"partition": partition, **{name: equals[column] for name, column in names.items()}}
        page = PAGE if top is None or equals else min(top, PAGE)
        with translated(SERVICE):
            try:
                found = self._table(table).query_entities(
                    " and ".join(terms), parameters=parameters, results_per_page=page, select=columns
                )
                return [_row(entity) for entity in islice(found, top)]
            except ResourceNotFoundError:
                return []

    def page(
        self, table: str, conditions: Mapping[str, Any], *, top: int, position: Mapping[str, str] | None
    ) -> tuple[list[Row], Mapping[str, str] | None]:
        """Return up to *top* rows with one request, sorted by their keys, and the position of the next ones.

        *conditions* are values by column and operator, as in `{"PartitionKey ge": "a"}`.
        """
        from azure.core.exceptions import ResourceNotFoundError

        terms = " and ".join(f"{term} @value{number}" for number, term in enumerate(conditions))
        parameters = {f"value{number}": value for number, value in enumerate(conditions.values())}
        with translated(SERVICE):
            try:
                client: Any = self._table(table)  # its types do not know that its positions are no texts
                pages = client.query_entities(terms, parameters=parameters, results_per_page=top).by_page(
                    position
                )
                return [_row(entity) for entity in next(pages)], pages.continuation_token
            except ResourceNotFoundError:
                return [], None

    def query_before(self, table: str, partition: str, column: str, before: str, *, top: int) -> list[Row]:
        """Return up to *top* rows of *partition* whose string in *column* sorts before *before*."""
        from azure.core.exceptions import ResourceNotFoundError

        terms = f"PartitionKey eq @partition and {column} lt @before"
        with translated(SERVICE):
            try:
                found = self._table(table).query_entities(
                    terms, parameters={"partition": partition, "before": before}, results_per_page=PAGE
                )
                return [_row(entity) for entity in islice(found, top)]
            except ResourceNotFoundError:
                return []

    def _update(self, table: str, entity: Row, read: Mapping[str, Any] | None, mode: Any) -> bool:
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

        with translated(SERVICE):
            try:
                self._table(table).update_entity(entity, mode=mode, **_unchanged(read))
            except (ResourceModifiedError, ResourceNotFoundError):
                return False
        return True

    def _written(self, table: str, write: Callable[["TableClient"], T]) -> T:
        """Return the result of *write*, an insert; if the table does not exist, it is created first."""
        from azure.core.exceptions import ResourceNotFoundError

        client = self._table(table)
        try:
            return write(client)
        except ResourceNotFoundError:  # the table: nothing else that an insert needs can be missing
            self._service.create_table_if_not_exists(table)
        return write(client)

    def _table(self, table: str) -> "TableClient":
        found = self._clients.get(table)
        if found is None:
            found = self._clients[table] = self._service.get_table_client(table)
        return found

    @cached_property
    def _clients(self) -> dict[str, "TableClient"]:
        return {}

    @cached_property
    def _service(self) -> "TableServiceClient":
        from azure.data.tables import TableServiceClient

        options: dict[str, Any] = {"transport": transport(), "retry_total": 3, "retry_backoff_factor": 0.2}
        if "://" in self.account and "=" not in self.account:
            return TableServiceClient(self.account, credential=self.credential, **options)
        return TableServiceClient.from_connection_string(self.account, **options)


def _unchanged(read: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the options that let a write succeed only if the row was not changed since it was *read*."""
    from azure.core import MatchConditions

    return {"etag": read["etag"], "match_condition": MatchConditions.IfNotModified} if read else {}


def _row(entity: Any) -> Row:
    return {**entity, "etag": entity.metadata["etag"]}


def _entity(partition: str, row: str, columns: Mapping[str, Any]) -> Row:
    kept = {name: value for name, value in columns.items() if name != "etag"}
    return {**kept, "PartitionKey": partition, "RowKey": row}
