"""What the clients of storage make of answers: of busy and failing services, and of hostile ones."""

import json

import pytest

from autocoder.clients.azure_devops.session import new_http_client
from autocoder.clients.claims import Claims
from autocoder.clients.storage import rest
from autocoder.clients.tables import Tables
from autocoder.errors import (
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    RetryLater,
    SignInRequired,
    TooLarge,
    Transient,
    UnexpectedAnswer,
)
from autocoder.rounds import Round
from autocoder.runs.claims import ACTIVE, Claim
from autocoder.runs.files import INPUTS, PACK
from tests.autocoder.clients.storage.scripted import scripted

RUN, OTHER = "0" * 19 + "a", "0" * 19 + "b"
WRITER = "x-ms-meta-writer"
FOLDER = Round(RUN, 1)
ROW = {"odata.etag": 'W/"1"', "PartitionKey": "p", "RowKey": "r", "n": 1}
XML = '<?xml version="1.0" encoding="utf-8"?>'


def odata_error(code, message="It failed.\nRequestId:1\nTime:2"):
    return json.dumps(
        {"odata.error": {"code": code, "message": {"lang": "en-US", "value": message}}}
    ).encode()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(rest, "PAUSES_SECONDS", (0.0, 0.0, 0.0))


@pytest.fixture
def http():
    with new_http_client() as client:
        yield client


@pytest.fixture
def script():
    with scripted() as script:
        yield script


@pytest.fixture
def tables(script, http):
    return script.tables(http)


@pytest.fixture
def blobs(script, http):
    return script.blobs(http)


def test_asks_as_the_documentation_says(script, tables):
    script.add(200, json.dumps(ROW).encode())
    assert tables.get("runs", "p", "r") == {"PartitionKey": "p", "RowKey": "r", "n": 1, "etag": 'W/"1"'}
    (asked,) = script.asked
    assert asked.target == "/account/runs(PartitionKey='p',RowKey='r')"
    assert asked.headers["accept"] == "application/json;odata=minimalmetadata"
    assert asked.headers["dataserviceversion"] == "3.0"
    assert asked.headers["x-ms-version"] == rest.VERSION
    assert asked.headers["x-ms-date"].endswith(" GMT")
    assert asked.headers["authorization"].startswith("SharedKey account:")
    assert "cookie" not in asked.headers


def test_quotes_keys_and_values(script, tables):
    script.add(204, etag='W/"2"')
    script.add(200, b'{"value": []}')
    assert tables.merge("runs", "a/b", "it's 100% é", {"n": 1}) == 'W/"2"'  # the new ETag of the row
    tables.query("runs", "it's", {"name": "x' or RowKey ne '", "on": True, "n": 5, "long": 1 << 40})
    changed, queried = script.asked
    assert changed.target == "/account/runs(PartitionKey='a%2Fb',RowKey='it%27%27s%20100%25%20%C3%A9')"
    assert changed.headers["if-match"] == "*"
    assert "%24filter" not in queried.target
    assert (
        "$filter=PartitionKey%20eq%20%27it%27%27s%27%20and%20name%20eq%20%27x%27%27%20or%20RowKey%20ne%20%27%27%27"
        "%20and%20on%20eq%20true%20and%20n%20eq%205%20and%20long%20eq%201099511627776L&"
    ) in queried.target


def test_reads_all_pages_of_a_query_also_empty_ones(script, tables):
    script.add(200, json.dumps({"value": [ROW]}).encode(), x_ms_continuation_NextPartitionKey="1!a b")
    script.add(
        200, b'{"value": []}', x_ms_continuation_NextPartitionKey="p", x_ms_continuation_NextRowKey="r&2"
    )
    script.add(200, json.dumps({"value": [ROW]}).encode())
    assert len(tables.query("runs", "p", {})) == 2
    assert [asked.target.partition("$top=1000")[2] for asked in script.asked] == [
        "",
        "&NextPartitionKey=1%21a%20b",
        "&NextPartitionKey=p&NextRowKey=r%262",
    ]


