"""The addresses of the programs, the folders of state and keys, and how containers are isolated.

https://github.com/containers/bubblewrap
"""

import time

from emulators.platform.running import Platform
from emulators.ports import AZURITE, OURS


def print_addresses(platform: Platform, extension: str, start: float) -> None:
    """Print the programs' addresses, the folders, *extension* and isolation, and the time since *start*."""
    for emulator in (*OURS, *AZURITE):
        print(f"{emulator.name:24} {platform.url(emulator)}")
    plan = platform.plan
    print(f"{'state and logs':24} {plan.state}\n{'keys of the app':24} {plan.keys_file}")
    print(f"{'extension':24} {extension}\n{'isolation':24} {isolation(platform)}")
    print(f"The platform is ready ({time.monotonic() - start:.1f} s). Press Ctrl-C to stop it.", flush=True)


def isolation(platform: Platform) -> str:
    """Return how containers are isolated on *platform*, and what to install when they are not."""
    if platform.isolation == "none":
        return "NOT isolated: install bubblewrap (Debian: apt-get install bubblewrap)"
    return f"containers run in {platform.isolation}"
