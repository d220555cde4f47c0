"""The package of the extension, opened as the Marketplace opens it."""

import gzip
import json
import os
import re
import struct
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from autocoder.changes.secret_scan import scan
from emulators.platform.extension_pages import missing
from tests.docs.checkout import ROOT
from tests.extension.conftest import EXTENSION
from tests.needs import need

HOSTS = "autocoder.example.net,127.0.0.1:7071"
MAX_PAGE_BYTES = 150_000  # script and style of one page, compressed
TARGETS = {
    "ms.vss-work-web.work-item-context-menu",
    "ms.vss-work-web.work-item-toolbar-menu",
    "ms.vss-work-web.backlog-item-menu",
    "ms.vss-work-web.backlog-board-card-item-menu",
    "ms.vss-work-web.query-result-work-item-menu",
    "ms.vss-work-web.work-item-query-results-toolbar-menu",
}
ICON_SIZES = {"extension": 128, "task": 32, "menu-light": 16, "menu-dark": 16}


def packaged(folder, **settings):
    """Package the extension into *folder*; returns the ended process."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **settings}
    command = ["node", str(EXTENSION / "package.mjs"), str(folder)]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The opened package, built for a publisher and two hosts."""
    need(missing())
    folder = tmp_path_factory.mktemp("package")
    done = packaged(folder, EXTENSION_FUNCTION_HOSTS=HOSTS, EXTENSION_PUBLISHER="contoso")
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(folder / "autocoder-0.1.0.vsix") as archive:
        yield archive


