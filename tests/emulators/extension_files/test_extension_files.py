"""Only built files that the manifest calls addressable have an address."""

import json

import httpx
import pytest

from emulators.extension_files.__main__ import addressable_file
from tests.emulators.running import running

MANIFEST = {
    "id": "autocoder", "publisher": "fabrikam", "version": "1.0.0", "name": "Autocoder",
    "files": [{"path": "pages", "addressable": True}, {"path": "task"}],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    built = tmp_path / "dist" / "extension"
    for name in ("pages/dialog.html", "pages/dialog.js", "task/task.js"):
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_text(name)
    (built / "vss-extension.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "secret").write_text("secret")
    return tmp_path


def test_serves_the_addressable_files_with_their_types(folder, tmp_path):
    with running("extension_files", tmp_path / "state", "--extension", str(folder)) as program:
        page, script = (httpx.get(f"{program.url}/pages/dialog.{kind}") for kind in ("html", "js"))
        missing = httpx.get(f"{program.url}/pages/panel.html")
        foreign = httpx.get(f"{program.url}/pages/dialog.html", headers={"Host": "evil.example"})
    assert (page.status_code, page.text, page.headers["content-type"]) == (
        200,
        "pages/dialog.html",
        "text/html",
    )
    assert script.headers["content-type"] == "text/javascript"
    assert missing.status_code == 404
    assert "make extension-pages" in missing.text
    assert foreign.status_code == 403


@pytest.mark.parametrize(
    "name",
    ["task/task.js", "vss-extension.json", "pages", "", "pages/../task/task.js", "/pages/dialog.html",
     "pages/../../../secret", "pages/\0", "../../secret"],
)  # fmt: skip
def test_other_files_have_no_address(folder, name):
    assert addressable_file(folder, name) is None


def test_a_link_out_of_the_folder_is_not_followed(folder):
    (folder / "dist" / "extension" / "pages" / "link").symlink_to(folder / "secret")
    assert addressable_file(folder, "pages/link") is None


def test_an_extension_that_is_not_built_has_no_files(tmp_path):
    assert addressable_file(tmp_path, "pages/dialog.html") is None
