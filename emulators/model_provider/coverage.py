"""The tables of the coverage page: documented operations of the providers, served and not.

https://docs.claude.com/en/api/overview, https://platform.openai.com/docs/api-reference,
https://learn.microsoft.com/azure/ai-foundry/openai/reference, https://ai.google.dev/api
"""

from emulators.model_provider.operations import Operation
from emulators.model_provider.providers import PROVIDERS


def served() -> str:
    """Return the Markdown table of the served operations."""
    return _table(served=True)


def not_served() -> str:
    """Return the Markdown table of the operations that are answered with 501."""
    return _table(served=False)


def _table(*, served: bool) -> str:
    rows = [
        f"| {provider.name} | {one.name} | `{one.method} {_plain(one)}` |"
        for provider in PROVIDERS
        for one in provider.operations
        if (one.action != "none") == served
    ]
    return "\n".join(["| Provider | Operation | Path |", "|---|---|---|", *rows])


def _plain(operation: Operation) -> str:
    """Return the path without the regular expressions in it."""
    return operation.path.replace("{version:v1beta|v1alpha}", "{v1beta or v1alpha}")
