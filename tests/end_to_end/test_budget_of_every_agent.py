"""Every agent's real program in the whole app, with a budget that is spent before the work is done."""

from emulators.platform.app_settings import PROJECT, REPOSITORY
from emulators.ports import MODEL_PROVIDER
from tests.containers.agents.at_work import each_agent, needs_installation
from tests.end_to_end.conftest import case_on

TURNS = 4
STEPS = [
    {"write": "notes.txt", "content": "Hello\n"},
    *({"run": f"ls -a . # {n}"} for n in range(12)),
    {"say": "Done."},
]


@each_agent(quick=())
def test_changes_made_before_the_budget_was_spent_are_offered_as_a_draft(agent, quick):
    needs_installation(agent)
    title = f"Spend the budget of {agent}"
    with quick.client(MODEL_PROVIDER) as model:
        body = {"name": f"budget-{agent}", "match": title, "steps": STEPS}
        assert model.post("/_control/conversations", json=body).status_code == 201
    case = case_on(quick, title=title, agentType=agent, budget={"turns": TURNS}).start()
    run = case.published_once("budget_spent", 120)
    assert run["usage"]["turns"] <= TURNS
    (pull_request,) = case.pull_requests
    shown = quick.person.pull_request(PROJECT, REPOSITORY, pull_request["pullRequestId"])
    assert shown["isDraft"]
