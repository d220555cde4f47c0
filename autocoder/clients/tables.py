"""Table Storage: rows with a partition key and a row key, written one at a time.

A row that was read has its ETag in the column `etag`. A write that gets this row as *read* succeeds only if
the row was not changed meanwhile.

https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from autocoder.clients.azure import TokenSource
from autocoder.clients.storage.account import read_account
from autocoder.clients.storage.rest import Rest
from autocoder.clients.storage.shared_key import table_string
from autocoder.clients.storage.values import Row, key_path, literal, read_row, read_rows, row_bytes
from autocoder.errors import Conflict, NotFound, StaleRevision, UnexpectedAnswer
from autocoder.requests.continuation import POSITION_KEYS

if TYPE_CHECKING:
    import httpx

__all__ = ["Row", "Tables"]

SERVICE = "Table Storage"
PAGE = 1_000
# `minimalmetadata` has the ETags and types that the rows of a query lack without metadata.
HEADERS = {
    "accept": "application/json;odata=minimalmetadata",
    "dataserviceversion": "3.0",
    "maxdataserviceversion": "3.0;NetFx",
}
JSON = {"content-type": "application/json"}
NO_ECHO = {"prefer": "return-no-content"}


@dataclass(frozen=True)
class Tables:
    """The tables of one storage account; a table is created on the first write."""

    account: str
    token: TokenSource = field(repr=False)
    http: "httpx.Client" = field(repr=False)

    def insert(self, table: str, partition: str, row: str, columns: Mapping[str, Any]) -> bool:
        """Insert a row; return False when it exists already. Raises `Conflict` while its table is deleted.

        https://learn.microsoft.com/rest/api/storageservices/insert-entity
        """
        entity = row_bytes(_entity(partition, row, columns))
        try:
            self._insert(table, entity)
        except Conflict as error:
            if error.service_code != "EntityAlreadyExists":
                raise
            return False
        return True

    def get(self, table: str, partition: str, row: str) -> Row | None:
        """Return the row, or None.

        https://learn.microsoft.com/rest/api/storageservices/query-entities
        """
        try:
            return read_row(self._rest.send("GET", key_path(table, partition, row)).content)
        except NotFound:
            return None

    def replace(
        self, table: str, partition: str, row: str, columns: Mapping[str, Any], read: Mapping[str, Any]
    ) -> bool:
        """Replace the row; return False when it is gone or was changed since it was *read*.

        https://learn.microsoft.com/rest/api/storageservices/update-entity2
        """
        return bool(self._change("PUT", table, _entity(partition, row, columns), read))

    def merge(
        self,
        table: str,
        partition: str,
        row: str,
        columns: Mapping[str, Any],
        read: Mapping[str, Any] | None = None,
    ) -> str:
        """Change these columns; return the row's new ETag, or nothing.

        Nothing means that the row is gone or was changed since it was *read*.

        https://learn.microsoft.com/rest/api/storageservices/merge-entity
        """
        return self._change("PATCH", table, _entity(partition, row, columns), read)

    def delete(self, table: str, partition: str, row: str, read: Mapping[str, Any] | None = None) -> bool:
        """Delete the row; return False when it is gone or was changed since it was *read*.

        https://learn.microsoft.com/rest/api/storageservices/delete-entity1
        """
        try:
            self._rest.send("DELETE", key_path(table, partition, row), headers=_unchanged(read))
        except (NotFound, StaleRevision):
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
        terms = [f"{name} eq {literal(value)}" for name, value in equals.items()]
        page = PAGE if top is None or equals else min(top, PAGE)
        return list(islice(self._found(table, partition, terms, page, columns), top))

    def page(
        self, table: str, conditions: Mapping[str, Any], *, top: int, position: Mapping[str, str] | None
    ) -> tuple[list[Row], Mapping[str, str] | None]:
        """Return up to *top* rows with one request, sorted by their keys, and the position of the next ones.

        *conditions* are values by column and operator, as in `{"PartitionKey ge": "a"}`.
        """
        terms = [f"{term} {literal(value)}" for term, value in conditions.items()]
        query = {"$filter": " and ".join(terms), "$top": str(top), **(position or {})}
        return self._page(table, query)

    def query_before(self, table: str, partition: str, column: str, before: str, *, top: int) -> list[Row]:
        """Return up to *top* rows of *partition* whose string in *column* sorts before *before*."""
        return list(islice(self._found(table, partition, [f"{column} lt {literal(before)}"], PAGE), top))

    def _found(
        self, table: str, partition: str, terms: list[str], page: int, columns: list[str] | None = None
    ) -> Iterator[Row]:
        """Yield the rows of *partition* to which all *terms* apply; a page may be short, or empty.

        https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
        """
        query = {
            "$filter": " and ".join([f"PartitionKey eq {literal(partition)}", *terms]),
            "$top": str(page),
            **({"$select": ",".join(columns)} if columns else {}),
        }
        further: Mapping[str, str] | None = {}
        while further is not None:
            rows, following = self._page(table, {**query, **further})
            yield from rows
            if following and following == further:
                raise UnexpectedAnswer(f"{SERVICE} answers with the same page for ever.")
            further = following

    def _page(self, table: str, query: Mapping[str, str]) -> tuple[list[Row], Mapping[str, str] | None]:
        """Return the rows of one answer, and the position of the next ones, None after the last."""
        try:
            answer = self._rest.send("GET", f"/{table}()", query)
        except NotFound:
            return [], None
        given = {name: answer.headers.get(f"x-ms-continuation-{name.lower()}", "") for name in POSITION_KEYS}
        rows = read_rows(answer.content, are_whole="$select" not in query)
        return rows, {name: value for name, value in given.items() if value} or None

    def _insert(self, table: str, entity: bytes) -> None:
        """Insert a row; if the table does not exist, it is created first."""
        try:
            self._post(table, entity)
        except NotFound:  # the table: nothing else that an insert needs can be missing
            self._create(table)
            self._post(table, entity)

    def _create(self, table: str) -> None:
        """Create a table, unless it exists.

        https://learn.microsoft.com/rest/api/storageservices/create-table
        """
        try:
            self._post("Tables", row_bytes({"TableName": table}))
        except Conflict as error:
            if error.service_code != "TableAlreadyExists":
                raise

    def _post(self, table: str, content: bytes) -> None:
        self._rest.send("POST", f"/{table}", headers={**JSON, **NO_ECHO}, content=content)

    def _change(self, method: str, table: str, entity: Row, read: Mapping[str, Any] | None) -> str:
        """Return the ETag that the row has now, nothing when it could not be changed."""
        path = key_path(table, entity["PartitionKey"], entity["RowKey"])
        headers = {**JSON, **_unchanged(read)}
        try:
            answer = self._rest.send(method, path, headers=headers, content=row_bytes(entity))
        except (NotFound, StaleRevision):
            return ""
        if not answer.headers.get("etag"):
            raise UnexpectedAnswer(f"{SERVICE} answers a change without the row's ETag.")
        return answer.headers["etag"]

    @cached_property
    def _rest(self) -> Rest:
        account = read_account(self.account, "table")
        return Rest(SERVICE, account, self.token, self.http, table_string, HEADERS)


def _unchanged(read: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the header that lets a write succeed only if the row was not changed since it was *read*.

    Without a row it has to be there: without this header, a change would insert it.
    """
    return {"if-match": str(read["etag"]) if read else "*"}


def _entity(partition: str, row: str, columns: Mapping[str, Any]) -> Row:
    kept = {name: value for name, value in columns.items() if name != "etag"}
    return {**kept, "PartitionKey": partition, "RowKey": row}
