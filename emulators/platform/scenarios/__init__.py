"""The scenarios of `make demo SCENARIO=...`: one module each, and each shows one way to start a run."""
