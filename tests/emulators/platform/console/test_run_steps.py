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
    assert 'curl -sS -H "x-functions-key: $KEY" http://127.0.0.1:7071/api/runs/r1/log' in first
    assert [line.split()[-1] for line in first.splitlines()[-2:]] == ["queued", "preparing"]
    assert printed(steps, capsys) == ""
    app.answer = [run("running", "queued", "preparing", "running")]
    assert printed(steps, capsys).split()[1:] == ["running"]


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
