from pathlib import Path

import pytest

from autocoder.agents import AgentError, all_leftovers, load_agent, load_agents
from autocoder.changes.protected import policy_rules
from autocoder.models import RepositorySettings
from autocoder.shared.policy import REGULAR, Change, Rules, judge

CONTAINERS = Path(__file__).parents[2] / "containers"
MINIMAL = """
name = "Mine"
image = "autocoder/mine"
secret = "mine-key"
provider = "openai"
upstream = "https://models.example.com"
default_model = "m-1"

[cli]
package = "mine-cli"
base_url = "MINE_URL"
system_prompt = "--system"
retries = "MINE_RETRIES"
"""


def folder_of(tmp_path: Path, text: str, name: str = "mine") -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "agent.toml").write_text(text, encoding="utf-8")
    return folder


def test_finds_every_folder_that_has_an_agent_file():
    with_file = {file.parent.name for file in CONTAINERS.glob("*/agent.toml")}
    assert set(load_agents(CONTAINERS)) == with_file
    assert "claude" in with_file
    assert not with_file & {"base", "runner"}


def test_adding_a_folder_adds_an_agent(tmp_path):
    folder_of(tmp_path, MINIMAL)
    (tmp_path / "runner").mkdir()
    agents = load_agents(tmp_path)
    assert list(agents) == ["mine"]
    assert agents["mine"].type == "mine"
    assert agents["mine"].run == "run.sh"


def test_takes_the_version_from_package_json(tmp_path):
    folder = folder_of(tmp_path, MINIMAL)
    (folder / "package.json").write_text('{"dependencies": {"mine-cli": "1.2.3"}}')
    assert load_agent(folder).cli.version == "1.2.3"


def test_lists_every_wrong_field_of_every_folder(tmp_path):
    text = MINIMAL.replace('provider = "openai"', 'provider = "acme"\ncolour = "red"')
    folder_of(tmp_path, text.replace('secret = "mine-key"\n', ""))
    folder_of(tmp_path, "name = ", "broken")
    with pytest.raises(AgentError) as raised:
        load_agents(tmp_path)
    lines = str(raised.value).splitlines()
    assert any(line.startswith("broken/agent.toml: ") for line in lines)
    for field in ("provider", "colour", "secret"):
        assert any(line.startswith(f"mine/agent.toml: {field}: ") for line in lines)


def test_refuses_a_default_model_that_it_does_not_suggest(tmp_path):
    folder = folder_of(
        tmp_path, MINIMAL.replace('default_model = "m-1"', 'default_model = "x"\nmodels = ["y"]')
    )
    with pytest.raises(AgentError, match="default_model x is not one of models"):
        load_agent(folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image", "registry.example.com/Mine:latest"),
        ("secret", "name with spaces"),
        ("upstream", "https://user:word@models.example.com"),
        ("upstream", "file:///etc/passwd"),
    ],
)
def test_refuses_values_that_could_mean_something_else(tmp_path, field, value):
    lines = [f'{field} = "{value}"' if line.startswith(field) else line for line in MINIMAL.splitlines()]
    with pytest.raises(AgentError, match=rf"mine/agent.toml: {field}"):
        load_agent(folder_of(tmp_path, "\n".join(lines)))


def test_refuses_a_folder_name_that_is_not_a_valid_type(tmp_path):
    with pytest.raises(AgentError, match="type"):
        load_agent(folder_of(tmp_path, MINIMAL, "My Agent"))


def test_reports_a_folder_without_agents(tmp_path):
    with pytest.raises(AgentError, match="no folder with"):
        load_agents(tmp_path)


def test_the_first_matching_price_applies(tmp_path):
    rows = (("m-1-mini*", 1, 2), ("m-1*", 3, 4))
    prices = "".join(f'[[prices]]\nmodel = "{m}"\ninput = {i}\noutput = {o}\n' for m, i, o in rows)
    agent = load_agent(folder_of(tmp_path, MINIMAL + prices))
    assert agent.price("m-1-mini-2").input == 1
    assert agent.price("m-1").input == 3
    assert agent.price("other") is None


def test_gives_the_containers_model_and_upstream_of_the_run(tmp_path):
    agent = load_agent(folder_of(tmp_path, MINIMAL))
    assert agent.for_run().model == "m-1"
    run = agent.for_run("m-2", "http://127.0.0.1:7076")
    assert (run.type, run.model, run.upstream) == ("mine", "m-2", "http://127.0.0.1:7076")


def test_an_agent_whose_provider_has_many_addresses_needs_one_in_the_settings(tmp_path):
    text = MINIMAL.replace('"https://models.example.com"', '""')
    agent = load_agent(folder_of(tmp_path, text))
    assert "MODEL_UPSTREAMS" in agent.missing_upstream({"azure": "https://contoso.openai.azure.com"})
    assert agent.missing_upstream({"openai": "https://models.example.com"}) == ""


def test_an_agent_with_its_own_address_needs_none_in_the_settings(tmp_path):
    assert load_agent(folder_of(tmp_path, MINIMAL)).missing_upstream({}) == ""


CONFIGURATION = [
    ".claude/settings.json",
    ".mcp.json",
    ".codex/config.toml",
    ".copilot/mcp-config.json",
    ".gemini/settings.json",
    "GEMINI.md",
    ".opencode/plugin/evil.ts",
    "opencode.json",
    ".crush/x",
    "crush.json",
    ".crush.json",
    "sub/.claude/settings.json",
]


@pytest.mark.parametrize("path", CONFIGURATION)
def test_the_configuration_of_every_agent_is_withheld_whichever_agent_ran(path):
    known = load_agents(CONTAINERS).values()
    policy = policy_rules(RepositorySettings(), known).model_dump(by_alias=True)
    rules = Rules.of(policy, all_leftovers(known))
    for change in (Change(path, "added", None, REGULAR), Change(path, "modified", REGULAR, REGULAR)):
        assert [verdict.action for verdict in judge([change], rules)] in (["drop"], ["withhold"])


def test_a_team_may_let_the_configuration_of_agents_pass():
    known = load_agents(CONTAINERS).values()
    team = RepositorySettings(allowed=(".claude/", ".mcp.json"))
    rules = Rules.of(policy_rules(team, known).model_dump(by_alias=True), all_leftovers(known))
    changes = [Change(path, "added", None, REGULAR) for path in (".claude/settings.json", ".mcp.json")]
    assert judge(changes, rules) == ()
    assert judge([Change(".crush/x", "added", None, REGULAR)], rules)


def test_the_folders_of_an_agents_leftovers_are_protected_as_its_configuration(tmp_path):
    text = 'leftovers = ["*.tmp.*", ".mine/**"]\nconfiguration = ["mine.json"]\n' + MINIMAL
    assert load_agent(folder_of(tmp_path, text)).protected == (".mine/", "mine.json")
