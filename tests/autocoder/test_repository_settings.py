import pytest

from autocoder.repository_settings import RepositorySettingsError, read_repository_settings


def test_no_file_means_defaults():
    assert read_repository_settings(None).verify == ()
    assert read_repository_settings(b"# nothing yet\n").verify == ()


def test_reads_every_setting_of_the_team():
    text = b"""
setup: [pip install -e .]
verify:
  - python -m pytest
protected: [infra/]
allowed: [.github/CODEOWNERS]
agent: codex
model: gpt-6.1-sol
reviewers: [d6245f20-2af8-44f4-9451-8107cb2767db]
labels: [robot]
draft: always
template: docs/pull_request.md
budget: {minutes: 10, usd: 1.5}
"""
    settings = read_repository_settings(text)
    assert settings.verify == ("python -m pytest",)
    assert (settings.agent, settings.draft, settings.budget.usd) == ("codex", "always", 1.5)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("verify:\n  - make test\nverfy: []\n", 3, "verfy: unknown setting (did you mean verify?)"),
        ("setup: []\nverify:\n  - ok\n  - 5: x\n", 4, "verify"),
        ("draft: perhaps\n", 1, "draft"),
        ("\nbudget:\n  minutes: 5\n  usd: -1\n", 4, "usd"),
        ("budget:\n  dollars: 5\n", 2, "unknown setting; known: minutes, usd, tokens, turns"),
        ("verify: [\n", 2, ""),
        ("- a\n", 1, "mapping"),
        ("agent: ../../etc\n", 1, "agent"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, line, word):
    with pytest.raises(RepositorySettingsError) as error:
        read_repository_settings(text.encode())
    assert f"line {line}" in str(error.value)
    assert word in str(error.value)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"!!python/object/apply:os.system [id]", b"x" * 70_000, b"[" * 30_000, b"- " * 30_000],
)
def test_a_file_that_is_not_a_settings_file_is_refused(content):
    with pytest.raises(RepositorySettingsError):
        read_repository_settings(content)


def test_an_alias_bomb_does_not_grow():
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(20))
    with pytest.raises(RepositorySettingsError):
        read_repository_settings(bomb.encode())
