"""A program that waits until this one has ended, even by SIGKILL, and then kills what it has left running.

It learns of the end from a pipe, which the kernel closes: https://man7.org/linux/man-pages/man7/pipe.7.html
"""

import asyncio
import shutil
import sys
from pathlib import Path

from emulators.processes.marked import kill_marked

ROOT = Path(__file__).parents[2]


class Watch:
    """After this program's end, kills processes whose *variable* begins with *mark*, and removes *folder*."""

    def __init__(self, variable: str, mark: str, folder: Path | None) -> None:
        self._arguments = (variable, mark, *([str(folder)] if folder else []))
        self._started: asyncio.Task[asyncio.subprocess.Process] | None = None

    async def start(self) -> None:
        """Start the program unless that has begun; returns when it runs. Raises `OSError` when it cannot."""
        if self._started is None:
            self._started = asyncio.create_task(self._start())
        try:
            await asyncio.shield(self._started)
        except OSError:
            self._started = None
            raise

    async def close(self) -> None:
        """End the program, which kills and removes what is left."""
        if self._started is None:
            return
        process = await self._started
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "emulators.processes.watch", *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )


def main() -> None:
    """Read until the other end of the pipe closes, then kill the marked processes and remove the folder."""
    variable, mark, *folders = sys.argv[1:]
    sys.stdin.read()
    kill_marked(variable, mark)
    for folder in folders:
        shutil.rmtree(Path(folder), ignore_errors=True)


if __name__ == "__main__":
    main()
