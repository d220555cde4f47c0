"""What the extension's pages can read of the work item in the form.

https://learn.microsoft.com/javascript/api/azure-devops-extension-api/iworkitemformservice
"""

from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.pages.extension.host import Host
from emulators.azure_devops.work_items.models import WorkItem
from emulators.azure_devops.work_items.shapes import show_fields, show_item


def form_facts(host: Host, item: WorkItem) -> JSON:
    """Return the work item as the form's service gives it out; identities are text and, apart, references."""
    state, url = host.state, host.url
    shown = show_item(state, url, item, expand="all", links=False)
    return {
        "id": item.id,
        "rev": shown["rev"],
        "fields": show_fields(state, url, item.fields, everything=True, as_text=True),
        "identities": {name: value for name, value in shown["fields"].items() if isinstance(value, dict)},
        "relations": shown.get("relations", []),
        "textField": item.kind.text_field,
        "isReadOnly": not permissions.may_work(state, host.viewer, item.project, "WORK_ITEM_WRITE"),
    }
