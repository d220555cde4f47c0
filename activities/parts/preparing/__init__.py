"""What happens before the containers of a run: its place, its requester, what it is about, and its plan."""
