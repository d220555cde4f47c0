"""An agent that attacks: it runs a test's script with everything that a real agent has.

Its folder is one more in the `containers/` of an app that consists of links to this checkout. The script of
an attack is put beside its run.sh, which a container sees read-only, and the work item's text names it.
"""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.conftest import Case
from tests.quick_agent import AGENT, IMAGES, quick_options

NAME = "hostile"
RUN = r"""#!/bin/sh
# Runs the attack that the work item names.
name=$(sed -n 's/.*ATTACK \([0-9][0-9]*\).*/\1/p' "$AUTOCODER_INPUTS/prompt.md" | head -n 1)
said='I did it.'
. "$AUTOCODER_AGENT/attacks/$name.sh"
printf '{"type": "result", "is_error": false, "result": "%s"}\n' "$said"
"""
numbers = itertools.count(1)


def hostile_options(folder: Path, settings=None) -> dict:
    """Return the options of a platform whose app, in *folder*, has the attacking agent as its default."""
    options = quick_options(folder, settings={"POLL_SECONDS": "1", "DEFAULT_AGENT": NAME, **(settings or {})})
    place = attacks_of(folder)
    place.mkdir(parents=True)
    (place.parent / "agent.toml").write_text(_renamed(AGENT))
    (place.parent / "run.sh").write_text(RUN)
    with (folder / "images.toml").open("a") as images:
        images.write(_renamed(IMAGES))
    return options


def attacks_of(app: Path) -> Path:
    """Return the folder of the attacks."""
    return app / "containers" / NAME / "attacks"


def _renamed(text: str) -> str:
    return re.sub("quick", NAME, text, flags=re.IGNORECASE)


@dataclass
class Attack(Case):
    """A run whose agent attacks; `tell` gives it a file while it works."""

    folder: Path = Path()
    number: int = 0

    def tell(self, name, content):
        """Write the file `$here.<name>` next to the agent's script, atomically."""
        draft = self.folder / f".{self.number}"
        draft.write_text(content)
        draft.replace(self.folder / f"{self.number}.{name}")


def attack_on(platform, script, *, title=None, html="", **fields):
    """Return a work item whose run carries out *script* (sh, in the work tree); it is not started yet."""
    folder, number = attacks_of(platform.plan.app), next(numbers)
    (folder / f"{number}.sh").write_text(f"here=$AUTOCODER_AGENT/attacks/{number}\n{script}\n")
    item = platform.work_item(title or f"Attack {number}", f"<div>ATTACK {number}</div>{html}")
    return Attack(platform, item, fields=fields, folder=folder, number=number)
