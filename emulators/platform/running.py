"""The running platform: Azurite and the emulators, each in its own process, on one state folder.

with running(Plan(state=Path(".local"))) as platform:
    platform.url(AZURE_DEVOPS)

https://learn.microsoft.com/azure/storage/common/storage-use-azurite
"""

import contextlib
import re
from collections.abc import Iterator

from emulators import azurite
from emulators.platform.app_settings import app_settings, write_settings
from emulators.platform.extension_pages import place_manifest
from emulators.platform.places import check_ports, own_folder
from emulators.platform.plan import Plan
from emulators.platform.processes import (
    PlatformError,
    Process,
    Program,
    check_alive,
    end,
    wait_until_ready,
)
from emulators.platform.vault import Passwords, fill_vault, passwords
from emulators.ports import (
    AZURE_DEVOPS,
    AZURE_RESOURCE_MANAGER,
    EXTENSION_FILES,
    FUNCTIONS_HOST,
    OURS,
    Emulator,
)

START_SECONDS = 60.0
END_SECONDS = 8.0
STORAGE = "azurite"  # the name of its program


class Platform:
    """A platform, as `running` starts and stops it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.passwords: Passwords = passwords(plan)
        self._processes: dict[str, Process] = {}

    def url(self, emulator: Emulator) -> str:
        """Return the address of a program."""
        return emulator.url(self.plan.base_port)

    def start(self) -> None:
        """Start all programs at once and wait until they are ready; raises `PlatformError`."""
        check_ports(self.plan.base_port, self.plan.spelling)
        write_settings(self.plan, app_settings(self.plan))
        place_manifest(self.plan)
        for program in programs(self.plan):
            self._start(program)
        wait_until_ready(list(self._processes.values()), START_SECONDS)
        fill_vault(self.plan, self.passwords)

    def restart(self, emulator: Emulator = FUNCTIONS_HOST) -> None:
        """Start one program again after `kill`, and wait until it is ready."""
        self._start(program_of(self.plan, emulator))
        wait_until_ready([self._processes[emulator.name]], START_SECONDS)

    def kill(self, emulator: Emulator = FUNCTIONS_HOST) -> None:
        """Kill one program with SIGKILL, like a crash."""
        self._processes.pop(emulator.name).kill()

    def process(self, emulator: Emulator) -> Process:
        """Return one of the running programs; raises KeyError when it was killed."""
        return self._processes[emulator.name]

    def pids(self) -> dict[str, int]:
        """Return the process id of each running program, by name."""
        return {name: process.popen.pid for name, process in self._processes.items()}

    @property
    def isolation(self) -> str:
        """How the resource manager isolates containers, as its log says: `bubblewrap` or `none`."""
        found = re.search(r"^isolation: (\S+)$", self.process(AZURE_RESOURCE_MANAGER).output(), re.MULTILINE)
        return found[1] if found else "none"

    def check(self) -> None:
        """Raise `PlatformError` with the last lines of a program that has ended by itself."""
        check_alive(list(self._processes.values()))

    def end(self) -> None:
        """Stop everything: first the app, then the services it uses."""
        host = self._processes.pop(FUNCTIONS_HOST.name, None)
        end([host] if host else [], END_SECONDS)
        end(list(self._processes.values()), END_SECONDS)
        self._processes.clear()

    def _start(self, program: Program) -> None:
        self._processes[program.name] = Process(program, self.plan.log(program.name))


@contextlib.contextmanager
def running(plan: Plan, *, fresh: bool = False) -> Iterator[Platform]:
    """Start the platform of *plan*, and always stop it at the end; raises `PlatformError`.

    With *fresh*, what an earlier platform left in the state folder is removed first.
    """
    with own_folder(plan.state, fresh=fresh, spelling=plan.spelling):
        platform = Platform(plan)
        try:
            platform.start()
            yield platform
        finally:
            platform.end()


def programs(plan: Plan) -> list[Program]:
    """Return all programs, the slowest first; raises `PlatformError` when one is not installed."""
    try:
        storage = azurite.command(plan.state, plan.base_port, access_log=STORAGE in plan.access_logs)
    except azurite.AzuriteMissingError as error:
        raise PlatformError(str(error)) from None
    return [Program(STORAGE, storage, azurite.READY), *(program_of(plan, emulator) for emulator in OURS)]


def program_of(plan: Plan, emulator: Emulator) -> Program:
    """Return the program that runs *emulator*."""
    command = [plan.python, "-m", f"emulators.{emulator.name}"]
    command += ["--state", str(plan.state), "--base-port", str(plan.base_port)]
    if emulator is FUNCTIONS_HOST:
        command += ["--app", str(plan.app), "--settings", str(plan.settings_file)]
        extension = plan.durable_extension
        command += ["--durable-extension", str(extension)] if extension else []
    if emulator is AZURE_DEVOPS:  # its pages show the app's runs, and host the extension
        command += ["--extension-files", EXTENSION_FILES.url(plan.base_port)]
        command += ["--app-url", FUNCTIONS_HOST.url(plan.base_port), "--app-keys", str(plan.keys_file)]
        command += ["--pipelines"] if plan.pipelines else []
    if emulator in (AZURE_DEVOPS, EXTENSION_FILES):
        command += ["--extension", str(plan.extension)]
    if emulator is AZURE_RESOURCE_MANAGER and plan.needs_sandbox:
        command += ["--isolation", "bubblewrap"]
    command += ["--access-log"] if emulator.name in plan.access_logs else []
    command += plan.arguments.get(emulator.name, ())
    return Program(emulator.name, command, (f"{emulator.name} listening on ",), plan.trust())
