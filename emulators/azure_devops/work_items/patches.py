"""Patch documents on work items: fields, tags, links, and the rules that values must meet.

https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/update
"""

import re
from dataclasses import dataclass
from typing import Any

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.state import JSON, State, now
from emulators.azure_devops.core.utf16_length import length
from emulators.azure_devops.work_items.fields import is_known
from emulators.azure_devops.work_items.models import HIDDEN, join_tags, split_tags
from emulators.azure_devops.work_items.processes import WorkItemType

# https://learn.microsoft.com/azure/devops/organizations/settings/work/object-limits
MAX_TAGS, MAX_TAG_LENGTH = 100, 400
MAX_LINKS, MAX_ATTACHMENTS = 1000, 100
MAX_TITLE_LENGTH, MAX_TEXT_LENGTH = 255, 1_000_000
FORMATS = ("html", "markdown")
IDENTITY_FIELDS = ("System.AssignedTo", "System.CreatedBy", "System.ChangedBy")
FIXED = ("System.TeamProject", "System.WorkItemType", "System.CommentCount", *HIDDEN)
FIXED_BY_RULES = ("System.CreatedDate", "System.CreatedBy", "System.ChangedDate", "System.ChangedBy")
TREES = ("System.AreaPath", "System.IterationPath")
RELATIONS = ("ArtifactLink", "Hyperlink", "AttachedFile")


@dataclass(frozen=True, slots=True)
class Rules:
    """The type and settings against which the values of a patch are checked."""

    state: State
    kind: WorkItemType
    bypass: bool = False


def apply(draft: JSON, operations: Any, rules: Rules, *, revision: int) -> None:
    """Apply a patch document to *draft*; *revision* is compared by `test /rev`.

    Raises 400 for a document, a field or a value that is not valid, 412 when a test fails.
    """
    if not isinstance(operations, list) or not operations:
        raise errors.bad_patch()
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise errors.bad_patch()
        _apply_one(draft, operation, rules, revision)
    _check(draft)


def _apply_one(draft: JSON, operation: JSON, rules: Rules, revision: int) -> None:
    verb, path = str(operation.get("op", "")).lower(), operation["path"]
    if verb not in ("add", "replace", "remove", "test"):
        raise errors.bad_patch()
    kind, _, name = path.removeprefix("/").partition("/")
    if verb == "test":
        _test(draft, path, name, operation.get("value"), revision)
    elif kind == "fields" and name:
        _set_field(draft, verb, name, None if verb == "remove" else operation.get("value"), rules)
    elif kind == "relations" and name:
        _set_relation(draft, verb, name, operation.get("value"))
    elif kind == "multilineFieldsFormat" and name:
        _set_format(draft, name, operation.get("value"))
    else:
        raise errors.bad_patch()


def _test(draft: JSON, path: str, name: str, wanted: Any, revision: int) -> None:
    actual = revision if path == "/rev" else draft["fields"].get(name)
    if str(actual) != str(wanted):
        raise errors.test_failed(path, actual, wanted)


def _set_field(draft: JSON, verb: str, name: str, value: Any, rules: Rules) -> None:
    if not is_known(name):
        raise errors.field_missing(name)
    known = next((field for field in draft["fields"] if field.lower() == name.lower()), name)
    if known in FIXED or (known in FIXED_BY_RULES and not rules.bypass):
        raise errors.field_rule(known.rpartition(".")[2], "ReadOnly")
    if value is None or value == "":
        draft["fields"].pop(known, None)
        return
    if known == "System.Tags":
        _set_tags(draft, verb, value)
    elif known in IDENTITY_FIELDS:
        draft["fields"][known] = {"identity": _identity(rules.state, known, value)}
    elif known == "System.State":
        _set_state(draft, value, rules)
    elif known in TREES:
        _set_path(draft, known, value)
    else:
        draft["fields"][known] = value


def _set_tags(draft: JSON, verb: str, value: Any) -> None:
    """Set tags: `add` keeps the existing ones (as in the reference's example), `replace` does not."""
    tags = split_tags(str(value))
    if any(length(tag) > MAX_TAG_LENGTH for tag in tags):
        raise errors.field_rule("Tags", "InvalidTooLong")
    already = split_tags(draft["fields"].get("System.Tags", "")) if verb == "add" else []
    draft["fields"]["System.Tags"] = join_tags(already + tags)


