"""Work items, their comments and attachments, and their types.

https://learn.microsoft.com/rest/api/azure/devops/wit
"""

from emulators.azure_devops.core.queries import PAGE, Choice, flags, off, texts
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.work_items import responses as items
from emulators.azure_devops.work_items import responses_comments as comments
from emulators.azure_devops.work_items import responses_queries as queries
from emulators.azure_devops.work_items import responses_types as types

_BASE = "{project}/_apis/wit"
_EXPAND = {"$expand": items.EXPAND}
_CHANGE = {**_EXPAND, **flags("validateOnly", "bypassRules", "suppressNotifications")}
_FORMAT = {"format": Choice(("markdown", "html"), numbers={"0": "markdown", "1": "html"})}
_COMMENT = {
    "$expand": Choice(
        ("none", "renderedText"),
        ("reactions", "renderedTextOnly", "all"),
        {"0": "none", "1": "reactions", "8": "renderedText", "16": "renderedTextOnly", "-17": "all"},
    )
}
WORK_ITEMS: tuple[Resource, ...] = (
    Resource(
        "62d3d110-0047-428c-ad3c-4fe872c91c74",
        "wit",
        "workItems",
        f"{_BASE}/workItems/${{type}}",
        3,
        {"Work Items_Create": Route(items.create_work_item, _CHANGE)},
    ),
    Resource(
        "72c7ddf8-2cdc-4f60-90cd-ab71c14a399b",
        "wit",
        "workItems",
        f"{_BASE}/workItems/{{id}}",
        3,
        {
            "Work Items_List": Route(
                items.list_work_items,
                {**texts("ids", "fields"), **_EXPAND, "errorPolicy": items.ERROR_POLICY},
            ),
            "Work Items_Get Work Item": Route(items.get_work_item, {**texts("fields"), **_EXPAND}),
            "Work Items_Update": Route(items.update_work_item, _CHANGE),
        },
    ),
    Resource(
        "908509b6-4248-4475-a1cd-829139ba419f",
        "wit",
        "workItemsBatch",
        f"{_BASE}/workItemsBatch",
        1,
        {
            "Work Items_Get Work Items Batch": Route(
                items.get_batch, body=("ids", "fields", "$expand", "errorPolicy")
            )
        },
    ),
    Resource(
        "a00c85a5-80fa-4565-99c3-bcd2181434bb",
        "wit",
        "revisions",
        f"{_BASE}/workItems/{{id}}/revisions/{{revisionNumber}}",
        3,
        {"Revisions_List": Route(items.list_revisions, PAGE), "Revisions_Get": Route(items.get_revision)},
    ),
    Resource(
        "6570bf97-d02c-4a91-8d93-3abe9895b1a9",
        "wit",
        "updates",
        f"{_BASE}/workItems/{{id}}/updates/{{updateNumber}}",
        3,
        {"Updates_List": Route(items.list_updates, PAGE), "Updates_Get": Route(items.get_update)},
    ),
    Resource(
        "608aac0a-32e1-4493-a863-b9cf4566d257",
        "wit",
        "comments",
        f"{_BASE}/workItems/{{workItemId}}/comments/{{commentId}}",
        4,
        {
            "Comments_Get Comments Batch": Route(
                comments.list_comments,
                {
                    **texts("$top", "continuationToken"),
                    **flags("includeDeleted"),
                    **_COMMENT,
                    "order": Choice(("asc", "desc"), numbers={"1": "asc", "2": "desc"}),
                },
            ),
            "Comments_Get Comment": Route(comments.get_comment, {**flags("includeDeleted"), **_COMMENT}),
            "Comments_Add Comment": Route(comments.add_comment, _FORMAT, ("text",)),
            "Comments_Update Comment": Route(comments.edit_comment, _FORMAT, ("text",)),
            "Comments_Delete": Route(comments.delete_comment),
        },
        preview=True,
    ),
    Resource(
        "7c9d7a76-4a09-43e8-b5df-bd792f4ac6aa",
        "wit",
        "workItemTypeStates",
        f"{_BASE}/workItemTypes/{{type}}/states",
        1,
        {"Work Item Type States_List": Route(types.list_states)},
    ),
    Resource(
        "7c8d7a76-4a09-43e8-b5df-bd792f4ac6aa",
        "wit",
        "workItemTypes",
        f"{_BASE}/workItemTypes/{{type}}",
        2,
        {"Work Item Types_List": Route(types.list_types), "Work Item Types_Get": Route(types.get_type)},
    ),
    Resource(
        "bc15bc60-e7a8-43cb-ab01-2106be3983a1",
        "wit",
        "tags",
        f"{_BASE}/tags/{{tagIdOrName}}",
        1,
        {"Tags_List": Route(types.list_tags)},
    ),
    Resource(
        "5a172953-1b41-49d3-840a-33f79c3ce89f",
        "wit",
        "classificationNodes",
        f"{_BASE}/classificationNodes/{{structureGroup}}/{{path}}",
        2,
        {"Classification Nodes_Get Root Node": Route(types.get_root_node, texts("$depth"))},
    ),
    Resource(
        "1a9c53f7-f243-4447-b110-35ef023636e4",
        "wit",
        "wiql",
        "{project}/{team}/_apis/wit/wiql",
        2,
        {"Wiql_Query By Wiql": Route(queries.query, {**texts("$top"), **off("timePrecision")}, ("query",))},
    ),
    Resource(
        "e07b5fa4-1499-494d-a496-64b860fd64ff",
        "wit",
        "attachments",
        f"{_BASE}/attachments/{{id}}",
        3,
        {
            "Attachments_Create": Route(
                comments.upload_attachment,
                {**texts("fileName"), "uploadType": Choice(("simple",), ("chunked",))},
            ),
            "Attachments_Get": Route(
                comments.download_attachment, {**texts("fileName"), **flags("download")}
            ),
        },
    ),
)
