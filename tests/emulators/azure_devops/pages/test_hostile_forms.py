"""Forms that other sites and hostile clients send: they change nothing, and no text becomes markup."""

import base64
import http.client

import httpx
import pytest

from emulators.azure_devops.pages.forms import reading
from emulators.azure_devops.pages.forms.origin import FORM_TOKEN
from tests.emulators.azure_devops.pages.conftest import HOME, PROJECT, item_of, path_of, send
from tests.emulators.azure_devops.pages.test_pages import EVIL, assert_harmless

EDITS = [
    {"form": "add-tag", "tag": "evil"},
    {"form": "remove-tag", "tag": "kept"},
    {"form": "edit", "title": "evil", "description": "evil", "revision": "1"},
    {"form": "comment", "text": "evil"},
]


@pytest.mark.parametrize("fields", EDITS, ids=lambda fields: fields["form"])
@pytest.mark.parametrize(
    "token",
    [None, "", "wrong", FORM_TOKEN[:-1], FORM_TOKEN + "x", "ü"],
    ids=["none", "empty", "wrong", "shorter", "longer", "not ASCII"],
)
def test_without_the_token_nothing_changes_but_the_text_is_kept(ado, item, fields, token):
    answer = send(ado, path_of(item), fields, token=token)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert item_of(ado, item)["rev"] == 1
    assert ado.comments(PROJECT, item["id"]) == []


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "https://{host}", "http://{host}.evil.example"]
)
@pytest.mark.parametrize("fields", EDITS, ids=lambda fields: fields["form"])
def test_a_form_of_another_origin_changes_nothing(ado, item, fields, origin):
    host = ado.url.partition("//")[2]
    answer = send(ado, path_of(item), fields, Origin=origin.format(host=host))
    assert answer.status_code == 403
    assert item_of(ado, item)["rev"] == 1


def test_a_form_of_another_port_of_this_machine_changes_nothing(ado, item):
    assert send(ado, path_of(item), EDITS[0], Origin="http://127.0.0.1:1").status_code == 403
    assert item_of(ado, item)["rev"] == 1


def test_a_form_without_an_origin_changes_nothing(ado, item):
    parts = [("token", (None, FORM_TOKEN)), ("form", (None, "add-tag")), ("tag", (None, "evil"))]
    assert httpx.post(f"{ado.url}{path_of(item)}", files=parts).status_code == 403
    assert item_of(ado, item)["rev"] == 1


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example:7072",
             "127.0.0.2", "127.0.0.1@evil.example", "[::1].evil.example", ""],
)  # fmt: skip
def test_a_name_that_only_resolves_to_this_machine_gets_neither_page_nor_change_nor_control(ado, item, host):
    for path in (path_of(item), HOME, "/", "/_runs", "/contoso/_workitems/attachments/x"):
        answer = httpx.get(f"{ado.url}{path}", headers={"Host": host})
        assert answer.status_code in (400, 403)
        assert FORM_TOKEN not in answer.text
    answer = send(ado, path_of(item), EDITS[0], Host=host, Origin=f"http://{host}")
    assert answer.status_code in (400, 403)
    body = {"token": "x" * 20, "identity": "fabrikamfiber16@hotmail.com"}
    for control in ("pats", "faults"):
        answer = httpx.post(f"{ado.url}/_control/{control}", json=body, headers={"Host": host})
        assert answer.status_code in (400, 403)
    assert item_of(ado, item)["rev"] == 1


def test_pages_may_not_be_framed_and_send_forms_home_only(ado, item):
    headers = httpx.get(f"{ado.url}{path_of(item)}").headers
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_a_program_that_signs_in_gets_the_page_without_forms(ado, item):
    page = ado._http.get(f"{ado.url}{path_of(item)}").text
    assert "A title" in page
    assert "<form" not in page
    assert FORM_TOKEN not in page


@pytest.mark.parametrize("path", ["/", "/contoso", f"{HOME}/_git/none", "/nowhere", "/_runs"])
def test_other_pages_take_no_forms(ado, path):
    assert send(ado, path, {"form": "create", "type": "Bug", "title": "evil"}).status_code in (404, 405)


def test_markup_in_what_is_typed_is_text(ado, item):
    fields = {"form": "edit", "revision": "1", "title": f"T {EVIL}", "description": f"</textarea>{EVIL}"}
    assert send(ado, path_of(item), fields).status_code == 303
    assert (
        send(ado, path_of(item), {"form": "add-tag", "tag": f"x {EVIL}".replace(";", "")}).status_code == 303
    )
    assert send(ado, path_of(item), {"form": "comment", "text": f"c {EVIL}"}).status_code == 303
    assert (
        send(ado, path_of(item), {"form": "attach"}, (f"{EVIL}.txt".replace('"', "'"), b"x")).status_code
        == 303
    )
    refused = send(ado, path_of(item), {**fields, "title": "", "revision": EVIL})
    for page in (httpx.get(f"{ado.url}{path_of(item)}"), httpx.get(f"{ado.url}{HOME}"), refused):
        assert_harmless(page.text)


def test_line_breaks_in_one_line_fields_become_blanks(ado, item):
    fields = {
        "form": "edit",
        "revision": "1",
        "title": "one\r\nSet-Cookie: a=b\x00\u2028x",
        "description": "",
    }
    assert send(ado, path_of(item), fields).status_code == 303
    assert item_of(ado, item)["fields"]["System.Title"] == "one Set-Cookie: a=b x"


