"""A temporary folder for an activity, on a disk that is small and that killed processes leave things on.

https://learn.microsoft.com/azure/azure-functions/functions-scale#service-limits
"""

import errno
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autocoder.errors import Transient

PREFIX = "autocoder-activity-"  # of no other folder: what begins like this is deleted
MAX_AGE_SECONDS = 3_600.0  # longer than any activity may take
FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder that is deleted afterwards; delete those that killed processes left.

    Raises `Transient` when the disk is full: other activities will free it.
    """
    _delete_old(Path(tempfile.gettempdir()))
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            yield Path(folder)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Transient("The disk for temporary files is full.") from None


def _delete_old(root: Path) -> None:
    for folder in root.glob(f"{PREFIX}*"):
        try:
            is_old = time.time() - folder.lstat().st_mtime > MAX_AGE_SECONDS
        except OSError:  # another process has just deleted it
            continue
        if is_old and folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
