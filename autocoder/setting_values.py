"""Parsing and validation of the values of settings: lists, JSON, addresses; and what is wrong with them."""

import json
import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationError
from pydantic.fields import FieldInfo

from autocoder.shared.json_text import parse_json

ORGANIZATION = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?"
_ORGANIZATION_URL = re.compile(rf"https?://[^/?#@\s]+/{ORGANIZATION}")


def split_list(value: object) -> object:
    """Return the parts of a list written as `a;b`."""
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


def from_json(value: object) -> object:
    """Return the value of a JSON text. Raises ValueError with the position when it is not JSON."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error}") from None


def checked_url(value: object) -> object:
    """Return *value* without trailing slashes.

    Raises ValueError when it is not an https address, or an http address of the loopback interface.
    """
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(value)):
        raise ValueError("must be an https:// address (http:// only on 127.0.0.1 or localhost)")
    return value.rstrip("/")


def checked_organization(value: object) -> object:
    """Return the address of an organisation, whose name is the only part of the path.

    Raises ValueError as `checked_url` does, and for any other address.
    """
    url = checked_url(value)
    name, _, domain = (urlsplit(str(url)).hostname or "").partition(".")
    if domain == "visualstudio.com":
        raise ValueError(f"is the organisation's old address; use https://dev.azure.com/{name}")
    if not _ORGANIZATION_URL.fullmatch(str(url)):
        raise ValueError("must be the address of one organisation, as in https://dev.azure.com/contoso")
    return url


def in_steps(step: str) -> AfterValidator:
    """Return a validator of numbers that are whole multiples of *step*.

    Container Instances takes CPU in steps of 0.01 and memory in steps of 0.1 GB:
    https://github.com/Azure/azure-cli/issues/7355
    """

    def check(value: float) -> float:
        if Decimal(repr(value)) % Decimal(step):
            raise ValueError(f"must be a multiple of {step}")
        return value

    return AfterValidator(check)


def checked_storage(value: object) -> object:
    """Return a storage endpoint: an https address, or a connection string (such as Azurite's).

    https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
    """
    if isinstance(value, str) and ("accountkey=" in value.lower() or is_development_storage(value)):
        return value
    return checked_url(value)


def is_development_storage(text: str) -> bool:
    """Whether *text* is the connection string of Azurite on its default ports."""
    return text.strip().rstrip(";").lower() == "usedevelopmentstorage=true"


def checked_guid(value: object) -> str:
    """Return the GUID *value* in lower case. Raises ValueError when it is not one."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise ValueError("must be a GUID, as in 11111111-1111-4111-8111-111111111111") from None


def checked_guids(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the GUIDs *values* in lower case. Raises ValueError as `checked_guid` does."""
    return tuple(checked_guid(value) for value in values)


def explained(error: ValidationError, fields: Mapping[str, FieldInfo]) -> str:
    """Return one line for each setting that is not valid; *fields* have the settings' examples."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]).upper() if problem["loc"] else "settings"
        field = fields.get(name.lower())
        example = f" Example: {field.examples[0]}" if field and field.examples else ""
        lines.append(f"  {name}: {problem['msg'].removeprefix('Value error, ')}.{example}")
    return "These settings are not valid; docs/settings.md describes every setting:\n" + "\n".join(lines)


def is_loopback(url: str) -> bool:
    """Whether *url* points to this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


Names = Annotated[tuple[str, ...], BeforeValidator(split_list)]
Guid = Annotated[str, BeforeValidator(checked_guid)]
Guids = Annotated[tuple[str, ...], BeforeValidator(split_list), AfterValidator(checked_guids)]
Url = Annotated[str, BeforeValidator(checked_url)]
OrganizationUrl = Annotated[str, BeforeValidator(checked_organization)]
Storage = Annotated[str, BeforeValidator(checked_storage)]
Repositories = str | tuple[str, ...]
