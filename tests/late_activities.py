"""Execute every activity of an ended run once more, as a platform does whose worker died before it answered.

python -m tests.late_activities <settings.json> <run id>     prints what each activity answered
"""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Repeat the run's activities with the inputs that they had."""
    os.environ.update(json.loads(Path(sys.argv[1]).read_text())["Values"])
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"
    print(json.dumps(repeated(sys.argv[2])))


def repeated(run_id: str) -> dict[str, str]:
    """Return what each activity answered, by its name."""
    from activities import (
        add_to_pull_request,
        conclude_run,
        create_container_group,
        create_pull_request,
        delete_container_group,
        finish_run,
        observe_run,
        prepare_run,
        publish_change,
        report_run,
        suspend_run,
    )
    from autocoder import wire
    from autocoder.clients.connect import clients
    from autocoder.errors import AutocoderError
    from autocoder.models import (
        AgentResult,
        OpenedPullRequest,
        Plan,
        PullRequest,
        PullRequestInput,
        PushedBranch,
        Run,
        RunReport,
        RunRequest,
        Wait,
    )
    from autocoder.rounds import WholeRun

    request = wire.load(RunRequest, clients().blobs.get(WholeRun(run_id), "request.json"))
    run = Run(id=run_id, request=request, title="late", queued_at="2026-01-01T00:00:00Z")
    said: dict[str, str] = {}

    def call(module, value, *more):
        name = module.__name__.rpartition(".")[2]
        try:
            answer = getattr(module, name).run(value, *more)
        except AutocoderError as error:
            said[name] = f"{type(error).__name__}: {error}"
            return None
        said[name] = repr(answer)
        return answer

    started: list[str] = []
    call(observe_run, run_id)
    plan = wire.load(Plan, clients().blobs.get(run.current_round, "plan.json"))
    queued = {"status": "queued", "etag": 'W/"late"'}  # as it was observed before
    call(prepare_run, prepare_run.Begun(run=run), started.append)
    call(prepare_run, prepare_run.Begun(run=run, row=queued), started.append)
    call(create_container_group, create_container_group.Launch(plan=plan))
    call(create_container_group, create_container_group.Launch(plan=plan, row=queued))
    call(suspend_run, Wait(run=run, reason="late words", since="2026-01-01T00:00:00+00:00", minutes=1e9))
    result = wire.load(AgentResult, clients().blobs.get(run.current_round, "result.json"))
    call(publish_change, publish_change.PublishInput(plan=plan, result=result))
    pushed = PushedBranch(branch=plan.branch, commit="0" * 40, files=(), more_files=0)
    given = PullRequestInput(plan=plan, result=result, pushed=pushed)
    call(create_pull_request, given)
    row = clients().records.get(run_id)
    opened = PullRequest(id=row["pull_request_id"], url="https://x", pending={"late": "late words"})
    call(add_to_pull_request, OpenedPullRequest(given=given, pull_request=opened))
    publishing = {"status": "publishing", "etag": 'W/"late"'}
    report = RunReport(run=run, title="late", outcome="failed", reason="late words")
    call(conclude_run, conclude_run.Conclusion(report=report), started.append)
    call(conclude_run, conclude_run.Conclusion(report=report, row=publishing), started.append)
    call(report_run, report)
    call(delete_container_group, report)
    call(finish_run, report, started.append)
    said["started"] = repr(started)
    return said


if __name__ == "__main__":
    main()
