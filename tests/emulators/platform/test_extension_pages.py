"""Each platform hosts its own build of the extension, whose pages may call its own app only."""

import pytest

from emulators.extension_manifest import read_extension
from emulators.platform import extension_pages
from emulators.platform.extension_pages import build_pages, missing, place_manifest, try_to_build
from emulators.platform.plan import Plan
from emulators.platform.processes import PlatformError
from tests.needs import need


@pytest.fixture
def plan(tmp_path):
    return Plan(tmp_path / "a state", base_port=17071)


def test_the_extension_is_built_for_the_app_of_the_platform(plan):
    need(missing())
    assert build_pages(plan) == try_to_build(plan) == "the button Autocoder on work items"
    extension = read_extension(plan.extension)
    assert next(one for one in extension.contributions if one.type == "ms.vss-web.action").is_built
    scripts = b"".join(file.read_bytes() for file in plan.extension.rglob("pages/*.js"))
    assert b"__FUNCTION_HOSTS__" not in scripts


def refused(plan):
    """The words of the error, which name the next step; `make run` shows them and goes on."""
    with pytest.raises(PlatformError) as error:
        build_pages(plan)
    assert try_to_build(plan) == f"not built. {error.value}\nThen, with the platform up: make extension-pages"
    return str(error.value)


def test_without_the_packages_it_says_how_to_get_them(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(extension_pages, "BUNDLER", tmp_path / "nothing")
    assert "the extension's packages are not installed: run npm ci --prefix extension" in refused(plan)
    assert not plan.extension.exists()


def test_without_node_it_says_so(plan, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Node 20 or newer is not installed: install it (https://nodejs.org)" in refused(plan)


def test_a_failed_build_says_why(plan, tmp_path, monkeypatch):
    need(missing())
    monkeypatch.setattr(extension_pages, "BUILD", tmp_path / "broken.mjs")
    (tmp_path / "broken.mjs").write_text("throw new Error('no such bolt')")
    assert "no such bolt" in refused(plan)


def test_until_then_the_manifest_says_what_is_missing(plan):
    place_manifest(plan)
    extension = read_extension(plan.extension)
    assert extension.title == "Autocoder"
    assert not any(one.is_built for one in extension.contributions)


def test_a_slow_build_is_given_up(plan, tmp_path, monkeypatch):
    need(missing())
    monkeypatch.setattr(extension_pages, "BUILD", tmp_path / "slow.mjs")
    monkeypatch.setattr(extension_pages, "SECONDS", 0.5)
    (tmp_path / "slow.mjs").write_text("setTimeout(() => {}, 60_000)")
    assert "were not built within 0.5 s" in refused(plan)