def raw(ado, item, body: bytes, boundary: str = "b", **headers: str) -> httpx.Response:
    content_type = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": ado.url}
    return httpx.post(
        f"{ado.url}{path_of(item)}", content=body, headers={**content_type, **headers}, timeout=30
    )


def part(disposition: str, content: bytes = b"", head: str = "") -> bytes:
    lines = f"--b\r\nContent-Disposition: form-data; {disposition}\r\n{head}\r\n".encode()
    return lines + content + b"\r\n"


START = part('name="token"', FORM_TOKEN.encode()) + part('name="form"', b"attach")


@pytest.mark.parametrize(
    "name",
    ["filename*=utf-8''a%0D%0AX-Evil:%201.txt", "filename*=utf-8''a%00.txt",
     "filename*=utf-8''%E2%80%AEtxt.exe",
     "filename*=utf-8''a%E2%80%A8b", f'filename="{"x" * 256}"', 'filename="dir/"', 'filename="..\\\\"'],
)  # fmt: skip
def test_a_file_name_that_a_link_cannot_carry_is_refused(ado, item, name):
    answer = raw(ado, item, START + part(f'name="file"; {name}', b"x") + b"--b--\r\n")
    assert answer.status_code == 400
    assert "x-evil" not in answer.headers
    assert item_of(ado, item)["rev"] == 1


@pytest.mark.parametrize("name", ['"../../etc/passwd"', '"C:\\\\x\\\\passwd"', '"/passwd"'])
def test_only_the_file_name_of_a_path_is_kept(ado, item, name):
    body = START + part(f'name="file"; filename={name}', b"x") + b"--b--\r\n"
    assert raw(ado, item, body).status_code == 303
    assert item_of(ado, item)["relations"][0]["attributes"]["name"] == "passwd"


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"--b\r\n", START, START[:-40], part("", b"x") + b"--b--\r\n",
     START + part('name="form"', b"comment") + b"--b--\r\n",
     START + part('name="text"', b"\xff\xfe") + b"--b--\r\n",
     START + b"".join(part(f'name="f{n}"') for n in range(20)) + b"--b--\r\n",
     START + part('name="a"; filename="a"', b"x") + part('name="c"; filename="c"', b"x") + b"--b--\r\n",
     part('name="x"', b"--c--", "Content-Type: multipart/mixed; boundary=c\r\n") + b"--b--\r\n",
     part('name="_charset_"', b"x" * 100) + b"--b--\r\n",
     b"--b\r\n" + b"X: y\r\n" * 1000 + b"\r\n--b--\r\n"],
    ids=["empty", "nonsense", "one boundary", "no end", "cut", "no name", "twice", "no UTF-8", "many",
         "two files", "nested", "charset", "headers"],
)  # fmt: skip
def test_a_damaged_form_is_explained_and_changes_nothing(ado, item, body):
    answer = raw(ado, item, body)
    assert answer.status_code == 400
    assert "The form is damaged" in answer.text
    assert_harmless(answer.text)
    assert item_of(ado, item)["rev"] == 1


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "text/plain", "application/json", "multipart/mixed; boundary=b"],
)
def test_other_content_types_are_refused(ado, item, kind):
    answer = raw(ado, item, START + b"--b--\r\n", **{"Content-Type": kind})
    assert answer.status_code == 415


def test_a_huge_text_is_refused_while_it_is_read(ado, item):
    body = START.replace(b"attach", b"comment") + part('name="text"', b"x" * 5_000_000) + b"--b--\r\n"
    answer = raw(ado, item, body)
    assert answer.status_code == 413
    assert "longer than Azure DevOps accepts" in answer.text
    assert item_of(ado, item)["rev"] == 1


def test_a_huge_body_is_refused_before_it_is_read(ado, item):
    connection = http.client.HTTPConnection("127.0.0.1", int(ado.url.rpartition(":")[2]), timeout=30)
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Origin": ado.url,
        "Content-Length": str(10**9),
    }
    connection.request("POST", path_of(item), headers=headers)
    answer = connection.getresponse()
    assert answer.status == 413
    assert "A file may have up to 60 MB." in answer.read().decode()
    connection.close()


def test_a_body_of_unknown_length_is_refused(ado, item):
    answer = httpx.post(
        f"{ado.url}{path_of(item)}",
        content=iter([START, b"--b--\r\n"]),
        headers={"Content-Type": "multipart/form-data; boundary=b", "Origin": ado.url},
    )
    assert answer.status_code == 411


def test_a_file_over_the_limit_is_refused(ado, item, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ATTACHMENT_BYTES", 1_000)
    answer = raw(ado, item, START + part('name="file"; filename="a.bin"', b"x" * 1_001) + b"--b--\r\n")
    assert answer.status_code == 413
    assert item_of(ado, item)["rev"] == 1
    assert (
        raw(ado, item, START + part('name="file"; filename="a"', b"x" * 1_000) + b"--b--\r\n").status_code
        == 303
    )


def test_a_form_for_a_missing_work_item_or_project_is_404(ado):
    assert send(ado, f"{HOME}/_workitems/edit/999999", EDITS[0]).status_code == 404
    assert send(ado, "/contoso/Nowhere", {"form": "create"}).status_code == 404


def test_a_base64_token_is_not_decoded(ado, item):
    encoded = base64.b64encode(FORM_TOKEN.encode())
    body = part('name="token"', encoded, "Content-Transfer-Encoding: base64\r\n") + b"--b--\r\n"
    assert raw(ado, item, body).status_code == 403
