"""Queries for lists of instances: filters and pages.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api#get-all-instances-status
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace

from emulators.functions_host.durable.events import TERMINAL
from emulators.functions_host.durable.store import Instance, Store

DEFAULT_PAGE = 100
SECONDS = 19  # characters of a time up to its seconds


def parameters(query: Mapping[str, str]) -> dict[str, str]:
    """Return *query* with lower-case names, because .NET ignores their case."""
    return {name.lower(): value for name, value in query.items()}


def flag(asked: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return the boolean parameter *name*; any value except true and false yields the default."""
    return {"true": True, "false": False}.get(asked.get(name.lower(), "").strip().lower(), default)


@dataclass(frozen=True, slots=True)
class InstanceQuery:
    """The filters of a list of instances, and its page size."""

    prefix: str = ""
    statuses: frozenset[str] = frozenset()
    created_from: str | None = None
    created_to: str | None = None
    top: int = DEFAULT_PAGE
    show_input: bool = True

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "InstanceQuery":
        """Return the query for the parameters *asked*, which have lower-case names."""
        top = asked.get("top", "")
        return cls(
            prefix=asked.get("instanceidprefix", ""),
            statuses=frozenset(
                s.strip().lower() for s in asked.get("runtimestatus", "").split(",") if s.strip()
            ),
            created_from=asked.get("createdtimefrom"),
            created_to=asked.get("createdtimeto"),
            top=int(top) if top.isdecimal() and int(top) > 0 else DEFAULT_PAGE,
            show_input=flag(asked, "showInput", default=True),
        )

    @property
    def ended(self) -> frozenset[str]:
        """The asked statuses of instances that have ended."""
        return self.statuses & {status.lower() for status in TERMINAL}

    def select(self, store: Store) -> list[Instance]:
        """Return every matching instance, in the order of their ids."""
        found = [instance for instance in store.instances(self.prefix) if self._wants(instance)]
        return sorted(found, key=lambda instance: instance.id)

    def purged(self, store: Store) -> list[Instance]:
        """Return the instances that a purge by this query deletes.

        The extension leaves the statuses of living instances out of the filter. A filter of none but these is
        none at all: everything in the window is deleted, whatever its status.
        """
        return replace(self, statuses=self.ended).select(store)

    def page(self, store: Store, token: str | None) -> tuple[list[Instance], str]:
        """Return the page at the continuation *token*, and the next token ("" at the end)."""
        first = _id_of(token or "")
        found = [instance for instance in self.select(store) if instance.id >= first]
        following = found[self.top].id if len(found) > self.top else ""
        return found[: self.top], base64.b64encode(following.encode()).decode()

    def _wants(self, instance: Instance) -> bool:
        created = instance.created[:SECONDS]
        return (
            (not self.statuses or instance.status.lower() in self.statuses)
            and (self.created_from is None or created >= self.created_from[:SECONDS])
            and (self.created_to is None or created <= self.created_to[:SECONDS])
        )


def _id_of(token: str) -> str:
    """Return the id at which the page of a continuation *token* begins, "" for a token of another kind."""
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
