"""What some tests need of the machine: without it they are skipped, with the reason, but never in CI."""

import os

import pytest

IN_CI = ("CI", "TF_BUILD")  # TF_BUILD is set by Azure Pipelines


def need(reason):
    """Do nothing without a *reason*; else skip the test, or let it fail where CI would hide the gap."""
    if reason and any(os.environ.get(name) for name in IN_CI):
        pytest.fail(f"{reason} (a test may not be skipped for that in CI)")
    if reason:
        pytest.skip(reason)
