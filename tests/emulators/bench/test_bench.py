import subprocess

import pytest

from autocoder.agents import load_agents
from emulators.bench import aims, report
from emulators.bench.__main__ import main
from emulators.bench.agent import PATIENT, QUICK, make_app
from emulators.bench.answers import Answers
from emulators.bench.cost import Cost
from emulators.bench.crowd import Crowd
from emulators.bench.history import Length
from emulators.bench.repositories import Contents, stream
from emulators.bench.runs import Comparison

COST = Cost(30, 8, 11, 2, 4, 40, 0.15, 0.1)


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


def test_a_ratio_of_medians_stands_beside_its_aim():
    rows = report.comparison("10 files", Comparison((9.0, 4.0, 5.0), (1.0, 2.0, 1.0)), aims.RATIO)
    assert (rows[-1].value, rows[-1].target, rows[-1].is_met) == ("5.00", "at most 4, better 3", False)
    assert "MISSED" in report.table(rows)


def test_a_history_that_grows_with_the_looks_misses_the_aim():
    same, other = Length(1, 17, 5), Length(10, 18, 32)
    assert report.history_rows([same, same])[-1].is_met
    assert not report.history_rows([same, other])[-1].is_met


def test_every_counted_figure_stands_beside_its_aim_except_the_cpu_of_azurite():
    cost = Cost(30, 8, 12, 2, 4, 41, 0.15, 0.1)
    rows = report.cost_rows("a quiet run", cost)
    assert [row.is_met for row in rows] == [True, False, True, False, True, None]
    assert rows[0].value == "30 and 8 by the containers"


def test_failed_runs_miss_the_aim():
    crowd = Crowd(100, 40.0, ("r: failed: no reason",), COST, {"azurite": (100.0, 120.0)})
    judged = {row.what: row.is_met for row in report.crowd_rows(crowd)}
    assert judged[aims.MAKESPAN.what]
    assert judged["failures"] is False
    assert judged["memory of azurite"] is None


def test_the_makespan_of_another_number_of_runs_has_no_aim():
    judged = [row.is_met for row in report.sleeper_rows(Crowd(5, 400.0, (), COST, {}))]
    assert judged == [None, True]


def test_fast_answers_miss_the_aim_if_one_of_them_started_nothing():
    fast, refused = Answers((0.01,) * 100, {}), Answers((0.01,) * 100, {"429 queue_full": 1})
    judged = [report.answer_rows(aims.HOOKS, held_back, fast)[0].is_met for held_back in (fast, refused)]
    assert judged == [True, False]


def test_answers_on_the_durable_extension_have_no_aim():
    fast = Answers((0.01,) * 100, {})
    held_back, carried = report.extension_answer_rows(fast, Answers((0.02,) * 100, {"500": 1}))
    assert (held_back.value, held_back.is_met) == ("p50 10.0 ms, p99 10.0 ms of 100", None)
    assert (carried.value, carried.is_met) == ("p50 20.0 ms, p99 20.0 ms of 100, 1 500", None)


def test_the_p99_is_what_one_answer_in_a_hundred_takes_longer_than():
    answers = Answers(tuple(n / 1000 for n in range(1001)), {})
    assert answers.percentile(50) == pytest.approx(0.5)
    assert answers.percentile(99) == pytest.approx(0.99)


def test_every_part_with_an_aim_can_be_selected():
    named = {part for aim in aims.AIMS for part in aim.parts}
    assert named <= aims.PARTS.keys()


def test_names_the_parts_that_can_be_measured(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "runs" in capsys.readouterr().err


@pytest.mark.slow
def test_measures_with_a_platform_in_a_folder_of_its_own(tmp_path, capsys):
    assert main(["--only", "import,gateway", "--state", str(tmp_path / "state")]) == 0
    told = capsys.readouterr().out
    assert aims.IMPORT.what in told
    assert "gateway" in told
