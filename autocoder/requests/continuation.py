"""The continuation token of a list: where its next part begins, as a text that callers hand back unread.

https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
"""

import base64
import json
from collections.abc import Mapping

from autocoder.shared.json_text import parse_json

POSITION_KEYS = ("NextPartitionKey", "NextRowKey")
MAX_LENGTH = 4_000
Position = Mapping[str, str]  # as Table Storage names the next row, in words of its own


def token_of(position: Position) -> str:
    """Return the continuation token for *position*."""
    text = json.dumps([position.get(key) or "" for key in POSITION_KEYS])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(token: str) -> Position:
    """Return the position of which *token* was made. Raises ValueError for any other text."""
    found = parse_json(base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
    if not (isinstance(found, list) and len(found) == len(POSITION_KEYS) and all(map(_is_key, found))):
        raise ValueError("it is no continuation token")
    return {key: value for key, value in zip(POSITION_KEYS, found, strict=True) if value}


def checked(token: str) -> str:
    """Return *token*. Raises ValueError when no list has given it."""
    if not position_of(token):
        raise ValueError("it is no continuation token")
    return token


def _is_key(value: object) -> bool:
    """Whether *value* may be a part of a position, which Table Storage encodes for a header."""
    return isinstance(value, str) and value.isascii() and (value.isprintable() or not value)
