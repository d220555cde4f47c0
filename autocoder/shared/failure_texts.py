"""The failure of a model call in what an agent itself says of it.

The final event of a CLI often quotes the provider's answer. This module uses only the standard library,
because the runner's image holds a copy.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from autocoder.shared.failure_codes import KIND_OF_CODE, KIND_OF_MESSAGE, KIND_OF_STATUS
from autocoder.shared.model_failures import BY_KIND, ModelFailure, clean, error_of, failure_in

MAX_TEXT = 20_000  # characters of an agent's text
_MAX_OBJECTS = 20  # JSON objects that are looked for in a text
_WORD = re.compile(r"\b[A-Za-z][A-Za-z_]{5,60}\b")
_OWN_STATUS = re.compile(r"\bAPI Error: ([45]\d\d)\b")
_STATUS = re.compile(r"(?i)\b(?:api error|http|status(?: code)?|error code)[:= ]{0,3}\(?([45]\d\d)\b")


def classify_text(text: str, *, is_error: bool = True) -> ModelFailure | None:
    """Return the failure that an agent's own *text* about it names, by a code or a status; None if none.

    It is for what a CLI's final event says, which often quotes the provider's answer. Where it is not known
    that the text *is_error*, only what stands in no other text counts: an agent also writes of its work.
    """
    text = text[:MAX_TEXT]
    status = (_STATUS if is_error else _OWN_STATUS).search(text)
    number = int(status[1]) if status else None
    for value in _objects(text):
        if error_of(value):
            return failure_in(value, number)
    words = (word for word in _WORD.findall(text) if is_error or "_" in word)
    known = next((word for word in words if word in KIND_OF_CODE), "")
    by_words = next((rule.kind for rule in KIND_OF_MESSAGE if rule.pattern.search(text)), None)
    kind = KIND_OF_CODE.get(known) or by_words or KIND_OF_STATUS.get(number or 0)
    if kind is None and number is not None:
        kind = "overloaded" if number >= 500 else "rejected"
    return ModelFailure(kind, number, clean(text), BY_KIND[kind].passes) if kind else None


def _objects(text: str) -> Iterator[Any]:
    """Yield the JSON objects in *text*, in a bounded number of attempts."""
    decoder, start = json.JSONDecoder(), -1
    for _ in range(_MAX_OBJECTS):
        start = text.find("{", start + 1)
        if start < 0:
            return
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        yield value
        start = end - 1
