"""Each platform hosts its own build of the extension, whose pages may call its own app only."""

import pytest

from emulators.extension_manifest import read_extension
from emulators.platform import extension_pages
from emulators.platform.extension_pages import build_pages, can_build, place_manifest
from emulators.platform.plan import Plan


@pytest.fixture
def plan(tmp_path):
    return Plan(tmp_path / "a state", base_port=17071)


def test_the_extension_is_built_for_the_app_of_the_platform(plan):
    if not can_build():
        pytest.skip("the extension's packages are not installed; `make install` installs them")
    assert build_pages(plan) == "the button Autocoder on work items"
    extension = read_extension(plan.extension)
    assert next(one for one in extension.contributions if one.type == "ms.vss-web.action").is_built
    scripts = b"".join(file.read_bytes() for file in plan.extension.rglob("pages/*.js"))
    assert b"__FUNCTION_HOSTS__" not in scripts


def test_without_the_packages_it_says_how_to_get_the_pages(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(extension_pages, "BUNDLER", tmp_path / "nothing")
    assert "make extension-pages" in build_pages(plan)
    assert not plan.extension.exists()


def test_a_failed_build_names_its_log_and_stops_nothing(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(extension_pages, "can_build", lambda: True)
    monkeypatch.setattr(extension_pages, "BUILD", tmp_path / "broken.mjs")
    (tmp_path / "broken.mjs").write_text("throw new Error('broken')")
    log = plan.log("extension_pages")
    assert build_pages(plan) == f"not built, see {log}"
    assert "broken" in log.read_text()


def test_until_then_the_manifest_says_what_is_missing(plan):
    place_manifest(plan)
    extension = read_extension(plan.extension)
    assert extension.title == "Autocoder"
    assert not any(one.is_built for one in extension.contributions)


def test_a_slow_build_is_given_up(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(extension_pages, "can_build", lambda: True)
    monkeypatch.setattr(extension_pages, "BUILD", tmp_path / "slow.mjs")
    monkeypatch.setattr(extension_pages, "SECONDS", 0.5)
    (tmp_path / "slow.mjs").write_text("setTimeout(() => {}, 60_000)")
    assert "not built" in build_pages(plan)