def test_reads_no_further_than_is_asked_for(script, tables):
    script.add(200, json.dumps({"value": [ROW, ROW]}).encode(), x_ms_continuation_NextPartitionKey="1")
    assert len(tables.query("runs", "p", {}, top=1)) == 1
    assert len(script.asked) == 1


def test_a_query_whose_pages_never_end_fails(script, tables):
    for _ in range(3):
        script.add(200, b'{"value": []}', x_ms_continuation_NextPartitionKey="same")
    with pytest.raises(UnexpectedAnswer):
        tables.query("runs", "p", {})


def test_a_list_whose_pages_never_end_fails(script, blobs):
    page = f"{XML}<EnumerationResults><Blobs/><NextMarker>same</NextMarker></EnumerationResults>".encode()
    for _ in range(3):
        script.add(200, page)
    with pytest.raises(UnexpectedAnswer):
        blobs.files(RUN)


def test_lists_all_pages(script, blobs):
    blob = "<Blob><Name>{}/{}</Name><Properties><Last-Modified>{}</Last-Modified></Properties></Blob>"
    changed = "Mon, 30 Nov 2026 04:31:10 GMT"
    for name, marker in (("a&amp;b", "2!x"), ("c", "")):
        blobs_of_page = blob.format(RUN, name, changed)
        script.add(
            200,
            f"\ufeff{XML}<EnumerationResults><Blobs>{blobs_of_page}</Blobs>"
            f"<NextMarker>{marker}</NextMarker></EnumerationResults>".encode(),
        )
    assert sorted(blobs.files(RUN)) == ["a&b", "c"]
    assert "marker=2%21x" in script.asked[1].target


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidInput", InvalidArgument),
        (403, "AuthorizationFailure", Forbidden),
        (404, "TableBeingGone", NotFound),
        (409, "TableBeingDeleted", Conflict),
        (501, "NotImplemented", Transient),
    ],
)
def test_an_error_has_the_code_and_the_first_line_of_the_service(script, tables, status, code, kind):
    for _ in range(2):
        script.add(status, odata_error(code))
    with pytest.raises(kind) as raised:
        tables._rest.send("GET", "/x")
    assert (raised.value.service_code, raised.value.message) == (code, "Table Storage: It failed.")


def test_an_error_in_xml_has_its_code_and_no_signature_of_a_url(script, blobs):
    message = "Denied: https://a.blob.core.windows.net/runs/x?sp=r&amp;sig=s3cret\nRequestId:1"
    script.add(
        403,
        f"\ufeff{XML}<Error><Code>AuthenticationFailed</Code><Message>{message}</Message></Error>".encode(),
    )
    with pytest.raises(Forbidden) as raised:
        blobs.get(FOLDER, INPUTS)
    assert raised.value.service_code == "AuthenticationFailed"
    assert "Denied" in raised.value.message
    assert "s3cret" not in str(raised.value)


def test_an_answer_without_a_body_has_its_code_in_a_header(script, blobs):
    script.add(403, x_ms_error_code="AuthorizationPermissionMismatch")
    with pytest.raises(Forbidden) as raised:
        blobs.exists(FOLDER, INPUTS)
    assert raised.value.service_code == "AuthorizationPermissionMismatch"


def test_a_code_that_is_none_is_not_passed_on(script, tables):
    script.add(400, odata_error("<script>"))
    with pytest.raises(InvalidArgument) as raised:
        tables.get("runs", "p", "r")
    assert raised.value.service_code == ""


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_service_is_asked_again_a_few_times(script, tables, status):
    script.add(status)
    script.add(204)
    assert tables.insert("runs", "p", "r", {})
    for _ in range(4):
        script.add(status, odata_error("ServerBusy"))
    with pytest.raises(Transient):
        tables.get("runs", "p", "r")
    assert len(script.asked) == 6


