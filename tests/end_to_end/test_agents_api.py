"""`GET /api/agents` and the prompt templates, over the running app."""

from autocoder.agents import agents


def test_lists_every_agent_with_its_models_and_whether_its_secret_is_there(quick):
    answer = quick.app.http.get("/api/agents").raise_for_status().json()
    listed = {agent["agentType"]: agent for agent in answer["value"]}
    assert set(agents()) <= set(listed)
    assert listed["claude"]["available"]
    assert all(agent["defaultModel"] for agent in listed.values())
    assert answer["default"] in listed


def test_a_folder_that_was_added_is_an_agent_like_the_others(quick):
    answer = quick.app.http.get("/api/agents").raise_for_status().json()
    assert "quick" in {agent["agentType"] for agent in answer["value"]}


def test_a_template_that_does_not_exist_ends_the_run_and_names_those_that_do(case):
    run = case(template="nope").start().published_nothing("failed")
    assert "dependency-upgrade" in run["reason"]


def test_an_agent_that_does_not_exist_is_refused(quick):
    answer = quick.post_run({"userPrompt": "x", "project": "Fabrikam", "agentType": "hal"})
    assert answer.status_code == 400
    assert "agentType" in answer.text
