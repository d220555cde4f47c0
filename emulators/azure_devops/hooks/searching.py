"""Searches subscriptions: by their publisher, event and consumer, and by conditions on their inputs.

https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/create-subscriptions-query
"""

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.queries import Choice
from emulators.azure_devops.core.state import JSON

NAMES = ("publisherId", "eventType", "consumerId", "consumerActionId")
OPERATION = "hooks Subscriptions_Create Subscriptions Query"
_OPERATOR = Choice(("equals", "notEquals"), numbers={"0": "equals", "1": "notEquals"})


def matches(subscription: JSON, query: JSON) -> bool:
    """Whether a subscription is what *query* looks for.

    Inputs match when all conditions of one filter hold. Raises 400 for a malformed filter.
    """
    named = all(_same(subscription[name], query.get(name) or subscription[name]) for name in NAMES)
    inputs = [
        (query.get("publisherInputFilters"), subscription["publisherInputs"]),
        (query.get("consumerInputFilters"), subscription["consumerInputs"]),
    ]
    return named and all(_any_filter(filters, given) for filters, given in inputs)


def _any_filter(filters: object, inputs: JSON) -> bool:
    if not filters:
        return True
    if not isinstance(filters, list):
        raise errors.argument("Value cannot be null.", "filters")
    return any(all(_holds(one, inputs) for one in _conditions(group)) for group in filters)


def _conditions(group: object) -> list[JSON]:
    conditions = group.get("conditions") if isinstance(group, dict) else None
    if not isinstance(conditions, list) or not all(isinstance(one, dict) for one in conditions):
        raise errors.argument("Value cannot be null.", "conditions")
    return conditions


def _holds(condition: JSON, inputs: JSON) -> bool:
    operator = _OPERATOR.read(OPERATION, "operator", str(condition.get("operator", "equals")))
    actual = str(inputs.get(str(condition.get("inputId", "")), ""))
    wanted = str(condition.get("inputValue") or "")
    same = actual == wanted if condition.get("caseSensitive") is True else _same(actual, wanted)
    return same == (operator == "equals")


def _same(one: object, other: object) -> bool:
    return str(one).lower() == str(other).lower()
