import base64
from urllib.parse import quote

import pytest

from autocoder.changes.secret_scan import OWN_SECRET, Finding, scan

OWN = "s3cr3t/of+this run=="
# Put together here, so that no scanner takes this file for a leak.
TOKENS = {
    "github": "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "aws": "AK" + "IA" + "2E7XK4LQ9ZP0BV3M",
    "slack": "xo" + "xb-123456789012-123456789012-aB3dE5fG7hI9jK1lM3nO5pQ7",
    "stripe": "sk" + "_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "azure devops": "7Hq2Lx9Vb4Nc1Rt8Yw5Ue3Io6Pa0SdZk" * 2 + "8Qx2Lm9Vb4Nc" + "AZDO" + "1a2B",
    "older azure devops": "token = '" + "k3x7q2m5w6z4r7p2n5b6v3c4l5j6h7g2f3d4s5a6y7t2e3i4o5u6" + "'",
    "sas": "https://x.blob.core.windows.net/c?sv=1&si" + "g=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg%3D%3D",
    "storage": "Account" + "Key=" + "q1W2e3R4t5Y6u7I8o9P0" * 4 + "abcdef==",
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "jwt": "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3",
    "password": 'db_password = "' + "xK9#mP2$vL5nQ8wR" + '"',
    "url": "postgres://app:" + "xK9mP2vL5nQ8wR3tY" + "@db.example.com/app",
    "secret by entropy": 'client_secret: "' + "Zk8Qx2Lm9Vb4Nc7Rt1Yw5Ue3Io6Pa0Sd" + '"',
}  # fmt: skip


@pytest.mark.parametrize("kind", TOKENS)
def test_finds_each_kind_of_token_with_file_and_line(kind):
    text = f"first\nsecond\nvalue: {TOKENS[kind]}\nlast\n"
    found = scan([("src/app.py", text.encode())])
    assert found
    assert {(one.path, one.line) for one in found} == {("src/app.py", 3)}


@pytest.mark.parametrize("kind", TOKENS)
def test_never_shows_the_secret(kind):
    found = scan([("a.py", TOKENS[kind].encode())])
    assert all(TOKENS[kind][-12:-2] not in repr(one) for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "password = 'changeme'",
        "password = os.environ['DATABASE_PASSWORD_1']",
        'secret = get_secret("production-database-1")',
        "token: ${{ secrets.DEPLOY_TOKEN_2 }}",
        "Authorization: Bearer <your-token-goes-here-1>",
        "postgres://user:password@localhost/db",
        "sha512-9d3a7c2b1e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b",
        'digest = "d41d8cd98f00b204e9800998ecf8427e"',
        "def test_that_a_very_long_function_name_with_many_words_is_not_a_token():",
        "server at 192.168.17.4",
        "import os\n\nprint('hello, world')\n",
    ],
)
def test_finds_nothing_in_ordinary_code(text):
    assert scan([("src/app.py", text.encode())]) == ()


@pytest.mark.parametrize(
    "form",
    [
        OWN,
        base64.b64encode(OWN.encode()).decode(),
        base64.b64encode(b":" + OWN.encode()).decode(),
        base64.b64encode(b"xx" + OWN.encode() + b"y").decode(),
        quote(OWN, safe=""),
    ],
)
def test_finds_the_runs_own_secrets_in_every_form(form):
    assert scan([("a.bin", b"\0\0" + form.encode())], [OWN]) == (Finding("a.bin", 1, OWN_SECRET),)
    assert scan([("a.txt", b"x\n" + form.encode())], [OWN])[0] == Finding("a.txt", 2, OWN_SECRET)
    assert scan([("a.txt", ("\ufeff" + form).encode("utf-16-le"))], [OWN])[0].kind == OWN_SECRET


def test_finds_the_runs_own_secret_in_a_files_name_without_repeating_it():
    (found,) = scan([(f"docs/{OWN}.txt", b"")], [OWN])
    assert OWN not in found.path


def test_an_allowlist_comment_does_not_help():
    assert scan([("a.py", f"x = '{TOKENS['github']}'  # pragma: allowlist secret".encode())])


@pytest.mark.parametrize("before", [0, 1_999, 2_000, 2_001, 50_000, 300_000])
def test_scans_the_whole_of_a_long_line(before):
    assert scan([("app.min.js", ("x=1;" * (before // 4) + TOKENS["github"] + ";y" * 10_000).encode())])
    assert scan([("app.min.js", ("A" * before + "'" + TOKENS["github"] + "'").encode())])


def test_finds_a_token_in_utf_16_text():
    assert scan([("a.txt", ("\ufeff" + TOKENS["github"]).encode("utf-16-le"))])


def test_stops_at_a_bounded_number_of_findings():
    many = "\n".join("gh" + f"p_{number:036d}" for number in range(1000))
    assert len(scan([("a.txt", many.encode())])) == 100


@pytest.mark.parametrize(
    "text", ["A" * 2_000_000, "a:" * 1_000_000, "://" * 500_000, "'" * 1_000_000, "=" * 999_999]
)
def test_takes_a_bounded_time_for_any_text(text):
    scan([("a.txt", text.encode())], [OWN])


def test_a_line_of_the_base_is_not_a_finding():
    line, other = f"key = '{TOKENS['github']}'", f"key = '{TOKENS['aws']}'"
    data, old = f"new\n{line}\n{other}\n".encode(), f"{line}\n".encode()
    assert [one.line for one in scan([("a.py", data)], before=lambda path: old)] == [3]
    assert len(scan([("a.py", data)], before=lambda path: None)) == 2
    assert scan([("a.py", OWN.encode())], [OWN], before=lambda path: OWN.encode())


def test_reads_the_base_only_after_a_finding():
    scan([("a.py", b"print(1)")], before=lambda path: pytest.fail("asked"))
