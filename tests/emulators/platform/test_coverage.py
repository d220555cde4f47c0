from emulators.platform.coverage import COVERAGE, assembled, pages
from emulators.ports import OURS


def test_the_assembled_file_is_up_to_date():
    assert COVERAGE.read_text() == assembled(), "run `make docs`"


def test_the_tables_of_the_pages_are_up_to_date():
    for path, text in pages().items():
        assert path.read_text() == text, f"{path.name} is stale: run `make docs`"


def test_every_emulator_says_what_it_covers():
    written = {path.stem for path in (COVERAGE.parent / "coverage").glob("*.md")}
    assert {emulator.name for emulator in OURS} <= written
