import datetime as dt
import re

import pytest

from autocoder import ids
from autocoder.models import RUN_ID
from autocoder.rounds import Round, files_in


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


@pytest.mark.parametrize("number", [1, 2, 31])
def test_the_name_of_a_container_group_has_its_round(number):
    current = Round(ids.new_run_id(), number)
    assert ids.group_name(current) == f"autocoder-{current.run_id}-{number}"
    assert ids.round_of_group(ids.group_name(current)) == current


@pytest.mark.parametrize("rest", ["", f"-{'a' * 20}", f"-{'a' * 20}-01", f"-{'a' * 19}-1", f"-{'a' * 20}-1-"])
def test_another_name_is_that_of_no_round(rest):
    assert ids.round_of_group(f"autocoder{rest}") is None


def test_the_files_of_other_rounds_are_not_those_of_this_one():
    listed = {"request.json": 1, "1/log.txt": 2, "2/log.txt": 3, "2/images/1.png": 4, "21/plan.json": 5}
    assert files_in(listed, Round("a" * 20, 2)) == {"request.json": 1, "log.txt": 3, "images/1.png": 4}
