"""Each recipe of CONTRIBUTING.md is followed word for word in a copy of this checkout."""

import re

import pytest

from tests.docs.checkout import ROOT, copy_checkout
from tests.docs.recipes import Command, follow, steps_of

RECIPES = sorted(path.stem for path in (ROOT / "docs" / "recipes").glob("*.md"))
KINDS = {
    "activity",
    "agent",
    "emulated-operation",
    "outcome",
    "secret-kind",
    "setting",
    "trigger",
}


def text_of(recipe):
    return (ROOT / "docs" / "recipes" / f"{recipe}.md").read_text()


def test_there_is_a_recipe_for_each_kind_of_addition():
    assert set(RECIPES) == KINDS


def test_contributing_links_every_recipe():
    linked = re.findall(r"\(docs/recipes/([\w-]+)\.md\)", (ROOT / "CONTRIBUTING.md").read_text())
    assert sorted(linked) == RECIPES


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_ends_with_a_command_that_proves_it(recipe):
    steps = steps_of(text_of(recipe))
    assert isinstance(steps[-1], Command)
    assert any("make check" in step.script for step in steps if isinstance(step, Command))


@pytest.fixture(scope="module")
def shared_cache(tmp_path_factory):
    """A cache of mypy that the copies share, so that only the first of them waits for it."""
    return str(tmp_path_factory.mktemp("mypy"))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("recipe", RECIPES)
def test_the_recipe_works_word_for_word(recipe, tmp_path, shared_cache, monkeypatch):
    monkeypatch.setenv("MYPY_CACHE_DIR", shared_cache)
    follow(text_of(recipe), copy_checkout(tmp_path / "autocoder"))
