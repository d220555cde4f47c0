"""The values of Table Storage in JSON and in filters.

Rows have texts, flags and integers; times are texts that sort. A type that JSON does not tell is named beside
the value, as `<column>@odata.type`. A value of any other type, of another program, is read as it stands.

https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations
https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from autocoder.errors import InvalidArgument, UnexpectedAnswer
from autocoder.shared.json_text import parse_json

TYPE, LONG = "@odata.type", "Edm.Int64"
ETAG = "odata.etag"
TIMESTAMP = "Timestamp"
INT32, INT64 = 1 << 31, 1 << 63
Row = dict[str, Any]


def quoted(text: str) -> str:
    """Return *text* as a literal of a filter or a key: in quotes, with its own quotes doubled."""
    return "'" + text.replace("'", "''") + "'"


def key_path(table: str, partition: str, row: str) -> str:
    """Return the path of a row, percent-encoded."""
    return f"/{quote(table)}(PartitionKey={_encoded(partition)},RowKey={_encoded(row)})"


def _encoded(key: str) -> str:
    return "'" + quote(key.replace("'", "''"), safe="") + "'"


def literal(value: Any) -> str:
    """Return *value* as a literal of a filter. Raises `InvalidArgument` for other types."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case int():
            return str(value) if _is_short(value) else f"{_long(value)}L"
    raise InvalidArgument(f"A filter cannot have a value of type {type(value).__name__}.")


def row_bytes(columns: Mapping[str, Any]) -> bytes:
    """Return the JSON of a row. Raises `InvalidArgument` for a type that no row of the app has."""
    body: dict[str, Any] = {}
    for name, value in columns.items():
        if value is not None:
            body |= _typed(name, value)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _typed(name: str, value: Any) -> dict[str, Any]:
    match value:
        case bool() | str():
            return {name: value}
        case int():
            return {name: value} if _is_short(value) else {name: str(_long(value)), name + TYPE: LONG}
    raise InvalidArgument(f"A row cannot have a value of type {type(value).__name__}.")


def read_row(text: bytes) -> Row:
    """Return the row in the answer *text*. Raises `UnexpectedAnswer` when it is none."""
    return _row(_object(text))


def read_rows(text: bytes, *, are_whole: bool = True) -> list[Row]:
    """Return the rows in the answer *text* to a query. Raises `UnexpectedAnswer` for any other text.

    Rows that *are_whole* have an ETag; those of selected columns may lack it.
    """
    found = _object(text).get("value")
    if not isinstance(found, list):
        raise _unexpected()
    return [_row(one, is_whole=are_whole) for one in found]


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = parse_json(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _unexpected()
    return found


def _row(found: Any, *, is_whole: bool = True) -> Row:
    """Return a row with its columns and its ETag as `etag`, without what the service adds."""
    if not isinstance(found, dict):
        raise _unexpected()
    etag = found.get(ETAG)
    if not isinstance(etag, str) and (is_whole or ETAG in found):
        raise _unexpected()
    row = {name: _value(found, name) for name in found if "odata." not in name and name != TIMESTAMP}
    return row if etag is None else {**row, "etag": etag}


def _value(found: dict[str, Any], name: str) -> Any:
    value = found[name]
    if isinstance(value, (dict, list)):
        raise _unexpected()
    try:
        return int(value) if found.get(name + TYPE) == LONG else value
    except (ValueError, TypeError):
        raise _unexpected() from None


def _is_short(value: int) -> bool:
    return -INT32 <= value < INT32


def _long(value: int) -> int:
    if not -INT64 <= value < INT64:
        raise InvalidArgument("Table Storage has no integers of more than 64 bits.")
    return value


def _unexpected() -> UnexpectedAnswer:
    return UnexpectedAnswer("Table Storage answered with something that is not a row.")
