"""The files that the additional context names."""

from activities.parts.preparing import prompt
from tests.activities.conftest import plan

FILES = {
    "docs/api.md": b"GET /x",
    "large.md": b"x" * 1_000_001,
    "long.md": b"x" * 60_001,
    "logo.png": b"\x89PNG\0",
}


def given(devops, repository, *paths):
    connected, _ = devops.connect()
    return prompt._files(connected, plan(repository(FILES)), paths)


def test_an_existing_file_needs_no_remark(devops, repository):
    assert given(devops, repository, "docs/api.md") == ({"docs/api.md": "GET /x"}, ())


def test_every_file_that_is_missing_or_cut_is_named(devops, repository):
    found, remarks = given(devops, repository, "docs/apo.md", "large.md", "long.md", "logo.png")
    assert list(found) == ["long.md"]
    assert remarks == (
        "File `docs/apo.md`, named in the additional context, does not exist in branch `main`.",
        "File `large.md`, named in the additional context, was not given to the agent: it is larger than "
        "1,000,000 bytes.",
        "File `long.md`, named in the additional context, was cut to its first 60,000 characters.",
        "File `logo.png`, named in the additional context, was not given to the agent: it is not text.",
    )


def test_files_above_the_limit_are_counted(devops, repository):
    _, remarks = given(devops, repository, *["docs/api.md"] * 10, "docs/b.md", "docs/c.md")
    assert remarks == ("2 more files named in the additional context were not given to the agent.",)
