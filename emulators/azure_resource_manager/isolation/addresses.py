"""Maps the ports of groups to free ports of this machine, because all groups share its loopback address.

In the service, each group has its own address: https://learn.microsoft.com/azure/container-instances/container-instances-container-groups#networking
"""

import random
import re
import socket
from collections.abc import Iterable, Mapping

MIN_PORT, MAX_PORT = 10000, 30000  # below the ports that the kernel gives to outgoing connections


class LoopbackPorts:
    """The ports of this machine to which declared ports are mapped."""

    def __init__(self) -> None:
        self.taken: set[int] = set()

    def take(self, declared: Iterable[int]) -> dict[int, int]:
        """Return a free port of this machine for each of *declared*, reserved until `give_back`.

        Raises `OSError` when no port is free.
        """
        return {port: self._free() for port in sorted(declared)}

    def give_back(self, mapping: Mapping[int, int]) -> None:
        """Free the ports of *mapping* for other groups."""
        self.taken -= set(mapping.values())

    def _free(self) -> int:
        for port in random.sample(range(MIN_PORT, MAX_PORT), 200):
            if port not in self.taken and _is_free(port):
                self.taken.add(port)
                return port
        raise OSError("no free port on the loopback address")


def rewrite(text: str, mapping: Mapping[int, int]) -> str:
    """Return *text* with every `127.0.0.1:<port>` and `localhost:<port>` of *mapping* replaced."""

    def mapped(found: re.Match[str]) -> str:
        port = int(found[2])
        return f"{found[1]}:{mapping.get(port, port)}"

    return re.sub(r"\b(127\.0\.0\.1|localhost):(\d{1,5})(?!\d)", mapped, text)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
