"""Where everything listens and lies, and how containers are kept apart from this machine.

https://github.com/containers/bubblewrap
"""

from emulators.platform.running import Platform
from emulators.ports import AZURITE, OURS


def print_addresses(platform: Platform, seconds: float) -> None:
    """Print the address of every program of *platform*, which took *seconds* to start."""
    for emulator in (*OURS, *AZURITE):
        print(f"{emulator.name:24} {platform.url(emulator)}")
    plan = platform.plan
    print(f"{'state and logs':24} {plan.state}\n{'keys of the app':24} {plan.keys_file}")
    print(f"{'isolation':24} {isolation(platform)}")
    print(f"The platform is ready ({seconds:.1f} s). Ctrl-C ends it.", flush=True)


def isolation(platform: Platform) -> str:
    """Return how containers run on *platform*, and what to do when nothing isolates them."""
    if platform.isolation == "none":
        return "NOT isolated: install bubblewrap (Debian: apt-get install bubblewrap)"
    return f"containers run in {platform.isolation}"
