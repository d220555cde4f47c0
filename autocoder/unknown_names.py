"""The message about an unknown name: the known name that was probably meant, or all known names."""

import difflib
from collections.abc import Iterable

from pydantic import BaseModel


def field_names(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the fields of *model* as they are written in JSON."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return `unknown field (did you mean workItemId?)`, or every *known* name when none is close to *name*.

    *what* is the kind of name, such as `field` or `setting`.
    """
    by_folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    if close:
        return f"unknown {what} (did you mean {by_folded[close[0]]}?)"
    return f"unknown {what}; known: {', '.join(by_folded.values())}"
