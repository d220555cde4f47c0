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
        build_prompt,
        check_requester,
        claim_slot,
        conclude_run,
        create_container_group,
        create_pull_request,
        delete_container_group,
        fetch_work_item,
        finish_run,
        observe_run,
        publish_change,
        read_repository,
        report_phase,
        report_run,
        suspend_run,
    )
    from autocoder import wire
    from autocoder.clients.connect import clients
    from autocoder.errors import AutocoderError
    from autocoder.models import (
        AgentResult,
        Base,
        OpenedPullRequest,
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
    call(check_requester, run)
    call(claim_slot, run, started.append)
    for phase in ("queued", "preparing"):
        call(report_phase, report_phase.PhaseChange(run=run, phase=phase))
    item, repository = call(fetch_work_item, run), call(read_repository, run)
    content = clients().blobs.get(run.current_round, "result.json")
    base = json.loads(content)["baseCommit"]  # the branch may have moved since
    repository = repository.model_copy(update={"base": Base(branch=repository.target_branch, commit=base)})
    plan = call(build_prompt, build_prompt.PromptInput(run=run, work_item=item, repository=repository))
    call(create_container_group, plan)
    call(suspend_run, Wait(run=run, reason="late words", since="2026-01-01T00:00:00+00:00", minutes=1e9))
    result = wire.load(AgentResult, content)
    call(publish_change, publish_change.PublishInput(plan=plan, result=result))
    pushed = PushedBranch(branch=plan.branch, commit="0" * 40, files=(), more_files=0)
    given = PullRequestInput(plan=plan, result=result, pushed=pushed)
    call(create_pull_request, given)
    row = clients().records.get(run_id)
    opened = PullRequest(id=row["pull_request_id"], url="https://x", pending={"late": "late words"})
    call(add_to_pull_request, OpenedPullRequest(given=given, pull_request=opened))
    report = RunReport(run=run, title="late", outcome="failed", reason="late words")
    call(conclude_run, report, started.append)
    call(report_run, report)
    call(delete_container_group, report)
    call(finish_run, report, started.append)
    said["started"] = repr(started)
    return said


if __name__ == "__main__":
    main()