def test_a_service_that_asks_for_a_long_wait_is_left_alone(script, tables):
    script.add(503, odata_error("ServerBusy"), Retry_After="30")
    with pytest.raises(RetryLater) as raised:
        tables.get("runs", "p", "r")
    assert raised.value.retry_after_seconds == 30
    assert len(script.asked) == 1


def test_what_may_have_been_done_is_not_repeated_after_a_lost_connection(script, tables):
    script.drop()
    with pytest.raises(Transient, match="Table Storage cannot be reached"):
        tables.insert("runs", "p", "r", {})
    assert len(script.asked) == 1


@pytest.mark.parametrize("holder", [RUN, OTHER], ids=["own", "another's"])
def test_whoever_meets_its_own_claim_after_a_failure_holds_it(script, tables, holder):
    script.add(500, odata_error("InternalError"))
    script.add(409, odata_error("EntityAlreadyExists"))
    row = {**ROW, "run_id": holder, "taken_at": "2026-11-30T04:31:10.000+00:00"}
    script.add(200, json.dumps(row).encode())
    assert Claims(tables).take(Claim(ACTIVE, "k"), RUN) == holder
    assert [asked.method for asked in script.asked] == ["POST", "POST", "GET"]


def test_a_new_blob_whose_answer_was_lost_is_known_as_ones_own(script, blobs):
    script.drop()
    script.add(409, b"", x_ms_error_code="BlobAlreadyExists")
    script.answers.append(lambda: (200, {WRITER: script.asked[0].headers[WRITER]}, b""))
    assert blobs.put_new(FOLDER, INPUTS, b"x")
    assert [asked.method for asked in script.asked] == ["PUT", "PUT", "HEAD"]


@pytest.mark.parametrize("writer", [None, "another"])
def test_a_new_blob_that_another_wrote_is_not_ones_own(script, blobs, writer):
    script.drop()
    script.add(412, b"", x_ms_error_code="ConditionNotMet")
    script.add(200, **({} if writer is None else {WRITER: writer}))
    assert not blobs.put_new(FOLDER, INPUTS, b"x")


def test_a_new_blob_that_another_wrote_and_deleted_is_not_ones_own(script, blobs):
    script.add(409, b"", x_ms_error_code="BlobAlreadyExists")
    script.add(404, x_ms_error_code="BlobNotFound")
    assert not blobs.put_new(FOLDER, INPUTS, b"x")


def test_two_writers_of_the_same_blob_are_told_apart(script, blobs):
    for _ in range(2):
        script.add(201)
        assert blobs.put_new(FOLDER, INPUTS, b"x")
    assert len({asked.headers[WRITER] for asked in script.asked}) == 2


def test_what_may_be_repeated_is_repeated_after_a_lost_connection(script, tables):
    script.drop()
    script.add(200, json.dumps(ROW).encode())
    assert tables.get("runs", "p", "r")
    script.drop()
    script.add(204)
    assert tables.delete("runs", "p", "r")


def test_a_service_that_is_not_there_is_transient(http, script, tables):
    script.url = "http://127.0.0.1:1"
    with pytest.raises(Transient):
        script.tables(http).insert("runs", "p", "r", {})


