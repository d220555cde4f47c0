"""The app of a soak: links to this checkout, an agent that writes one file, and copies for a deployment.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-versioning
"""

import ast
import json
import shutil
from pathlib import Path

from emulators.platform.processes import ROOT, PlatformError

SOAK = "soak"
CONTAINERS, IMAGES = "containers", "images.toml"
ORCHESTRATION, STEP = "orchestration_trigger", "soak_step"
HUB = ("extensions", "durableTask")
DESCRIPTION = """\
name = "Soak"
description = "Says that it begins, asks the model once, waits, and writes one file"
image = "autocoder/soak"
secret = "anthropic-api-key"
provider = "anthropic"
upstream = "https://api.anthropic.com"
default_model = "claude-sonnet-5-5"

[cli]
package = "none"
base_url = "none"
system_prompt = "none"

[[events.end]]
match = { type = "result" }
text = "result"
"""
# What it reads in prompt.md: SOAK, the number of the work item, and tenths of a second to wait.
SCRIPT = r"""#!/bin/sh
[ -n "${BASH_VERSION-}" ] || exec bash "$0"
set -eu
set -- $(grep -o 'SOAK [0-9]* [0-9]*' "$AUTOCODER_INPUTS/prompt.md" | head -n 1)
number=$2 tenths=$3

mark() {
    exec 3<>/dev/tcp/127.0.0.1/@PORT@
    printf 'GET /%s HTTP/1.0\r\n\r\n' "$number" >&3
    cat <&3 >/dev/null
}

ask() {
    rest=${AUTOCODER_MODEL_URL#http://} body='@BODY@'
    place=${rest%%/*} path=${rest#"${rest%%/*}"}
    exec 4<>"/dev/tcp/${place%:*}/${place##*:}" || return 1
    printf 'POST %s/v1/messages HTTP/1.1\r\nHost: %s\r\n' "$path" "$place" >&4
    printf 'x-api-key: autocoder\r\nanthropic-version: 2023-06-01\r\n' >&4
    printf 'Content-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
        "${#body}" "$body" >&4
    read -r answer <&4 || return 1
    [ "${answer#* 200 }" != "$answer" ]
}

mark
tries=0
until (ask) 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 40 ] || { echo "The model does not answer."; exit 1; }
    sleep 0.5
done
sleep "$((tenths / 10)).$((tenths % 10))"
mkdir -p soak
printf 'Hello from %s.\n' "$number" >"soak/$number.txt"
printf '%s\n' '{"type": "result", "result": "Said hello.", "is_error": false}'
"""
BODY = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Say hello."}],
}
IMAGE = """\
[[image]]
name = "autocoder/soak"

[image.folders]
"/opt/autocoder/agent" = "containers/soak"
"/opt/autocoder/base" = "{base}"
"""
ADDITION = f"""

_soak = df.Blueprint()


@_soak.activity_trigger(input_name="payload")
def {STEP}(payload: str) -> str:
    return payload


app.register_functions(_soak)
"""


def make_app(folder: Path, port: int) -> Path:
    """Link this checkout's app into *folder* and add the agent, which leaves its marks at *port*.

    Returns the file of images.
    """
    folder.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != CONTAINERS:
            (folder / path.name).symlink_to(path)
    (folder / CONTAINERS).mkdir()
    for agent in (ROOT / CONTAINERS).iterdir():
        (folder / CONTAINERS / agent.name).symlink_to(agent)
    agent = folder / CONTAINERS / SOAK
    agent.mkdir()
    (agent / "agent.toml").write_text(DESCRIPTION)
    script = SCRIPT.replace("@PORT@", str(port)).replace("@BODY@", json.dumps(BODY))
    (agent / "run.sh").write_text(script)
    file = folder / IMAGES
    file.write_text(IMAGE.format(base=ROOT / CONTAINERS / "base"))
    return file


def next_version(folder: Path, app: Path) -> Path:
    """Make in *folder* a copy of *app* each of whose orchestrations has one more step; return *folder*.

    Raises `PlatformError` when the app has no orchestration that is known as one.
    """
    folder.mkdir()
    for path in app.iterdir():
        (folder / path.name).symlink_to(path.resolve())
    for name in ("orchestrators", "function_app.py", "host.json"):
        (folder / name).unlink()
    shutil.copytree(
        app / "orchestrators", folder / "orchestrators", ignore=shutil.ignore_patterns("__pycache__")
    )
    changed = [path for path in sorted((folder / "orchestrators").glob("*.py")) if _add_step(path)]
    if not changed:
        raise PlatformError(f"No function in {app / 'orchestrators'} is decorated with {ORCHESTRATION}.")
    (folder / "function_app.py").write_text((app / "function_app.py").read_text() + ADDITION)
    (folder / "host.json").write_text(raised_version((app / "host.json").read_text()))
    return folder


def _add_step(path: Path) -> bool:
    """Insert a step into every orchestration in the module *path*; return whether there is one."""
    text = path.read_text()
    changed = with_step(text)
    path.write_text(changed)
    return changed != text


def with_step(text: str) -> str:
    """Return the module *text* with one more step at the beginning of each of its orchestrations."""
    lines = text.splitlines(keepends=True)
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    for node in reversed([one for one in functions if ORCHESTRATION in map(_decorator, one.decorator_list)]):
        first = node.body[1] if ast.get_docstring(node) is not None else node.body[0]
        step = f'    yield {node.args.args[0].arg}.call_activity("{STEP}", "")\n'
        lines.insert(first.lineno - 1, step)
    return "".join(lines)


def _decorator(node: ast.expr) -> str:
    """Return the last name of a decorator, such as `orchestration_trigger`."""
    called = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(called).rpartition(".")[2]


def raised_version(text: str) -> str:
    """Return the host.json *text* with the next `defaultVersion` of orchestrations, if it has one."""
    content = json.loads(text)
    durable = content.get(HUB[0], {}).get(HUB[1], {})
    if "defaultVersion" not in durable:
        return text
    major = str(durable["defaultVersion"]).partition(".")[0]
    durable["defaultVersion"] = f"{int(major) + 1}.0"
    return json.dumps(content, indent=2)
