"""Signatures are those that the documentation describes, and those of Microsoft's own clients."""

import base64

import pytest
from azure.core import MatchConditions
from azure.core.pipeline.transport import HttpTransport
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from autocoder.clients.storage.account import Account, read_account
from autocoder.clients.storage.shared_key import authorization, blob_string, table_string
from autocoder.errors import InvalidArgument
from autocoder.setting_values import checked_storage

KEY = base64.b64encode(b"the key of an account in a test").decode()
ACCOUNT = Account("myaccount", "https://myaccount.blob.core.windows.net", base64.b64decode(KEY))


def test_signs_the_documented_string_of_a_blob_request():
    """https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key"""
    headers = {"x-ms-date": "Fri, 26 Jun 2015 23:39:12 GMT", "x-ms-version": "2015-02-21"}
    target = "/mycontainer?restype=container&comp=metadata&timeout=20"
    assert blob_string(ACCOUNT, "GET", target, headers) == (
        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
        "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20"
    )


def test_signs_the_documented_string_of_a_put_with_its_length_and_conditions():
    headers = {
        "content-length": "11",
        "if-none-match": "*",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-date": "now",
    }
    assert blob_string(ACCOUNT, "PUT", "/c/b", headers) == (
        "PUT\n\n\n11\n\n\n\n\n\n*\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:now\n/myaccount/c/b"
    )
    assert blob_string(ACCOUNT, "PUT", "/c/b", {"content-length": "0"}).startswith("PUT\n\n\n\n")


def test_signs_the_documented_string_of_a_table_request():
    """https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key"""
    headers = {"x-ms-date": "Sun, 11 Oct 2009 19:52:39 GMT", "content-type": "application/json"}
    assert table_string(ACCOUNT, "POST", "/Tables?$top=1", headers) == (
        "POST\n\napplication/json\nSun, 11 Oct 2009 19:52:39 GMT\n/myaccount/Tables"
    )


def test_the_account_stands_twice_in_the_resource_of_an_emulator():
    account = Account("devstoreaccount1", "http://127.0.0.1:10002/devstoreaccount1", b"key")
    target = account.path + "/runs(PartitionKey='a%27%27b',RowKey='r')"
    assert table_string(account, "GET", target, {}).endswith(
        "\n/devstoreaccount1/devstoreaccount1/runs(PartitionKey='a%27%27b',RowKey='r')"
    )


class SentError(Exception):
    """A request of Microsoft's client, which is not sent."""


class Recorder(HttpTransport):
    """A transport of Microsoft's clients that keeps the request."""

    request = None

    def send(self, request, **_):
        self.request = request
        raise SentError

    def open(self):
        """Nothing to open."""

    def close(self):
        """Nothing to close."""

    def __exit__(self, *_):
        """Nothing to close."""


def string(service):
    return f"AccountName=myaccount;AccountKey={KEY};{service}Endpoint=https://myaccount.example/base"


def table_client(transport):
    service = TableServiceClient.from_connection_string(string("Table"), transport=transport)
    return service.get_table_client("runs")


def blob_client(transport):
    service = BlobServiceClient.from_connection_string(string("Blob"), transport=transport)
    return service.get_container_client("runs")


CALLS = {
    "get a row": (table_client, table_string, lambda table: table.get_entity("it's", "a/b é%")),
    "insert a row": (
        table_client,
        table_string,
        lambda table: table.create_entity({"PartitionKey": "p", "RowKey": "r"}),
    ),
    "query": (
        table_client,
        table_string,
        lambda table: list(table.query_entities("RowKey eq 'a b'", select=["n"])),
    ),
    "put a blob": (
        blob_client,
        blob_string,
        lambda blobs: blobs.upload_blob("a/b.txt", b"content", overwrite=True),
    ),
    "read a part": (blob_client, blob_string, lambda blobs: blobs.download_blob("a", 5, 10)),
    "list": (blob_client, blob_string, lambda blobs: list(blobs.list_blobs(name_starts_with="a b/"))),
    "delete": (
        blob_client,
        blob_string,
        lambda blobs: blobs.delete_blob("a", etag="x", match_condition=MatchConditions.IfNotModified),
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_signs_as_microsofts_own_clients_do(call):
    client, string_to_sign, ask = call
    transport = Recorder()
    with pytest.raises(SentError):
        ask(client(transport))
    sent = transport.request
    headers = {name.lower(): value for name, value in sent.headers.items()}
    given = headers.pop("authorization")
    target = sent.url.removeprefix("https://myaccount.example")
    assert authorization(ACCOUNT, string_to_sign(ACCOUNT, sent.method, target, headers)) == given


@pytest.mark.parametrize(
    ("text", "name", "endpoint"),
    [
        ("https://acme.table.core.windows.net/", "acme", "https://acme.table.core.windows.net"),
        (
            "https://127.0.0.1:7079/devstoreaccount1",
            "devstoreaccount1",
            "https://127.0.0.1:7079/devstoreaccount1",
        ),
        (f"AccountName=acme;AccountKey={KEY}", "acme", "https://acme.table.core.windows.net"),
        (
            f"DefaultEndpointsProtocol=http;AccountName=acme;AccountKey={KEY};EndpointSuffix=core.example;",
            "acme",
            "http://acme.table.core.example",
        ),
        (f"AccountName=a;AccountKey={KEY};TableEndpoint=https://t.example/a/", "a", "https://t.example/a"),
        ("UseDevelopmentStorage=true", "devstoreaccount1", "http://127.0.0.1:10002/devstoreaccount1"),
        ("usedevelopmentstorage=TRUE;", "devstoreaccount1", "http://127.0.0.1:10002/devstoreaccount1"),
        (f"accountname=acme;ACCOUNTKEY={KEY}", "acme", "https://acme.table.core.windows.net"),
        (f"accountName=a;accountKey={KEY};tableEndpoint=https://t.example/a", "a", "https://t.example/a"),
    ],
)
def test_reads_addresses_and_connection_strings(text, name, endpoint):
    account = read_account(str(checked_storage(text)), "table")
    assert (account.name, account.endpoint) == (name, endpoint)
    assert (account.key is None) == text.startswith("https://")


@pytest.mark.parametrize(
    "text", ["", "AccountKey=eA==", "AccountName=a;AccountKey=?", "AccountName=a;AccountKey="]
)
def test_what_is_no_connection_string_is_refused_without_being_told(text):
    with pytest.raises(InvalidArgument) as raised:
        read_account(text, "blob")
    assert "AccountKey" not in str(raised.value)


def test_an_account_does_not_show_its_key():
    assert "key of an account" not in repr(ACCOUNT)
