"""Agents that write one file, at once or after a fixed time, in an app that links to this checkout.

https://learn.microsoft.com/azure/azure-functions/functions-reference-python#folder-structure
"""

import json
from pathlib import Path

from emulators.platform.processes import ROOT

QUICK, PATIENT, SLEEPER, HOLDER = "bench", "bench-patient", "bench-sleeper", "bench-holder"
TALKER = "bench-talker"
WAITS = {
    QUICK: "",
    PATIENT: "sleep 13.6\n",  # the tenth poll, 14.5 s after the start, is the first after this time
    SLEEPER: "sleep 60\n",
    HOLDER: "sleep 1200\n",
    TALKER: """for _ in $(seq 20); do sleep 60; echo '{"type": "minute"}'; done\n""",
}
CONTAINERS, IMAGES = "containers", "images.toml"
MESSAGE = {"type": "result", "result": "Said hello.", "is_error": False}

DESCRIPTION = """\
name = "{name}"
description = "Writes one file and ends"
image = "autocoder/{name}"
secret = "anthropic-api-key"
provider = "anthropic"
upstream = "https://api.anthropic.com"
default_model = "none"

[cli]
package = "none"
base_url = "none"
system_prompt = "none"

[[events.end]]
match = {{ type = "result" }}
text = "result"
"""
SCRIPT = """\
#!/bin/sh
set -eu
{wait}printf 'Hello from a run.\\n' >hello.txt
printf '%s\\n' '{message}'
"""
IMAGE = """\
[[image]]
name = "autocoder/{name}"

[image.folders]
"/opt/autocoder/agent" = "containers/{name}"
"/opt/autocoder/base" = "{base}"
"""


def make_app(folder: Path) -> Path:
    """Link this checkout's app into *folder*, add the agents, and return their file of images."""
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != CONTAINERS:
            (folder / path.name).symlink_to(path)
    (folder / CONTAINERS).mkdir()
    for agent in (ROOT / CONTAINERS).iterdir():
        (folder / CONTAINERS / agent.name).symlink_to(agent)
    base = ROOT / CONTAINERS / "base"
    images = [IMAGE.format(name=name, base=base) for name in WAITS]
    for name, wait in WAITS.items():
        _add(folder / CONTAINERS / name, wait)
    file = folder / IMAGES
    file.write_text("\n".join(images))
    return file


def _add(folder: Path, wait: str) -> None:
    folder.mkdir()
    (folder / "agent.toml").write_text(DESCRIPTION.format(name=folder.name))
    (folder / "run.sh").write_text(SCRIPT.format(wait=wait, message=json.dumps(MESSAGE)))
