"""JSON that comes from outside: parsed in one place, with one error for all that is wrong with it.

Only the standard library is used, because the runner's image has a copy of this folder.
"""

import json
from typing import Any


class NestedTooDeeplyError(ValueError):
    """A text that may be JSON, but is nested too deeply to be read."""


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON *text*. Raises ValueError if it is none, and `NestedTooDeeplyError`."""
    try:
        return json.loads(text)
    except RecursionError:
        raise NestedTooDeeplyError("it is nested too deeply") from None
