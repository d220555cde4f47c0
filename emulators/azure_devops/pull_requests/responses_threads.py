"""Answers about the threads of pull requests and their comments.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads
"""

from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, now
from emulators.azure_devops.core.utf16_length import length
from emulators.azure_devops.pull_requests import events
from emulators.azure_devops.pull_requests.responses_parts import enum_value, pull_request_of
from emulators.azure_devops.pull_requests.shapes import show_comment, show_thread

MAX_COMMENT_LENGTH = 150_000
THREAD_STATES = ("unknown", "active", "fixed", "wontFix", "closed", "byDesign", "pending")
COMMENT_TYPES = ("unknown", "text", "codeChange", "system")


async def list_threads(call: Call) -> web.Response:
    """GET .../threads."""
    repository, pull_request, _ = pull_request_of(call)
    threads = call.state.store.all("thread", parent=pull_request["id"])
    return call.collection(
        [show_thread(call.state, call.url, repository, pull_request["id"], t) for t in threads]
    )


async def get_thread(call: Call) -> web.Response:
    """GET .../threads/{id}."""
    repository, pull_request, _ = pull_request_of(call)
    thread = _thread(call, pull_request)
    return call.reply(show_thread(call.state, call.url, repository, pull_request["id"], thread))


async def create_thread(call: Call) -> web.Response:
    """POST .../threads `{comments, status, threadContext}`; raises 400 without comments."""
    repository, pull_request, _ = pull_request_of(call, write=True)
    body = await call.body()
    given = body.get("comments") or []
    thread: JSON = {
        "id": call.state.store.next("thread"),
        "publishedDate": now(),
        "lastUpdatedDate": now(),
        "comments": [_comment(call, one, number) for number, one in enumerate(given, start=1)],
        "status": enum_value(body.get("status"), THREAD_STATES) or None,
        "threadContext": body.get("threadContext"),
        "pullRequestThreadContext": body.get("pullRequestThreadContext"),
        "properties": body.get("properties") or {},
        "isDeleted": False,
    }
    if not thread["comments"]:
        raise errors.invalid_value("Invalid argument value.\r\nParameter name: comments")
    call.state.store.put("thread", thread["id"], thread, parent=pull_request["id"])
    _say(call, pull_request, thread, thread["comments"][0])
    return call.reply(show_thread(call.state, call.url, repository, pull_request["id"], thread))


async def update_thread(call: Call) -> web.Response:
    """PATCH .../threads/{id} `{status}`."""
    repository, pull_request, _ = pull_request_of(call, write=True)
    body, thread = await call.body(), _thread(call, pull_request)
    thread |= {
        "status": enum_value(body.get("status"), THREAD_STATES) or thread["status"],
        "lastUpdatedDate": now(),
    }
    call.state.store.put("thread", thread["id"], thread, parent=pull_request["id"])
    call.services.merging.policies_changed(pull_request["id"], call.url)
    return call.reply(show_thread(call.state, call.url, repository, pull_request["id"], thread))


async def list_comments(call: Call) -> web.Response:
    """GET .../threads/{id}/comments."""
    _, pull_request, api = pull_request_of(call)
    thread = _thread(call, pull_request)
    base = f"{api}/threads/{thread['id']}"
    return call.collection(
        [show_comment(call.state, call.url, base, comment) for comment in thread["comments"]]
    )


async def get_comment(call: Call) -> web.Response:
    """GET .../threads/{id}/comments/{n}."""
    _, pull_request, api = pull_request_of(call)
    thread = _thread(call, pull_request)
    base = f"{api}/threads/{thread['id']}"
    return call.reply(show_comment(call.state, call.url, base, _one(call, thread)))


async def add_comment(call: Call) -> web.Response:
    """POST .../threads/{id}/comments `{content, parentCommentId}`."""
    _, pull_request, api = pull_request_of(call, write=True)
    body, thread = await call.body(), _thread(call, pull_request)
    comment = _comment(call, body, len(thread["comments"]) + 1)
    thread |= {"comments": [*thread["comments"], comment], "lastUpdatedDate": now()}
    call.state.store.put("thread", thread["id"], thread, parent=pull_request["id"])
    _say(call, pull_request, thread, comment)
    return call.reply(show_comment(call.state, call.url, f"{api}/threads/{thread['id']}", comment))


async def edit_comment(call: Call) -> web.Response:
    """PATCH or DELETE .../threads/{id}/comments/{n}; raises 403 unless the caller is its author."""
    _, pull_request, api = pull_request_of(call, write=True)
    thread = _thread(call, pull_request)
    comment = _one(call, thread)
    if comment["by"] != call.caller.id:
        raise errors.VssError(
            403,
            "TF401189: Only its author may change a comment.",
            "CommentCannotBeUpdatedException",
            errors.GIT,
        )
    if call.request.method == "DELETE":
        comment |= {"isDeleted": True, "lastUpdatedDate": now()}
    else:
        content = _comment(call, await call.body(), comment["id"])["content"]
        comment |= {"content": content, "lastUpdatedDate": now(), "lastContentUpdatedDate": now()}
    thread["comments"] = [comment if c["id"] == comment["id"] else c for c in thread["comments"]]
    thread["isDeleted"] = all(c.get("isDeleted") for c in thread["comments"])
    call.state.store.put("thread", thread["id"], thread, parent=pull_request["id"])
    if call.request.method == "DELETE":
        return call.reply(None)
    _say(call, pull_request, thread, comment, edited=True)
    return call.reply(show_comment(call.state, call.url, f"{api}/threads/{thread['id']}", comment))


def _thread(call: Call, pull_request: JSON) -> JSON:
    thread = call.state.store.get("thread", call.argument("threadId"), parent=pull_request["id"])
    if thread is None:
        message = f"TF401187: The thread {call.arguments['threadId']} was not found."
        raise errors.missing(message, "DiscussionThreadNotFoundException", errors.GIT)
    return thread


def _one(call: Call, thread: JSON) -> JSON:
    for comment in thread["comments"]:
        if comment["id"] == call.argument("commentId"):
            return dict(comment)
    raise errors.missing("TF401187: The comment was not found.", "CommentNotFoundException", errors.GIT)


def _comment(call: Call, given: Any, number: int) -> JSON:
    content = given.get("content") if isinstance(given, dict) else None
    if not isinstance(content, str) or not content:
        raise errors.invalid_value("Invalid argument value.\r\nParameter name: comment.Content")
    if length(content) > MAX_COMMENT_LENGTH:
        limit = f"A discussion comment cannot be longer than {MAX_COMMENT_LENGTH} characters."
        raise errors.invalid_value(f"{limit}\r\nParameter name: comment.Content")
    return {
        "id": number,
        "parentCommentId": int(given.get("parentCommentId") or 0),
        "content": content,
        "publishedDate": now(),
        "lastUpdatedDate": now(),
        "lastContentUpdatedDate": now(),
        "commentType": enum_value(given.get("commentType"), COMMENT_TYPES) or "text",
        "by": call.caller.id,
    }


def _say(call: Call, pull_request: JSON, thread: JSON, comment: JSON, *, edited: bool = False) -> None:
    event = events.comment_event(
        call.state, call.url, pull_request, thread=thread, comment=comment, who=call.caller, edited=edited
    )
    call.services.hooks.publish(event)
