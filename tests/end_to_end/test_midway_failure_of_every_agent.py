"""Every agent's real program in the whole app, with a model that fails for good after the first edit."""

from dataclasses import replace

from emulators.ports import MODEL_PROVIDER
from tests.containers.agents.at_work import each_agent, needs_installation
from tests.end_to_end.conftest import case_on

STEPS = [
    {"write": "notes.txt", "content": "Hello\n"},
    {"write": "rest.txt", "content": "The rest\n"},
    {"say": "Done."},
]
MINUTES = 1  # the gateway waits for the model until 20 seconds before the end


@each_agent(quick=())
def test_the_draft_of_a_run_whose_model_failed_midway_is_completed_by_its_retry(agent, quick):
    needs_installation(agent)
    title = f"Fail midway with {agent}"
    with quick.client(MODEL_PROVIDER) as model:
        body = {"name": f"midway-{agent}", "match": title, "steps": STEPS}
        assert model.post("/_control/conversations", json=body).status_code == 201
        failure = {"failure": "overloaded", "after": 1, "times": 10_000}
        model.post("/_control/failures", json=failure).raise_for_status()
        try:
            case = case_on(quick, title=title, agentType=agent, budget={"minutes": MINUTES}).start()
            run = quick.finished(case.run_id, 180)
        finally:
            model.delete("/_control/failures")
    assert run["status"] in ("failed", "timed_out"), run
    assert run["cause"] == "overloaded"
    assert "overloaded" in run["reason"]
    (draft,) = case.pull_requests
    assert draft["isDraft"]

    answer = quick.app.http.post(f"/api/runs/{case.run_id}/retry")
    again = replace(case, run_id=answer.json()["id"])
    completed = again.ended(seconds=120)
    assert (completed["branch"], completed["pullRequestId"]) == (run["branch"], draft["pullRequestId"])
    (pull_request,) = again.pull_requests
    assert not pull_request["isDraft"]
    changed = quick.sample.git.difference("main", completed["branch"])
    assert "notes.txt" in changed
    assert "rest.txt" in changed
