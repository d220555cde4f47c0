"""The terminal interface of `make demo` and `make run`: their arguments and what they print."""
