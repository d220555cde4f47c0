"""Measures the app's cold start: `import function_app` in a fresh process with its settings.

https://learn.microsoft.com/azure/azure-functions/event-driven-scaling#cold-start
"""

import subprocess
import sys

from emulators.platform.processes import ROOT, PlatformError

PROGRAM = "import time; began = time.perf_counter(); import function_app; print(time.perf_counter() - began)"


def import_seconds(settings: dict[str, str], times: int) -> tuple[float, ...]:
    """Return the seconds of *times* imports, after one that warms the cache; raises `PlatformError`."""
    return tuple(_once(settings) for _ in range(times + 1))[1:]


def _once(settings: dict[str, str]) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    if done.returncode != 0 or done.stderr:
        raise PlatformError(f"import function_app:\n{done.stderr[-2000:]}")
    return float(done.stdout)