def _set_path(draft: JSON, name: str, value: Any) -> None:
    """Set area or iteration; raises 400 for any node except the root, the only one that exists."""
    root = draft["fields"]["System.TeamProject"]
    if str(value).lower() != root.lower():
        number = draft["fields"]["System.Id"] if draft["rev"] > 1 else -1
        raise errors.rule_broken(f"TF401347: Invalid tree name given for work item {number}, field '{name}'.")
    draft["fields"][name] = root


def _set_state(draft: JSON, value: Any, rules: Rules) -> None:
    spelled = rules.kind.spelled(str(value))
    if spelled is None:
        raise errors.rule_broken(
            f"The field 'State' contains the value '{value}' that is not in the list of supported values"
        )
    if spelled != draft["fields"].get("System.State"):
        draft["fields"]["Microsoft.VSTS.Common.StateChangeDate"] = draft["date"]
        draft["fields"]["System.Reason"] = f"Moved to state {spelled}"
    draft["fields"]["System.State"] = spelled


def _identity(state: State, field: str, value: Any) -> str:
    words = str(value.get("uniqueName") or value.get("id") or "") if isinstance(value, dict) else str(value)
    address = re.search(r"<([^<>]+)>\s*$", words)
    found = state.find_identity(words) or (state.find_identity(address[1]) if address else None)
    if found is None:
        name = {"System.AssignedTo": "Assigned To"}.get(field, field.rpartition(".")[2])
        raise errors.rule_broken(f"The identity value '{words}' for field '{name}' is an unknown identity.")
    return found.id


def _set_relation(draft: JSON, verb: str, name: str, value: Any) -> None:
    relations: list[JSON] = draft["relations"]
    if verb == "remove":
        if not name.isdigit() or int(name) >= len(relations):
            raise errors.bad_patch()
        relations.pop(int(name))
        return
    if name != "-":
        if (
            verb != "replace"
            or not name.isdigit()
            or int(name) >= len(relations)
            or not isinstance(value, dict)
        ):
            raise errors.bad_patch()
        relations[int(name)]["attributes"] |= value.get("attributes") or {}
        return
    relations.append(relation_of(draft, value))


def relation_of(draft: JSON, value: Any) -> JSON:
    """Return the relation that *value* describes; raises 400 if it is not valid or exists already."""
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("url"), str)
        or not isinstance(value.get("rel"), str)
    ):
        raise errors.bad_patch()
    rel, url = value["rel"], value["url"]
    if rel not in RELATIONS and not rel.startswith("System.LinkTypes."):
        raise errors.rule_broken(f"TF401328: The link type '{rel}' does not exist.")
    if any(r["rel"] == rel and r["url"].lower() == url.lower() for r in draft["relations"]):
        raise errors.rule_broken("Relation already exists.")
    attributes = {**(value.get("attributes") or {})}
    if rel in RELATIONS:
        attributes = {
            "authorizedDate": now(),
            "id": len(draft["relations"]) + 1000 * draft["rev"],
            "resourceCreatedDate": now(),
            "resourceModifiedDate": now(),
            "revisedDate": "9999-01-01T00:00:00Z",
            **attributes,
        }
    else:
        attributes = {"isLocked": False, **attributes}
    return {"rel": rel, "url": url, "attributes": attributes}


def _set_format(draft: JSON, name: str, value: Any) -> None:
    wanted = str(value).lower()
    if wanted not in FORMATS:
        raise errors.rule_broken(f"The format '{value}' of field '{name}' is not supported.")
    if draft["formats"].get(name) == "markdown" and wanted == "html":
        raise errors.rule_broken(f"The format of field '{name}' cannot be changed from Markdown to HTML.")
    draft["formats"][name] = wanted


def _check(draft: JSON) -> None:
    fields = draft["fields"]
    title = fields.get("System.Title")
    if not isinstance(title, str) or not title.strip():
        raise errors.field_rule("Title", "Required, InvalidEmpty")
    if length(title) > MAX_TITLE_LENGTH:
        raise errors.field_rule("Title", "InvalidTooLong")
    if len(split_tags(fields.get("System.Tags", ""))) > MAX_TAGS:
        raise errors.field_rule("Tags", "InvalidTooLong")
    for name, value in fields.items():
        if isinstance(value, str) and length(value) > MAX_TEXT_LENGTH:
            raise errors.field_rule(name.rpartition(".")[2], "InvalidTooLong")
    attached = sum(1 for relation in draft["relations"] if relation["rel"] == "AttachedFile")
    if attached > MAX_ATTACHMENTS or len(draft["relations"]) - attached > MAX_LINKS:
        raise errors.rule_broken("TF401330: The work item has reached the limit of links or attachments.")
