"""The orchestrations: deterministic generators that call activities in order and do no I/O themselves."""
