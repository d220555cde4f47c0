"""API versions: in the query or in Accept, released or preview.

https://learn.microsoft.com/azure/devops/integrate/concepts/rest-api-versioning
"""

import re

from aiohttp import web

from emulators.azure_devops.core import errors

COVERED = ((7, 0), (7, 1), (7, 2))
RELEASED = (7, 1)
LATEST = (7, 2)  # only in preview
_VERSION = re.compile(r"^(\d+)\.(\d+)(?:-preview(?:\.(\d+))?)?$")
_IN_ACCEPT = re.compile(r"api-version\s*=\s*([^;,\s]+)", re.IGNORECASE)


def version_of(request: web.Request, operation: str, *, preview_only: bool, newest: int) -> str:
    """Return the API version of *request*; *newest* is the resource's version in 7.1.

    Raises 400 for a version that the service or the resource does not have, 400 for a missing version in a
    request that changes something, and 501 for a version that this emulator does not cover.
    """
    asked = _asked(request)
    if not asked:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            raise errors.version_missing(request.method)
        return "7.1-preview" if preview_only else "7.1"
    match = _VERSION.match(asked)
    latest = ".".join(map(str, LATEST))
    if match is None:
        raise errors.version_out_of_range(asked, latest)
    number, preview = (int(match[1]), int(match[2])), "-preview" in asked
    if number > LATEST:
        raise errors.version_out_of_range(f"{match[1]}.{match[2]}", latest)
    if not preview and (preview_only or number > RELEASED):
        raise errors.version_is_preview(f"{match[1]}.{match[2]}")
    revisions = range(
        1, newest + (2 if number == LATEST else 1)
    )  # in 7.2 some resources are one version further
    if number not in COVERED or int(match[3] or 1) not in revisions:
        raise errors.not_covered(operation, f"api-version={asked}")
    return asked


def number_of(version: str) -> tuple[int, int]:
    """Return the major and minor number of a version from `version_of`."""
    major, _, minor = version.partition("-")[0].partition(".")
    return int(major), int(minor)


def _asked(request: web.Request) -> str:
    for name, value in request.query.items():
        if name.lower() == "api-version":
            return str(value).strip()
    found = _IN_ACCEPT.search(request.headers.get("Accept", ""))
    return found[1] if found else ""
