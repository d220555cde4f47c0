"""What `make run` prints of the app's runs, with an app that answers from a list."""

from emulators.platform.console.run_steps import RunSteps
from emulators.platform.processes import PlatformError


class App:
    url = "http://127.0.0.1:7071"

    def __init__(self, *runs):
        self.answer = list(runs)

    def runs(self, **_):
        if isinstance(self.answer, PlatformError):
            raise self.answer
        return self.answer


def run(status, *phases, **fields):
    times = {phase: f"2026-01-01T10:00:0{number}Z" for number, phase in enumerate(phases)}
    return {"id": "r1", "status": status, "workItemId": 7, "phases": times, **fields}


def printed(steps, capsys):
    steps.print_new()
    return capsys.readouterr().out


def test_each_step_is_printed_once_and_the_first_one_says_how_to_follow(capsys):
    app = App()
    steps = RunSteps(app)
    app.answer = [run("preparing", "queued", "preparing")]
    first = printed(steps, capsys)
    assert "Run r1: work item 7" in first
    assert """-H "x-functions-key: $KEY" http://127.0.0.1:7071/api/runs/r1/log""" in first
    assert [line.split()[-1] for line in first.splitlines()[-2:]] == ["queued", "preparing"]
    assert printed(steps, capsys) == ""
    app.answer = [run("running", "queued", "preparing", "running")]
    assert printed(steps, capsys).split()[1:] == ["run", "r1", "running"]


def test_the_lines_of_two_runs_say_which_run_they_belong_to(capsys):
    app = App()
    steps = RunSteps(app)
    app.answer = [run("queued", "queued", id="r2"), run("running", "queued", "running")]
    lines = [line.split() for line in printed(steps, capsys).splitlines() if line.startswith("  1")]
    assert [line[2:] for line in lines] == [["r1", "queued"], ["r1", "running"], ["r2", "queued"]]


def test_a_run_from_before_the_start_that_goes_on_is_introduced(capsys):
    app = App(run("running", "queued", "running"))
    steps = RunSteps(app)
    app.answer = [run("interrupted", "queued", "running", endedAt="2026-01-01T10:00:09Z")]
    shown = printed(steps, capsys)
    assert "Run r1: work item 7" in shown
    assert shown.rstrip().endswith("interrupted")
    assert "queued" not in shown


def test_the_end_of_a_run_says_why_and_where_its_result_is(capsys):
    app = App()
    steps = RunSteps(app)
    reason = "Work item 7 does not exist."
    app.answer = [run("failed", "queued", endedAt="2026-01-01T10:00:09Z", reason=reason)]
    assert printed(steps, capsys).rstrip().endswith(f"failed\n            {reason}")


def test_runs_of_an_earlier_start_are_not_printed(capsys):
    app = App(run("completed", "queued"))
    assert printed(RunSteps(app), capsys) == ""


def test_an_app_that_starts_again_is_waited_for(capsys):
    app = App()
    steps = RunSteps(app)
    app.answer = PlatformError("The app: GET /api/runs: HTTP 503")
    assert printed(steps, capsys) == ""
