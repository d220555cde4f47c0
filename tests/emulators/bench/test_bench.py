import subprocess

import pytest

from autocoder.agents import load_agents
from emulators.bench import report
from emulators.bench.__main__ import main
from emulators.bench.agent import PATIENT, QUICK, make_app
from emulators.bench.history import Length
from emulators.bench.repositories import Contents, stream
from emulators.bench.runs import Comparison, Crowd


def git(folder, *arguments, **options):
    return subprocess.run(
        ["git", "-C", folder, *arguments], check=True, capture_output=True, **options
    ).stdout


def test_a_repository_has_its_files_and_a_history_that_is_gone(tmp_path):
    contents = Contents("small", files=3, file_bytes=100, history_bytes=2_000_000)
    git(tmp_path, "init", "--bare", ".")
    git(tmp_path, "fast-import", "--quiet", "--done", input=b"".join(stream(contents)))
    assert len(git(tmp_path, "ls-tree", "-r", "main").splitlines()) == 3
    assert git(tmp_path, "rev-list", "--count", "main") == b"3\n"
    assert int(git(tmp_path, "count-objects").split(b" objects, ")[1].split()[0]) > 1_900  # KiB


def test_the_app_has_its_own_agents_and_those_of_the_bench(tmp_path):
    images = make_app(tmp_path)
    assert {QUICK, PATIENT, "claude"} <= load_agents(tmp_path / "containers").keys()
    assert (tmp_path / "function_app.py").is_file()
    assert images.is_file()


def test_a_ratio_of_medians_stands_beside_its_target():
    rows = report.comparison("10 files", Comparison((9.0, 4.0, 5.0), (1.0, 2.0, 1.0)), 4, 3)
    assert (rows[-1].value, rows[-1].is_met) == ("5.00", False)
    assert "MISSED" in report.table(rows)


def test_histories_of_different_length_miss_the_target():
    same, other = Length(1, 17, 5), Length(10, 18, 32)
    assert report.history_rows([same, same])[-1].is_met
    assert not report.history_rows([same, other])[-1].is_met


def test_failed_runs_miss_the_target():
    rows = report.crowd_rows(Crowd(50, 12.0, ("r: failed",), {"azurite": (100.0, 120.0)}))
    assert [row.is_met for row in rows] == [None, False, None]


def test_names_the_parts_that_can_be_measured(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "runs" in capsys.readouterr().err


@pytest.mark.slow
def test_measures_with_a_platform_in_a_folder_of_its_own(tmp_path, capsys):
    assert main(["--only", "import,gateway", "--state", str(tmp_path / "state")]) == 0
    told = capsys.readouterr().out
    assert "import function_app" in told
    assert "gateway" in told
