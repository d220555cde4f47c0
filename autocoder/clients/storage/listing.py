"""What Blob Storage says in XML: a page of a list of blobs, and a user delegation key.

https://learn.microsoft.com/rest/api/storageservices/list-blobs
https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from autocoder.clients.storage.sas import DelegationKey, iso
from autocoder.clients.storage.xml_text import read_xml
from autocoder.errors import UnexpectedAnswer


@dataclass(frozen=True, slots=True)
class Listing:
    """A page: when each blob was last changed, the folders, and how the next page is asked for, if any."""

    blobs: Mapping[str, dt.datetime]
    folders: tuple[str, ...]
    next_marker: str


def read_listing(text: bytes, marker: str) -> Listing:
    """Return the page that was asked for with *marker*. Raises `UnexpectedAnswer` when it is none."""
    root = read_xml(text, "EnumerationResults")
    listing = Listing(
        blobs={one.findtext("Name", ""): _changed(one) for one in root.iterfind("Blobs/Blob")},
        folders=tuple(one.findtext("Name", "") for one in root.iterfind("Blobs/BlobPrefix")),
        next_marker=root.findtext("NextMarker", ""),
    )
    if marker and listing.next_marker == marker:
        raise UnexpectedAnswer("Blob Storage answers with the same page for ever.")
    return listing


def _changed(blob: Element) -> dt.datetime:
    try:
        return parsedate_to_datetime(blob.findtext("Properties/Last-Modified", ""))
    except (ValueError, TypeError, OverflowError):
        raise UnexpectedAnswer("Blob Storage does not say when a blob was changed.") from None


def key_request(start: dt.datetime, expiry: dt.datetime) -> bytes:
    """Return the body of a request for a user delegation key that is valid from *start* to *expiry*."""
    times = f"<Start>{iso(start)}</Start><Expiry>{iso(expiry)}</Expiry>"
    return f'<?xml version="1.0" encoding="utf-8"?><KeyInfo>{times}</KeyInfo>'.encode()


def delegation_key(text: bytes) -> DelegationKey:
    """Return the user delegation key in the answer *text*. Raises `UnexpectedAnswer` when there is none."""
    root = read_xml(text, "UserDelegationKey")
    names = (
        "SignedOid",
        "SignedTid",
        "SignedStart",
        "SignedExpiry",
        "SignedService",
        "SignedVersion",
        "Value",
    )
    found = [root.findtext(name, "") for name in names]
    if not all(found):
        raise UnexpectedAnswer("Blob Storage answered with an incomplete user delegation key.")
    return DelegationKey(*found)
