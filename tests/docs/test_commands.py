"""Every command that the README and the pages of docs/ show works, or is listed here with the reason why not.

The recipes of docs/recipes/ are run by test_recipes.py.
"""

import re
import shutil
import time

import pytest

from emulators.platform.clients.app import keys
from emulators.ports import FUNCTIONS_HOST
from tests.docs.checkout import ROOT, copy_checkout
from tests.docs.pages import blocks
from tests.platform import a_base_port

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
NOT_RUN = {
    r"\b(az|azd) |\bdevops |infra/secrets\.sh|\bAZURE_": "needs an Azure subscription",
    r"^func start": "needs Azure Functions Core Tools, which load the extension bundle from the internet",
    r"^make test(-slow)?$": "is what runs this test",
    r"^make durable-extension$": "needs the .NET SDK",
    r"DURABLE_EXTENSION=|^make test-durable": "needs the program of the Durable extension",
    r"^make bench$": "takes minutes; tests/emulators/bench runs its parts",
    r"^make soak": "takes minutes; tests/emulators/soak runs a small one",
    r"^make images$": "needs a builder of images; tests/containers/test_images.py runs it with a stand-in",
    r"MODEL=real": "needs a key, and costs money",
    r"/tfx ": "needs a publisher in the Marketplace",
}
STAYS_UP = {
    r"^make run|^make demo KEEP|python -m emulators": "[Pp]ress Ctrl-C|listening on",
    r"^npx --prefix emulators azurite": "Table service .* listen",
}
BY_ANOTHER_TEST = {r"^curl .*/api/runs": "test_the_request_of_the_routes_starts_a_run"}
SECONDS = 300


def commands_of(script):
    """The commands of a block: its lines, or the whole of it where lines depend on each other."""
    joined = script.replace("\\\n", " ")
    if re.search(r"(?m)^\s|[|{'(]$|\b(do|then)$", joined):
        return [script]
    lines = (re.sub(r"\s+#.*", "", line).strip() for line in joined.splitlines())
    return [re.sub(r"\s+", " ", line) for line in lines if line and not line.startswith("#")]


IN_THE_TABLE = re.compile(r"^\| `(make [^`]+)` \|", re.MULTILINE)
COMMANDS = {
    command: page.name
    for page in PAGES
    for block in blocks(page.read_text())
    if block.language == "sh"
    for command in commands_of(block.text)
}
COMMANDS |= dict.fromkeys(IN_THE_TABLE.findall((ROOT / "README.md").read_text()), "README.md")


def listed(command, table):
    """What *table* says of *command*, or None."""
    return next((said for pattern, said in table.items() if re.search(pattern, command)), None)


RUN = [one for one in COMMANDS if listed(one, NOT_RUN) is None and listed(one, BY_ANOTHER_TEST) is None]


def test_every_block_says_its_language():
    silent = [
        (page.name, block.text[:40])
        for page in PAGES
        for block in blocks(page.read_text())
        if block.language not in ("sh", "yaml", "json", "toml", "python", "text", "mermaid")
        and re.search(r"(?m)^\s*(make|az|azd|npm|python3?|sh|curl|func|npx) ", block.text)
    ]
    assert silent == []


@pytest.mark.parametrize("table", [NOT_RUN, STAYS_UP, BY_ANOTHER_TEST], ids=["not run", "stays up", "other"])
def test_nothing_is_listed_that_no_page_shows(table):
    assert [pattern for pattern in table if not any(re.search(pattern, one) for one in COMMANDS)] == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return copy_checkout(tmp_path_factory.mktemp("commands") / "autocoder")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("command", RUN)
def test_the_command_works(command, copy):
    if "screenshots" in command and not any(map(shutil.which, ("chromium", "google-chrome"))):
        pytest.skip("Chromium is not installed")
    port = str(a_base_port())
    ready = listed(command, STAYS_UP)
    if ready is None:
        copy.sh(command, SECONDS, BASE_PORT=port)
        return
    if re.search(r"python -m emulators$", command):
        command = f"{command} --base-port {port}"
    elif "python -m emulators." in command:
        command = f"{command} --port 0"
    with copy.started(command.removesuffix("&"), BASE_PORT=port) as process:
        assert_prints(process, ready)


def assert_prints(process, pattern):
    """Read what *process* prints until *pattern* is there."""
    deadline, lines = time.monotonic() + SECONDS, []
    for line in process.stdout:
        lines.append(line)
        if re.search(pattern, line):
            return
        assert time.monotonic() < deadline, "".join(lines)
    raise AssertionError(f"{pattern!r} was not printed: {''.join(lines)}")


@pytest.mark.slow
def test_the_request_of_the_routes_starts_a_run(platform, copy):
    item = platform.work_item("Say hello")
    (command,) = [one for one in COMMANDS if listed(one, BY_ANOTHER_TEST)]
    here = command.replace("http://127.0.0.1:7071", platform.url(FUNCTIONS_HOST))
    here = here.replace('"workItemId": 1', f'"workItemId": {item["id"]}')
    printed = copy.sh(here, KEY=keys(platform.plan)["host"]["default"])
    assert '"queued"' in printed
