"""How long a service asks its caller to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from autocoder.shared.retry_after import wait_seconds

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("99999999", 600),
        ("9" * 5_000, 600),
        ("soon", 5),
        ("", 5),
        (None, 5),
        ("-3", 5),
        ("1.5", 5),  # RFC 9110 knows whole seconds only
        ("٣", 5),
        (format_datetime(NOW + timedelta(seconds=60), usegmt=True), 60),
        (format_datetime(NOW - timedelta(seconds=60), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), 600),
        ("Wednesday, 04-Mar-26 05:06:17 GMT", 10),
        ("Wed, 04 Mar 2026 05:06:17 -0000", 10),
        ("Wed, 99 Mar 2026 05:06:17 GMT", 5),
        ("Wed, 04 Mar 99999999999999999999 05:06:17 GMT", 5),
        ("x" * 100_000, 5),
    ],
)
def test_seconds_and_dates_are_understood_and_everything_else_is_the_default(value, seconds):
    assert wait_seconds(value, now=NOW) == seconds


def test_a_date_is_compared_with_the_current_time():
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 <= wait_seconds(value) <= 61
