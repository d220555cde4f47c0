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


def test_an_agent_without_an_address_of_its_model_is_shown_as_not_available(narrow):
    answer = narrow.app.http.get("/api/agents").raise_for_status().json()
    listed = {agent["agentType"]: agent for agent in answer["value"]}
    assert not listed["crush"]["available"]
    assert "MODEL_UPSTREAMS" in listed["crush"]["reason"]
    assert listed["claude"]["available"]
    assert listed["claude"]["reason"] == ""


def test_the_doctor_names_the_agents_that_cannot_be_used(narrow):
    checks = narrow.app.http.get("/api/doctor").json()["checks"]
    (agents_check,) = [check for check in checks if check["name"] == "agents"]
    assert agents_check["ok"]
    assert "unavailable: crush" in agents_check["message"]


def test_a_run_of_an_agent_without_an_address_of_its_model_ends_before_its_containers(narrow_case):
    run = narrow_case(agentType="crush").start().published_nothing("failed")
    assert "MODEL_UPSTREAMS" in run["reason"]
    assert "provisioning" not in run["phases"]
