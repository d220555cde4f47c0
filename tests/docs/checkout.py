"""A copy of this checkout in a folder of its own, where a test may change files and run `make`.

copy = copy_checkout(tmp_path / "autocoder")
copy.sh("make demo")
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BEFORE_THE_INSTALL = 1_000_000_000  # a time in 2001, so that `make` finds every stamp current
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "MYPY_CACHE_DIR", "PLAYWRIGHT_BROWSERS_PATH")


@dataclass(frozen=True)
class Checkout:
    """A checkout that belongs to a test."""

    folder: Path

    def sh(self, script, seconds=600, **environment):
        """Run *script* with `sh -e` in the checkout; returns what it printed, and fails with it."""
        with self.started(script, **environment) as process:
            try:
                printed, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                _end(process)
                printed, _ = process.communicate()
                raise AssertionError(
                    f"{script!r} ran for more than {seconds} s:\n{printed[-6000:]}"
                ) from None
        assert process.returncode == 0, f"{script!r} ended with {process.returncode}:\n{printed[-6000:]}"
        return printed

    @contextlib.contextmanager
    def started(self, script, **environment):
        """Run *script* in the background; whatever it started is ended at the end."""
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        process = subprocess.Popen(
            ["sh", "-ec", script],
            cwd=self.folder,
            env={**kept, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)

    def read(self, name):
        """Return the text of the file *name*."""
        return (self.folder / name).read_text("utf-8")

    def write(self, name, text):
        """Write the file *name*, and the folders above it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _end(process):
    """End *process* and all that it started, first as Ctrl-C does."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)


def copy_checkout(folder):
    """Copy the tracked and the new files of this checkout to *folder*, with what `make install` installed."""
    folder.mkdir(parents=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
            os.utime(folder / name, (BEFORE_THE_INSTALL, BEFORE_THE_INSTALL))
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    for modules in [
        *(ROOT / name / "node_modules" for name in ("emulators", "extension")),
        *ROOT.glob("containers/*/node_modules"),
    ]:
        _link_tree(modules.resolve(), folder / modules.relative_to(ROOT))
    who = "git -c user.name=Team -c user.email=team@example.com"
    copy = Checkout(folder)
    copy.sh(f"git init -q -b main && git add -A && {who} commit -q -m Start")
    return copy


def _link_tree(source, target):
    """Copy *source* by hard links where that works: containers see no link that leaves their folder."""

    def link(one, other):
        try:
            os.link(one, other, follow_symlinks=False)
        except OSError:
            shutil.copy2(one, other, follow_symlinks=False)

    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, copy_function=link)