@pytest.fixture(scope="module")
def files(package):
    """The content of every file of the package, by its path."""
    return {name: package.read(name) for name in package.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def manifest(files):
    """The manifest that Azure DevOps reads."""
    return json.loads(files["extension.vsomanifest"])


def contributed(manifest, kind):
    """The contributions of one type."""
    return [one for one in manifest["contributions"] if one["type"] == kind]


def mentioned(value):
    """Every text anywhere in *value* that looks like the path of a file."""
    if isinstance(value, dict):
        return set().union(*map(mentioned, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(mentioned, value), set())
    return {value} if isinstance(value, str) and re.fullmatch(r"(pages|images)/\S+", value) else set()


def test_everything_that_the_manifest_names_is_in_the_package(manifest, files):
    named = mentioned(manifest["contributions"])
    assert "pages/action.html" in named
    built = {f"pages/{one.parent.name}.html" for one in EXTENSION.glob("pages/*/main.ts*")}
    assert {path for path in named if path.startswith("images/") or path in built} <= set(files)
    assert {path for path in named if path.startswith("pages/")} >= built


def test_every_page_loads_what_is_beside_it(files):
    pages = [name for name in files if name.endswith(".html")]
    assert pages
    for page in pages:
        for name in re.findall(r'(?:src|href)="([^"]+)"', files[page].decode()):
            assert f"pages/{name}" in files


def test_the_overview_shows_pictures_of_the_package(files):
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", files["overview.md"].decode())
    assert pictures
    assert set(pictures) <= set(files)


def test_the_package_names_its_publisher_and_fits_the_marketplace(files):
    root = ElementTree.fromstring(files["extension.vsixmanifest"])
    space = {"v": "http://schemas.microsoft.com/developer/vsx-schema/2011"}
    identity = root.find(".//v:Identity", space)
    assert identity is not None
    assert (identity.get("Publisher"), identity.get("Id")) == ("contoso", "autocoder")
    assert len(root.findtext(".//v:Description", "", space)) <= 200
    assert root.findtext(".//v:Icon", "", space) == "images/extension.png"
    assert root.findtext(".//v:License", "", space) == "LICENSE.md"
    assert "Public" not in root.findtext(".//v:GalleryFlags", "", space)
    assert root.findtext(".//v:Categories", "", space) == "Azure Boards,Azure Pipelines"


def test_the_scopes_are_the_four_that_organizations_approve(manifest):
    assert manifest["scopes"] == ["vso.work", "vso.code", "vso.build_execute", "vso.project"]


def test_one_action_is_at_six_places(manifest):
    (action,) = contributed(manifest, "ms.vss-web.action")
    assert set(action["targets"]) == TARGETS
    assert len(action["targets"]) == len(TARGETS)


def test_the_connection_is_the_one_that_the_task_asks_for(manifest, files):
    (connection,) = contributed(manifest, "ms.vss-endpoint.service-endpoint-type")
    task = json.loads(files["AutocoderV1/task.json"])
    asked = {one["name"]: one["type"] for one in task["inputs"]}
    assert asked["autocoderConnection"] == f"connectedService:{connection['properties']['name']}"
    (scheme,) = connection["properties"]["authenticationSchemes"]
    assert scheme["headers"] == [{"name": "x-functions-key", "value": "{{endpoint.apitoken}}"}]


def test_the_task_is_complete(manifest, files):
    (task,) = contributed(manifest, "ms.vss-distributed-task.task")
    folder = task["properties"]["name"]
    assert {name for name in files if name.startswith(folder)} == {
        f"{folder}/{name}" for name in ("task.json", "index.js", "lib.json", "icon.png")
    }


@pytest.mark.parametrize("name", ICON_SIZES)
def test_icons_are_pictures_of_their_size(files, name):
    content = files[f"images/{name}.png"]
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (ICON_SIZES[name],) * 2


def test_the_task_has_the_icon_of_its_size(files):
    assert files["AutocoderV1/icon.png"] == files["images/task.png"]


def test_pages_load_quickly(files):
    pages = [name.removesuffix(".html") for name in files if name.endswith(".html")]
    sizes = {
        page: sum(len(gzip.compress(files.get(page + kind, b""))) for kind in (".js", ".css"))
        for page in pages
    }
    assert {page: size for page, size in sizes.items() if size > MAX_PAGE_BYTES} == {}


def test_the_package_contains_only_kinds_of_files_that_it_needs(files):
    kinds = {name.rpartition(".")[2] for name in files}
    assert kinds <= {"html", "js", "css", "png", "md", "txt", "json", "xml", "vsomanifest", "vsixmanifest"}
    assert not [name for name in files if re.search(r"test|\.map|\.tsx?$|node_modules", name)]


def test_the_licences_of_what_is_bundled_are_in_the_package(files):
    assert files["LICENSE.md"] == (ROOT / "LICENSE").read_bytes()
    notices = files["ThirdPartyNotices.txt"].decode()
    used = set(re.findall(r"^([@\w./-]+) \d\S* \([^)]+\)$", notices, re.MULTILINE))
    assert {"azure-pipelines-task-lib", "azure-devops-extension-sdk"} <= used
    assert "esbuild" not in used
    bundled = re.findall(
        r"^// node_modules/((?:@[^/]+/)?[^/]+)/", files["AutocoderV1/index.js"].decode(), re.M
    )
    assert set(bundled) <= used


def test_no_secret_is_in_the_package(files):
    assert list(scan(files.items())) == []


def test_no_path_of_the_machine_is_in_the_package(files):
    places = [str(ROOT).encode(), str(EXTENSION).encode(), b"/home/", b"/root/", b"file://"]
    found = [(name, place) for name, content in files.items() for place in places if place in content]
    assert found == []


def test_the_pages_know_the_hosts_that_they_may_call(files):
    code = b"".join(content for name, content in files.items() if re.fullmatch(r"pages/\w+\.js", name))
    uses_hosts = any(name != "pages/action.js" for name in files if re.fullmatch(r"pages/\w+\.js", name))
    assert (b'["autocoder.example.net","127.0.0.1:7071"]' in code) is uses_hosts
    assert b"__FUNCTION_HOSTS__" not in code


def test_a_second_build_gives_the_same_files(files, tmp_path):
    done = packaged(tmp_path, EXTENSION_FUNCTION_HOSTS=HOSTS, EXTENSION_PUBLISHER="contoso")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "autocoder-0.1.0.vsix") as again:
        assert {name: again.read(name) for name in again.namelist() if not name.endswith("/")} == files


@pytest.mark.usefixtures("package")
def test_a_package_for_this_machine_is_named_so(tmp_path):
    done = packaged(tmp_path, EXTENSION_FUNCTION_HOSTS="127.0.0.1:7071,localhost:7071")
    assert (tmp_path / "autocoder-0.1.0-local.vsix").is_file(), done.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "make extension FUNCTION_HOSTS=autocoder.azurewebsites.net"),
        ({"EXTENSION_FUNCTION_HOSTS": " , "}, "is empty"),
        ({"EXTENSION_FUNCTION_HOSTS": "https://a.example.net"}, "without https:// and path"),
        ({"EXTENSION_FUNCTION_HOSTS": "a.example.net/api"}, "is not a host"),
        ({"EXTENSION_FUNCTION_HOSTS": "*.azurewebsites.net"}, "is not a host"),
        ({"EXTENSION_FUNCTION_HOSTS": "a@b.example.net"}, "is not a host"),
        ({"EXTENSION_FUNCTION_HOSTS": "$(functionHosts)"}, "is not a host"),
        ({"EXTENSION_FUNCTION_HOSTS": "a.example.net", "EXTENSION_PUBLISHER": "a b"}, "id of a publisher"),
    ],
)
@pytest.mark.usefixtures("package")
def test_wrong_settings_build_nothing_and_say_what_to_do(tmp_path, settings, said):
    done = packaged(tmp_path, **settings)
    assert done.returncode == 1
    assert said in done.stderr
    assert not list(tmp_path.glob("*.vsix"))
