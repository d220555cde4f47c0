import datetime as dt
import re

import pytest

from autocoder import ids
from autocoder.models import RUN_ID


def test_a_newer_run_sorts_before_an_older_one():
    assert ids.new_run_id(2_000_000_000_000) < ids.new_run_id(1_999_999_999_999)


def test_a_run_id_has_the_documented_shape():
    assert all(re.fullmatch(RUN_ID, ids.new_run_id()) for _ in range(50))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('"; rm -rf / #', "rm-rf"),
        ("Überschrift: Größe\nanzeigen", "uberschrift-groe-anzeigen"),
        ("🚀🚀", "change"),
        ("", "change"),
        ("../../etc/passwd", "etc-passwd"),
        ("--upload-pack=x", "upload-pack-x"),
    ],
)
def test_a_title_enters_a_branch_as_a_plain_slug(title, expected):
    assert ids.slug(title) == expected


def test_a_long_title_is_cut_without_a_hyphen_at_its_end():
    assert ids.slug("a" * 39 + " " + "b" * 10_000) == "a" * 39


def test_names_the_branch_after_the_work_item_and_the_run():
    assert ids.branch_name("autocoder/", 5, "Fix it", "0" * 14 + "abcdef") == "autocoder/5-fix-it-abcdef"
    assert ids.branch_name("bot/", None, "Fix it", "0" * 14 + "abcdef") == "bot/fix-it-abcdef"


@pytest.mark.parametrize(
    "prefix", ["-x/", "/x", "a..b/", "a b/", "x.lock/", "ä/", "a//b", "refs/../x", "", "a\n"]
)
def test_refuses_a_prefix_that_git_or_a_shell_could_misread(prefix):
    with pytest.raises(ValueError, match="cannot begin"):
        ids.branch_name(prefix, 5, "Fix it", "0" * 20)


def test_keys_of_different_parts_differ_even_with_separators_in_them():
    assert ids.key("a", "bc") != ids.key("ab", "c")


def test_a_run_id_has_its_time():
    made = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)
    assert ids.generated_at(ids.new_run_id(int(made.timestamp() * 1000))) == made