def test_does_not_follow_a_redirect(script, tables, blobs):
    for _ in range(2):
        script.add(302, Location="https://elsewhere.example/")
    with pytest.raises(UnexpectedAnswer):
        tables.get("runs", "p", "r")
    with pytest.raises(UnexpectedAnswer):
        blobs.put(FOLDER, INPUTS, b"x")
    assert len(script.asked) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in</html>",
        b"[]",
        b"[" * 100_000,
        b'{"value": {}}',
        b'{"PartitionKey": "p"}',
        b'{"odata.etag": 1}',
        b'{"odata.etag": "x", "n": {"a": 1}}',
        b'{"odata.etag": "x", "n": "y", "n@odata.type": "Edm.Int64"}',
        b'{"odata.etag": "x", "n": "\xff"}',
    ],
)
def test_an_answer_that_is_no_row_is_unexpected(script, tables, body):
    for _ in range(2):
        script.add(200, body)
    with pytest.raises(UnexpectedAnswer):
        tables.get("runs", "p", "r")
    with pytest.raises(UnexpectedAnswer):
        tables.query("runs", "p", {})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<Other/>",
        b"<EnumerationResults>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><EnumerationResults>&a;</EnumerationResults>',
        b"<a>" * 100_000,
        b"<a>" * 100_000 + b"</a>" * 100_000,
        b"<EnumerationResults><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>",
        b"<EnumerationResults><NextMarker>&b;</NextMarker></EnumerationResults>",
    ],
)
def test_an_answer_that_is_no_list_is_unexpected(script, blobs, body):
    script.add(200, body)
    with pytest.raises(UnexpectedAnswer):
        blobs.files(RUN)


def test_an_answer_that_is_too_large_is_not_read(script, blobs):
    for _ in range(2):
        script.add(200, b"x" * 101)
    with pytest.raises(TooLarge):
        blobs.get(FOLDER, INPUTS, 100)
    with pytest.raises(TooLarge):
        blobs.read_range(FOLDER, INPUTS, 0, 100)
    chunked = b"65\r\n" + b"x" * 101 + b"\r\n0\r\n\r\n"
    script.answers.append((200, {"Transfer-Encoding": "chunked"}, chunked))
    with pytest.raises(TooLarge):
        blobs.get(FOLDER, INPUTS, 100)


def test_an_error_that_is_too_large_is_not_read_to_its_end(script, tables):
    script.add(400, odata_error("InvalidInput")[:-1] + b" " * 10_000_000 + b"}")
    with pytest.raises(InvalidArgument):
        tables.get("runs", "p", "r")


def test_a_file_is_written_anew_when_its_download_breaks_off(script, blobs, tmp_path):
    script.add(200, b"half", Content_Length="8", Connection="close")
    script.add(200, b"complete")
    blobs.download(FOLDER, PACK, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"complete"


class Tokens:
    """Tokens that are counted."""

    def __init__(self):
        self.given = 0

    def value(self):
        return f"token-{self.given}"

    def forget(self):
        self.given += 1


def test_a_refused_token_is_renewed_once(script, http):
    tables = Tables(f"{script.url}/account", Tokens(), http)
    script.add(401)
    script.add(200, json.dumps(ROW).encode())
    assert tables.get("runs", "p", "r")
    assert [asked.headers["authorization"] for asked in script.asked] == ["Bearer token-0", "Bearer token-1"]
    for _ in range(2):
        script.add(401)
    with pytest.raises(SignInRequired):
        tables.get("runs", "p", "r")


def test_a_row_of_selected_columns_may_lack_its_etag_and_cannot_be_written_by_accident(script, tables):
    script.add(200, b'{"value": [{"RowKey": "r", "n": 1}]}')
    (row,) = tables.query("runs", "p", {}, columns=["RowKey", "n"])
    assert row == {"RowKey": "r", "n": 1}
    with pytest.raises(KeyError):
        tables.replace("runs", "p", "r", {}, row)
    assert len(script.asked) == 1


def test_a_request_does_not_show_its_headers(script, blobs, monkeypatch):
    shown = []
    monkeypatch.setattr(
        rest.Rest, "_once", lambda _, call, *__: shown.append(repr(call)) or rest.Answer(201, {}, b"")
    )
    blobs.copy(FOLDER, PACK, Round(OTHER, 1))
    assert "PUT" in shown[0]
    assert "sig=" not in shown[0]


def test_a_large_blob_is_seen_without_being_read(script, blobs):
    script.add(200, Content_Length=str(1 << 40))
    assert blobs.size(FOLDER, PACK) == 1 << 40
    assert script.asked[0].method == "HEAD"
