"""A folder that stands for the file system of an image: a shell, glibc and a few programs, nothing else."""

import shutil
import subprocess
from pathlib import Path

PROGRAMS = ("sh", "cat", "cp", "dirname", "ln", "ls", "mkdir", "mktemp", "mv", "rm", "sleep", "date")
GLIBC = ("libdl", "libm", "libnss_files", "libpthread", "libresolv", "librt", "libutil")


def make_bare_root(root, programs=PROGRAMS, files=()):
    """Make *root* with *programs* of this machine, their libraries, and further *files* (path to text)."""
    (root / "bin").mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nteam:x:1001:1001::/home/team:/bin/sh\n")
    libraries = set()
    for name in programs:
        source = Path(shutil.which(name)).resolve()
        shutil.copy(source, root / "bin" / name)
        linked = subprocess.run(["ldd", source], capture_output=True, text=True, check=True).stdout.split()
        libraries |= {Path(word) for word in linked if word.startswith("/")}
    for folder in {path.parent for path in libraries}:
        libraries |= {path for name in GLIBC for path in folder.glob(f"{name}.so.?")}
    for library in libraries:
        target = root / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    for name, text in dict(files).items():
        target = root / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755)
    return root
