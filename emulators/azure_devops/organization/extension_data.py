"""Answers about the documents of an extension, which any user of the organisation may read and write.

A document has an `id` and an `__etag`, which grows with each change. A change must name the current one;
-1 stands for any.
https://learn.microsoft.com/azure/devops/extend/develop/data-storage
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, new_id

KIND = "extension document"
ANY_VERSION = -1
SCOPES = {"default": "current", "user": "me"}


async def list_documents(call: Call) -> web.Response:
    """GET .../Documents; raises 404 for a collection in which nothing was ever stored."""
    collection = _collection(call)
    if call.state.store.get("extension collection", collection) is None:
        message = f"The collection {call.arguments['collectionName']} does not exist."
        raise errors.missing(message, "DocumentCollectionDoesNotExistException", errors.EXTENSIONS)
    return call.collection(call.state.store.all(KIND, parent=collection))


async def get_document(call: Call) -> web.Response:
    """GET .../Documents/{id}; raises 404 for an unknown document."""
    return call.reply(_existing(call, _collection(call), call.arguments["documentId"]))


async def create_document(call: Call) -> web.Response:
    """POST .../Documents: a document without an id gets one; raises 409 when the id exists."""
    collection, document = _collection(call), await call.body()
    document_id = _id_of(document) or new_id()
    if call.state.store.get(KIND, document_id, parent=collection) is not None:
        message = f"The document {document_id} already exists."
        raise errors.conflict(message, "DocumentExistsException", errors.EXTENSIONS)
    return call.reply(_store(call, collection, {**document, "id": document_id}, version=1))


async def set_document(call: Call) -> web.Response:
    """PUT .../Documents: creates the document, or replaces it if its `__etag` is current."""
    collection, document = _collection(call), await call.body()
    document_id = _id_of(document) or new_id()
    before = call.state.store.get(KIND, document_id, parent=collection)
    version = 1 if before is None else _next_version(document, before)
    return call.reply(_store(call, collection, {**document, "id": document_id}, version))


async def update_document(call: Call) -> web.Response:
    """PATCH .../Documents: replaces a document if its `__etag` is current; raises 404 for an unknown one."""
    collection, document = _collection(call), await call.body()
    before = _existing(call, collection, _id_of(document))
    return call.reply(_store(call, collection, document, _next_version(document, before)))


async def delete_document(call: Call) -> web.Response:
    """DELETE .../Documents/{id} -> 204; raises 404 for an unknown document."""
    collection, document_id = _collection(call), call.arguments["documentId"]
    _existing(call, collection, document_id)
    call.state.store.remove(KIND, document_id, parent=collection)
    return call.reply(None, 204)


def _collection(call: Call) -> str:
    """Return the key of the collection, of the organisation or the caller; raises 400 for another scope."""
    names = [call.arguments[name] for name in ("publisherName", "extensionName", "collectionName")]
    scope, value = (call.arguments[name].lower() for name in ("scopeType", "scopeValue"))
    if SCOPES.get(scope) != value:
        raise errors.argument(f"The scope {scope}/{value} is not valid.", "scopeType")
    owner = call.caller.id if scope == "user" else "all"
    return "/".join([call.organization, owner, *names]).lower()


def _existing(call: Call, collection: str, document_id: str) -> JSON:
    found = call.state.store.get(KIND, document_id, parent=collection)
    if found is None:
        message = f"The document {document_id} does not exist."
        raise errors.missing(message, "DocumentDoesNotExistException", errors.EXTENSIONS)
    return found


def _id_of(document: JSON) -> str:
    given = document.get("id")
    return "" if given is None else str(given)


def _next_version(document: JSON, before: JSON) -> int:
    """Return the `__etag` that follows; raises 409 when *document* names neither the current one nor -1."""
    current = int(before["__etag"])
    if document.get("__etag") not in (current, ANY_VERSION):
        message = "The version of the document does not match the current version."
        raise errors.conflict(message, "InvalidDocumentVersionException", errors.EXTENSIONS)
    return current + 1


def _store(call: Call, collection: str, document: JSON, version: int) -> JSON:
    stored = {**document, "__etag": version}
    with call.state.store.transaction():
        call.state.store.put("extension collection", collection, {"name": call.arguments["collectionName"]})
        return call.state.store.put(KIND, stored["id"], stored, parent=collection)
