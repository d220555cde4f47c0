"""An agent that takes no time, for tests and benchmarks: it executes the commands in the work item.

Its folder is added to the `containers/` of an app that consists of links to this checkout:

    with running_platform(state, **quick_options(folder, settings={"POLL_SECONDS": "1"})) as platform:
        platform.work_item("Add a file", "<div>QUICK write notes.txt hello</div>", tags=["autocoder"])

Commands, one per line, in order: `QUICK write PATH TEXT`, `QUICK remove PATH`, `QUICK sleep SECONDS`,
`QUICK tell WORDS` (a line of the log), `QUICK say WORDS` (the final message), `QUICK fail CODE` (end with
this exit code), `QUICK hush` (end without a final message), `QUICK begin PATH TEXT` (write it and
end with exit code 3, unless it is there).
"""

from pathlib import Path

from emulators.platform.processes import ROOT
from emulators.ports import AZURE_RESOURCE_MANAGER
from tests.platform import WITHOUT_QUOTAS

LINKED = ("function_app.py", "host.json", "triggers", "orchestrators", "activities", "autocoder")
AGENT = """\
name = "Quick"
description = "Does what the work item says, in no time"
image = "autocoder/quick"
secret = "anthropic-api-key"
provider = "anthropic"
upstream = ""
default_model = "quick-1"

[cli]
package = "quick"
base_url = "none"
system_prompt = "none"

[[events.said]]
match = { type = "said" }
text = "text"

[[events.end]]
match = { type = "result" }
text = "result"
"""
RUN = r"""#!/bin/sh
# Carries out the orders in prompt.md; read without -r takes off the backslashes that Markdown puts on.
set -eu
said='Done.'
while read mark order first rest; do
    [ "${mark#*QUICK}" != "$mark" ] || continue
    case $order in
    write) mkdir -p "$(dirname "$first")" && printf '%s\n' "$rest" >"$first" ;;
    remove) rm -- "$first" ;;
    sleep) sleep "$first" ;;
    tell) printf '{"type": "said", "text": "%s"}\n' "$first $rest" ;;
    say) said="$first $rest" ;;
    fail) exit "$first" ;;
    hush) exit 0 ;;
    begin) [ -e "$first" ] || { printf '%s\n' "$rest" >"$first" && exit 3; } ;;
    esac
done <"$AUTOCODER_INPUTS/prompt.md"
printf '{"type": "result", "is_error": false, "result": "%s"}\n' "$said"
"""
IMAGES = """\
[[image]]
name = "autocoder/quick"

[image.folders]
"/opt/autocoder/agent" = "containers/quick"
"/opt/autocoder/base" = "containers/base"
"""


def quick_app(folder: Path) -> Path:
    """Create this checkout's app in *folder*, with the additional agent `quick`; return its folder."""
    containers = folder / "containers"
    containers.mkdir(parents=True)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    for agent in (ROOT / "containers").iterdir():
        (containers / agent.name).symlink_to(agent)
    quick = containers / "quick"
    quick.mkdir()
    (quick / "agent.toml").write_text(AGENT)
    (quick / "run.sh").write_text(RUN)
    (folder / "images.toml").write_text(IMAGES)
    return folder


def quick_options(folder: Path, *, settings=None, arguments=None) -> dict:
    """Return the options of a platform whose app, in *folder*, has `quick` as its default agent."""
    app = quick_app(folder)
    given = {name: list(parts) for name, parts in WITHOUT_QUOTAS.items()}
    given[AZURE_RESOURCE_MANAGER.name] += ["--images", str(app / "images.toml")]
    for name, parts in (arguments or {}).items():
        given[name] = [*given.get(name, []), *parts]
    own = {"DEFAULT_AGENT": "quick", **(settings or {})}
    return {"app": app, "arguments": given, "settings": own, "pipelines": True}
