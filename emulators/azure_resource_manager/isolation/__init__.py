"""How a container becomes a process of this machine: images, ports, and the two kinds of isolation."""
