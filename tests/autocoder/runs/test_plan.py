from autocoder import models as m
from autocoder import wire
from autocoder.agents import CONTAINERS, load_agents
from autocoder.runs.plan import commit_message, plan_run
from tests.autocoder.reports.test_pull_request import PLAN
from tests.autocoder.requests.test_run_request import SETTINGS

RUN_ID = "a" * 20


def test_the_commit_names_run_and_requester():
    text = commit_message("Add\nexport", 7, RUN_ID, "Kim\nEvil: x", skip_ci=False)
    assert text == f"Add export (#7)\n\nAutocoder-Run: {RUN_ID}\nRequested-by: Kim Evil: x\n"


def test_the_commit_skips_ci_only_if_the_setting_says_so():
    assert "\n\n[skip ci]\n\n" in commit_message("Add export", 7, RUN_ID, "", skip_ci=True)
    assert "[skip ci]" not in commit_message("Add [skip ci]", 7, RUN_ID, "", skip_ci=False)


def test_a_plan_of_the_version_without_a_base_starts_from_the_target_branch():
    stored = wire.dump(PLAN)
    old = {
        name: value for name, value in stored["repository"].items() if name not in ("base", "targetCommit")
    }
    loaded = wire.load(m.Plan, {**stored, "repository": {**old, "baseCommit": "2" * 40}})
    assert loaded.base == m.Base(branch="main", commit="2" * 40)
    assert loaded.repository.target_commit == "2" * 40


def test_a_plan_of_a_version_that_did_not_say_which_it_was_is_read():
    stored = {name: value for name, value in wire.dump(PLAN).items() if name != "appVersion"}
    assert wire.load(m.Plan, stored).app_version == ""


def test_a_run_that_completes_a_draft_pushes_to_its_branch():
    known, settings = load_agents(CONTAINERS), SETTINGS
    base = m.Base(branch="autocoder/7-x-bbbbbb", commit="3" * 40, resumes="b" * 20)
    resumed = PLAN.repository.model_copy(update={"base": base})
    for repository, branch in ((PLAN.repository, "autocoder/7-a-title-aaaaaa"), (resumed, base.branch)):
        run = PLAN.run.model_copy(update={"title": "A title"})
        made = plan_run(run, None, repository, agent=known["claude"], images=(), settings=settings)
        assert (made.branch, made.secret) == (branch, "anthropic-api-key")


def test_a_plan_is_read_back_as_it_was_stored():
    start = m.Base(branch="feature/größe", commit="3" * 40)
    repository = PLAN.repository.model_copy(update={"base": start})
    plan = PLAN.model_copy(update={"repository": repository})
    assert wire.load(m.Plan, wire.dump(plan)) == plan
