from emulators.platform.coverage import COVERAGE, assembled
from emulators.ports import OURS


def test_the_assembled_file_is_up_to_date():
    assert COVERAGE.read_text() == assembled(), "run `make docs`"


def test_every_emulator_says_what_it_covers():
    written = {path.stem for path in (COVERAGE.parent / "coverage").glob("*.md")}
    assert {emulator.name for emulator in OURS} <= written
