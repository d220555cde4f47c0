"""Reading a form that a page sent: `multipart/form-data` with bounded texts and at most one file.

https://developer.mozilla.org/docs/Web/HTTP/Reference/Methods/POST
Files have the size limit of Azure DevOps for attachments:
https://learn.microsoft.com/azure/devops/organizations/settings/work/object-limits
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from emulators.azure_devops.pages.forms.origin import is_form_token
from emulators.azure_devops.work_items.attachments import MAX_ATTACHMENT_BYTES

FORM, TOKEN = "form", "token"  # the fields that name the form and prove its origin
MAX_TEXT_BYTES = 4_500_000  # a description of a million characters, with room for the rest
MAX_FIELDS = 12
MAX_FILE_NAME = 255
CHUNK = 1 << 16
DAMAGED = (ValueError, LookupError, RuntimeError, aiohttp.ClientError, HttpProcessingError, web.HTTPException)


class FormError(Exception):
    """A form that is refused: an HTTP status, and the reason for the person who sent it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a form; its name has neither a path nor control characters."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A submitted form: its fields by name, with Unix line ends, and its file if one was chosen."""

    values: Mapping[str, str]
    file: UploadedFile | None = None

    @property
    def name(self) -> str:
        """The name of the form on its page."""
        return self.values.get(FORM, "")

    @property
    def is_of_this_process(self) -> bool:
        """Whether the form came from a page that this process served."""
        return is_form_token(self.values.get(TOKEN, ""))

    def text(self, name: str) -> str:
        """Return a field of several lines, without surrounding blanks."""
        return self.values.get(name, "").strip()

    def line(self, name: str) -> str:
        """Return a field of one line: control characters and runs of blanks become one blank."""
        text = self.values.get(name, "")
        return " ".join("".join(" " if _is_control(one) else one for one in text).split())


async def read_form(request: web.Request) -> Form:
    """Return the form in the body; raises `FormError` for another body or one that exceeds a limit."""
    if request.content_type != "multipart/form-data":
        raise FormError(415, "The form must be sent as multipart/form-data.")
    if request.content_length is None:
        raise FormError(411, "The form must have a Content-Length.")
    if request.content_length > MAX_ATTACHMENT_BYTES + MAX_TEXT_BYTES:
        raise FormError(413, _too_large())
    try:
        return await _read(await request.multipart())
    except DAMAGED as error:
        raise FormError(400, "The form is damaged: it is not what a page of this server sends.") from error


async def _read(reader: aiohttp.MultipartReader) -> Form:
    values: dict[str, str] = {}
    file, room = None, MAX_TEXT_BYTES
    for _ in range(MAX_FIELDS):
        part = await reader.next()
        if part is None:
            return Form(values, file)
        if not isinstance(part, aiohttp.BodyPartReader) or part.name is None or part.name in values:
            raise ValueError("a part without a name of its own")
        if part.filename is None:
            content = await _content(part, room, "The texts are longer than Azure DevOps accepts.")
            values[part.name] = content.decode().replace("\r\n", "\n")
            room -= len(content)
        elif file is not None:
            raise ValueError("a second file")
        else:
            content = await _content(part, MAX_ATTACHMENT_BYTES, _too_large())
            file = UploadedFile(_file_name(part.filename), content) if part.filename else None
    raise ValueError("too many fields")


async def _content(part: aiohttp.BodyPartReader, limit: int, refusal: str) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        content += chunk
        if len(content) > limit:
            raise FormError(413, refusal)
    return bytes(content)


def _file_name(given: str) -> str:
    """Return the last part of a path; raises `FormError` for a name that cannot be part of a link."""
    name = given.replace("\\", "/").rpartition("/")[2].strip()
    if not name or len(name) > MAX_FILE_NAME or any(_is_control(one) for one in name):
        raise FormError(
            400,
            f"A file name has 1 to {MAX_FILE_NAME} characters and no control characters. Rename the file.",
        )
    return name


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "C" or category in ("Zl", "Zp")


def _too_large() -> str:
    return f"A file may have up to {MAX_ATTACHMENT_BYTES >> 20} MB."
