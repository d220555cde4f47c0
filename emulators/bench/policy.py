"""Measures how fast the app checks a change of 50 MB: pack, trees, policy, and the scan for secrets.

The product is never imported here: it runs in its own process, on a pack that Git has made.
https://git-scm.com/docs/git-pack-objects
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from emulators.platform.clients.git import environment, git
from emulators.platform.processes import ROOT, PlatformError

FILES, LINES = 50, 17_000
LINE = "    total_{number} = compute(first_argument, second[{number}])  # {word}\n"
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
PROGRAM = """
import json, sys, time
from pathlib import Path
from autocoder.agents import agents
from autocoder.models import RepositorySettings
from autocoder.changes.pack import open_pack
from autocoder.shared.policy import Rules
from autocoder.changes.objections import objections
from autocoder.changes.protected import policy_rules
from autocoder.changes.trees import read_change
pack, commit, base = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
rules = Rules.of(policy_rules(RepositorySettings(), agents().values()).model_dump(by_alias=True))
began = time.perf_counter()
with open_pack(pack) as opened:
    change = read_change(opened, commit, base)
    read = time.perf_counter() - began
    against = objections(opened, change, rules, ["a-secret-of-this-run"], before=lambda path: None)
print(json.dumps({"read": read, "all": time.perf_counter() - began, "against": against}))
"""


@dataclass(frozen=True, slots=True)
class PolicyTime:
    """The bytes of new text, the seconds to read the pack, and the seconds for all checks."""

    bytes: int
    read: float
    seconds: float

    @property
    def rate(self) -> float:
        """Megabytes per second."""
        return self.bytes / 1e6 / self.seconds


def check_large_change(folder: Path) -> PolicyTime:
    """Create a repository in *folder* with a change of 50 MB of source text, and check it like the app."""
    repository = folder / "policy"
    repository.mkdir()
    _git(repository, "init", "-q", "-b", "main")
    (repository / "README.md").write_text("Hello\n")
    base = _commit(repository)
    size = sum(_write(repository, number) for number in range(FILES))
    commit = _commit(repository)
    trees = _git(repository, "rev-parse", f"{base}^{{tree}}")
    objects = _git(repository, "rev-list", "--objects", "--no-object-names", f"{base}..{commit}")
    pack = folder / "changes.pack"
    with pack.open("wb") as file:
        names = "\n".join([objects, base, trees]) + "\n"
        command = ["git", "-C", str(repository), "pack-objects", "-q", "--stdout"]
        subprocess.run(command, input=names.encode(), stdout=file, check=True)
    return _measured(pack, commit, base, size)


def _measured(pack: Path, commit: str, base: str, size: int) -> PolicyTime:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(pack), commit, base],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PlatformError(f"The policy could not be measured:\n{done.stderr[-2000:]}")
    said = json.loads(done.stdout)
    if said["against"]:
        raise PlatformError(f"The policy refuses the measured change: {said['against'][:3]}")
    return PolicyTime(bytes=size, read=said["read"], seconds=said["all"])


def _write(repository: Path, number: int) -> int:
    """Write one file of about a megabyte; return its size in bytes."""
    lines = (LINE.format(number=number * LINES + line, word=WORDS[line % 8]) for line in range(LINES))
    return (repository / f"module_{number:02}.py").write_text("".join(lines))


def _commit(repository: Path) -> str:
    _git(repository, "add", "--all")
    _git(repository, "commit", "--quiet", "--message=x")
    return _git(repository, "rev-parse", "HEAD")


def _git(repository: Path, *arguments: str) -> str:
    return git(repository, environment("Bench"), *arguments)
