"""Reading files of the base commit before a push."""

from activities.parts import branch_push
from tests.activities.conftest import plan

LARGE = b"x" * 1_500_000
TOO_LARGE = b"x" * 10_000_001


def test_the_base_of_every_file_that_may_change_is_read(devops, repository):
    where = plan(repository({"large.sql": LARGE, "data.bin": TOO_LARGE}))
    connected, _ = devops.connect()
    assert branch_push._read_base(connected, where, "large.sql") == LARGE
    assert branch_push._read_base(connected, where, "absent.sql") is None


def test_every_finding_is_new_when_the_base_file_is_too_large(devops, repository):
    connected, _ = devops.connect()
    where = plan(repository({"data.bin": TOO_LARGE}))
    assert branch_push._read_base(connected, where, "data.bin") is None
