"""One process of a step: started in its own session, read line by line, and stopped as the agent does.

https://github.com/microsoft/azure-pipelines-agent/blob/master/src/Agent.Sdk/ProcessInvoker.cs
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulators.azure_devops.pipelines.agent.left_processes import LeftProcesses

MAX_LINE_BYTES = 1 << 20
LONG_LINE = f"##[warning]A line of over {MAX_LINE_BYTES} bytes was left out."
SIGINT_SECONDS = 7.5
SIGTERM_SECONDS = 2.5
OUTPUT_SECONDS = 5.0  # for output that a process left behind may still write after the end


@dataclass(frozen=True, slots=True)
class Start:
    """What to start: a command with its folder and environment."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


async def run(
    start: Start,
    receive: Callable[[str], None],
    cancelled: asyncio.Event,
    left: LeftProcesses,
    sigint_seconds: float = SIGINT_SECONDS,
) -> int:
    """Run a command, give each line of its output to *receive*, and return the exit code.

    When *cancelled* is set the process gets SIGINT, later SIGTERM, and at last its session is killed. *left*
    hears of the session, because processes in the background stay until the end of the job. Raises `OSError`
    when the command cannot be started, and whatever *receive* raises, which ends the command.
    """
    read_end, write_end = os.pipe()  # not a pipe of asyncio, which waits for its end before a process ends
    with os.fdopen(read_end, "rb") as output:
        try:
            process = await _started(start, write_end)
        finally:
            os.close(write_end)
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), output
        )
        reading = asyncio.create_task(_read_or_kill(process, reader, receive))
        try:
            await _until_end(process, cancelled, sigint_seconds)
            await asyncio.wait([reading], timeout=OUTPUT_SECONDS)
            if reading.done():
                reading.result()  # raises what reading has raised
        except BaseException:
            _kill(process)
            raise
        finally:
            reading.cancel()
            transport.close()
            await process.wait()
            left.note(process.pid)
    return process.returncode or 0


async def _started(start: Start, output: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *start.command,
        cwd=start.folder,
        env=dict(start.environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )


async def _until_end(
    process: asyncio.subprocess.Process, cancelled: asyncio.Event, sigint_seconds: float
) -> None:
    ended, stop = asyncio.create_task(process.wait()), asyncio.create_task(cancelled.wait())
    try:
        await asyncio.wait([ended, stop], return_when=asyncio.FIRST_COMPLETED)
        for number, seconds in ((signal.SIGINT, sigint_seconds), (signal.SIGTERM, SIGTERM_SECONDS)):
            if ended.done():
                return
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            await asyncio.wait([ended], timeout=seconds)
        _kill(process)
        await ended
    finally:
        stop.cancel()
        ended.cancel()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _read_or_kill(
    process: asyncio.subprocess.Process, reader: asyncio.StreamReader, receive: Callable[[str], None]
) -> None:
    """Read all output; if it cannot be received, kill the process, whose result would mean nothing."""
    try:
        await _read(reader, receive)
    except Exception:
        _kill(process)
        raise


async def _read(reader: asyncio.StreamReader, receive: Callable[[str], None]) -> None:
    """Give whole lines to *receive*; the last one may have no end, and a very long one is left out."""
    line, is_long = bytearray(), False
    while chunk := await reader.read(1 << 16):
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            line += part
            receive(LONG_LINE if is_long or len(line) > MAX_LINE_BYTES else _text(line))
            line, is_long = bytearray(), False
        line += rest
        if len(line) > MAX_LINE_BYTES:
            line, is_long = bytearray(), True
    if line or is_long:
        receive(LONG_LINE if is_long else _text(line))


def _text(line: bytearray) -> str:
    return line.decode(errors="replace").rstrip("\r").replace("\0", "\N{REPLACEMENT CHARACTER}")
