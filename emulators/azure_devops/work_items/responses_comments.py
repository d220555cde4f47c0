"""Answers about comments on work items, and attachments.

https://learn.microsoft.com/rest/api/azure/devops/wit/comments
https://learn.microsoft.com/rest/api/azure/devops/wit/attachments
"""

from html import escape
from urllib.parse import quote

from aiohttp import web
from markdown_it import MarkdownIt

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON
from emulators.azure_devops.work_items import attachments, changing, comments, shapes
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.models import WorkItem


async def list_comments(call: Call) -> web.Response:
    """GET wit/workItems/{id}/comments?$top=&continuationToken=&order=&includeDeleted=."""
    item = _item(call)
    found = comments.listed(call.state, item, deleted=call.flag("includeDeleted"))
    if call.query("order", "desc") != "asc":
        found.reverse()
    total, start = len(found), call.number("continuationToken", 0)
    top = min(call.number("$top", 200), 200)
    page = found[start : start + top]
    body: JSON = {"totalCount": total, "count": len(page), "comments": [_show(call, item, c) for c in page]}
    if start + top < total:
        token = str(start + top)
        address = f"{shapes.api_url(call.url, item.project, item.id)}/comments?continuationToken={token}"
        body |= {"continuationToken": token, "nextPage": f"{address}&api-version={call.version}"}
    return call.reply(body)


async def get_comment(call: Call) -> web.Response:
    """GET wit/workItems/{id}/comments/{commentId}?includeDeleted=."""
    item, number, deleted = _item(call), call.argument("commentId"), call.flag("includeDeleted")
    return call.reply(_show(call, item, comments.find(call.state, item, number, deleted=deleted)))


async def add_comment(call: Call) -> web.Response:
    """POST wit/workItems/{id}/comments `{text}` -> 200; `?format=0` means Markdown from 7.2 on."""
    body, item = await call.body(), _item(call)
    work_items.require_write(call.state, call.caller, item.project)
    change = comments.add(call.state, item, body.get("text", ""), call.caller, markdown=_is_markdown(call))
    changing.announce(call.services, call.url, change)
    return call.reply(_show(call, item, change.comment or {}))


async def edit_comment(call: Call) -> web.Response:
    """PATCH wit/workItems/{id}/comments/{commentId} `{text}`."""
    body, item = await call.body(), _item(call)
    work_items.require_write(call.state, call.caller, item.project)
    number = call.argument("commentId")
    before = comments.find(call.state, item, number)
    markdown = _is_markdown(call) if call.query("format") else before["format"] == "markdown"
    text = body.get("text", "")
    return call.reply(
        _show(call, item, comments.edit(call.state, item, number, text, call.caller, markdown=markdown))
    )


async def delete_comment(call: Call) -> web.Response:
    """DELETE wit/workItems/{id}/comments/{commentId} -> 200 with the deleted comment."""
    item = _item(call)
    work_items.require_write(call.state, call.caller, item.project)
    deleted = comments.delete(call.state, item, call.argument("commentId"), call.caller)
    return call.reply(_show(call, item, deleted))


def _item(call: Call) -> WorkItem:
    return work_items.find(call.state, call.argument("workItemId"), call.caller, call.required_project())


def _is_markdown(call: Call) -> bool:
    return call.at_least_7_2 and call.query("format") == "markdown"


def _show(call: Call, item: WorkItem, comment: JSON) -> JSON:
    body = shapes.show_comment(call.state, call.url, item, comment)
    if call.query("$expand") == "renderedText":
        markdown = comment["format"] == "markdown"
        body["renderedText"] = MarkdownIt("js-default").render(body["text"]) if markdown else body["text"]
    return body


async def upload_attachment(call: Call) -> web.Response:
    """POST wit/attachments?fileName= with the file as body -> 201."""
    name = call.query("fileName")
    content = await call.raw(attachments.MAX_ATTACHMENT_BYTES)
    attachment = attachments.keep(call.state, name, content, call.caller)
    url = attachments.api_url(call.url, call.project, attachment, name)
    return call.reply({"id": attachment, "url": url}, 201)


async def download_attachment(call: Call) -> web.Response:
    """GET wit/attachments/{id}?fileName=&download=; raises 404 TF237079 for an unknown one."""
    attachment = call.arguments["id"].lower()
    row = attachments.find(call.state, attachment)
    if row is None:
        message = f"TF237079: The attachment {escape(attachment)} could not be found."
        raise errors.missing(message, "AttachmentNotFoundException", errors.WORK_ITEMS)
    name = call.query("fileName") or row["name"] or attachment
    disposition = "attachment" if call.flag("download") else "inline"
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=attachments.read(call.state, attachment), headers=headers)
