"""The values of Table Storage in JSON and in filters.

Types that JSON does not tell are named beside the value, as `<column>@odata.type`.
https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations
https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
"""

import base64
import datetime as dt
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from autocoder.errors import InvalidArgument, UnexpectedAnswer
from autocoder.shared.json_text import parse_json

TYPE = "@odata.type"
ETAG = "odata.etag"
TIMESTAMP = "Timestamp"
INT32, INT64 = 1 << 31, 1 << 63
Row = dict[str, Any]
_FRACTION = re.compile(r"(\.\d{6})\d+")  # the service counts in 100 ns


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
        case float() if math.isfinite(value):
            return repr(value)
        case dt.datetime():
            return f"datetime'{_time_text(value)}'"
    raise InvalidArgument(f"A filter cannot have a value of type {type(value).__name__}.")


def row_bytes(columns: Mapping[str, Any]) -> bytes:
    """Return the JSON of a row. Raises `InvalidArgument` for a type that Table Storage does not have."""
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
            return {name: value} if _is_short(value) else _marked(name, "Edm.Int64", str(_long(value)))
        case float():
            return _marked(name, "Edm.Double", value if math.isfinite(value) else _special(value))
        case dt.datetime():
            return _marked(name, "Edm.DateTime", _time_text(value))
        case bytes():
            return _marked(name, "Edm.Binary", base64.b64encode(value).decode())
    raise InvalidArgument(f"Table Storage has no values of type {type(value).__name__}.")


def read_row(text: bytes) -> Row:
    """Return the row in the answer *text*. Raises `UnexpectedAnswer` when it is none."""
    return _row(_object(text))


def read_rows(text: bytes) -> list[Row]:
    """Return the rows in the answer *text* to a query. Raises `UnexpectedAnswer` for any other text."""
    found = _object(text).get("value")
    if not isinstance(found, list):
        raise _unexpected()
    return [_row(one) for one in found]


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = parse_json(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _unexpected()
    return found


def _row(found: Any) -> Row:
    """Return a row with its columns and its ETag as `etag`, without what the service adds."""
    if not isinstance(found, dict) or not isinstance(found.get(ETAG), str):
        raise _unexpected()
    row = {name: _value(found, name) for name in found if "odata." not in name and name != TIMESTAMP}
    return {**row, "etag": found[ETAG]}


def _value(found: dict[str, Any], name: str) -> Any:
    value, kind = found[name], found.get(name + TYPE)
    read = _READ.get(kind) if isinstance(kind, str) else None
    if isinstance(value, (dict, list)):
        raise _unexpected()
    try:
        return value if read is None else read(value)
    except (ValueError, TypeError):
        raise _unexpected() from None


def _is_short(value: int) -> bool:
    return -INT32 <= value < INT32


def _long(value: int) -> int:
    if not -INT64 <= value < INT64:
        raise InvalidArgument("Table Storage has no integers of more than 64 bits.")
    return value


def _marked(name: str, kind: str, value: Any) -> dict[str, Any]:
    return {name: value, name + TYPE: kind}


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _time_text(value: dt.datetime) -> str:
    """Return a time in UTC; one without a zone is taken as UTC."""
    utc = value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _time(value: str) -> dt.datetime:
    return dt.datetime.fromisoformat(_FRACTION.sub(r"\1", value))


def _unexpected() -> UnexpectedAnswer:
    return UnexpectedAnswer("Table Storage answered with something that is not a row.")


_READ: Mapping[str, Callable[[Any], Any]] = {
    "Edm.Int64": int,
    "Edm.Int32": int,
    "Edm.Double": float,
    "Edm.DateTime": _time,
    "Edm.Binary": lambda value: base64.b64decode(value, validate=True),
}
