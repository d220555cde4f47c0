"""Missing tools skip tests on a person's machine and fail them in CI."""

import re

import pytest

from tests.needs import IN_CI, need
from tests.test_house import ROOT


@pytest.fixture(autouse=True)
def not_in_ci(monkeypatch):
    for name in IN_CI:
        monkeypatch.delenv(name, raising=False)


def test_nothing_happens_when_nothing_is_missing():
    need(None)
    need("")


def test_what_is_missing_skips_a_test_with_the_reason():
    with pytest.raises(pytest.skip.Exception, match="Chromium is not installed"):
        need("Chromium is not installed")


@pytest.mark.parametrize("name", IN_CI)
def test_what_is_missing_fails_a_test_in_ci(monkeypatch, name):
    monkeypatch.setenv(name, "True")
    with pytest.raises(pytest.fail.Exception, match="Chromium is not installed"):
        need("Chromium is not installed")


def test_no_test_of_browser_or_extension_skips_by_itself():
    for folder in ("extension", "end_to_end", "emulators/azure_devops/pages", "emulators/platform"):
        for path in (ROOT / "tests" / folder).rglob("*.py"):
            skips = re.findall(r"pytest\.skip\((.*)\)", path.read_text())
            assert not [one for one in skips if re.search("packages|Chromium|reason", one)], path
