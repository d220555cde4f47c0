import datetime as dt

import pytest

from emulators.functions_host.timers.ncrontab import parse

START = dt.datetime(2026, 1, 30, 10, 20, 30, tzinfo=dt.UTC)  # a Friday


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # the examples of the documentation, from that time on
        ("0 */5 * * * *", "2026-01-30 10:25:00"),
        ("0 0 * * * *", "2026-01-30 11:00:00"),
        ("0 0 */2 * * *", "2026-01-30 12:00:00"),
        ("0 0 9-17 * * *", "2026-01-30 11:00:00"),
        ("0 30 9 * * *", "2026-01-31 09:30:00"),
        ("0 30 9 * * 1-5", "2026-02-02 09:30:00"),
        ("0 30 9 * Jan Mon", "2027-01-04 09:30:00"),
        ("5,8,10 * * * * *", "2026-01-30 10:21:05"),
        ("*/15 * * * *", "2026-01-30 10:30:00"),
        ("10/20 * * * * *", "2026-01-30 10:20:50"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 0 13 * Friday", "2026-02-13 00:00:00"),
    ],
)
def test_tells_the_next_time(text, expected):
    assert parse(text).next(START).strftime("%Y-%m-%d %H:%M:%S") == expected


def test_the_next_time_is_later_than_now():
    on_the_hour = dt.datetime(2026, 1, 1, 5, 0, 0, tzinfo=dt.UTC)
    assert parse("0 0 * * * *").next(on_the_hour).hour == 6


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * *",
        "60 * * * * *",
        "* * 24 * * *",
        "* * * * * 8",
        "*/0 * * * * *",
        "a * * * * *",
        "5-1 * * * * *",
    ],
)
def test_refuses_an_invalid_schedule(text):
    with pytest.raises(ValueError, match="is not a valid NCRONTAB expression"):
        parse(text)


def test_refuses_a_date_that_never_comes():
    with pytest.raises(ValueError, match="does not exist"):
        parse("0 0 0 31 2 *").next(START)
