"""The addresses of the programs, the folders of state and keys, and how containers are isolated.

https://github.com/containers/bubblewrap
"""

from emulators.platform.running import Platform
from emulators.ports import AZURITE, OURS


def print_addresses(platform: Platform, seconds: float) -> None:
    """Print the address of every program, the folders and the isolation, after a start of *seconds*."""
    for emulator in (*OURS, *AZURITE):
        print(f"{emulator.name:24} {platform.url(emulator)}")
    plan = platform.plan
    print(f"{'state and logs':24} {plan.state}\n{'keys of the app':24} {plan.keys_file}")
    print(f"{'isolation':24} {isolation(platform)}")
    print(f"The platform is ready ({seconds:.1f} s). Press Ctrl-C to stop it.", flush=True)


def isolation(platform: Platform) -> str:
    """Return how containers are isolated on *platform*, and what to install when they are not."""
    if platform.isolation == "none":
        return "NOT isolated: install bubblewrap (Debian: apt-get install bubblewrap)"
    return f"containers run in {platform.isolation}"
