import pytest

from emulators.platform import plan
from emulators.platform.plan import FLAGS, MAKE, REAL_MODEL_KEY, Plan, agent_file, real_model_key
from emulators.platform.processes import PlatformError
from emulators.platform.running import program_of
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, FUNCTIONS_HOST


@pytest.fixture
def without_bubblewrap(monkeypatch):
    monkeypatch.setenv(REAL_MODEL_KEY, "sk-of-a-person")
    monkeypatch.setattr(plan.shutil, "which", lambda _: None)


@pytest.mark.parametrize(("spelling", "way_out"), [(MAKE, "UNSAFE=1"), (FLAGS, "--unsafe")])
@pytest.mark.usefixtures("without_bubblewrap")
def test_a_real_model_without_a_sandbox_is_refused_with_the_way_out(spelling, way_out):
    with pytest.raises(PlatformError, match=f"needs bubblewrap[\\s\\S]*risk: {way_out}"):
        real_model_key(spelling, unsafe=False)
    assert real_model_key(spelling, unsafe=True) == "sk-of-a-person"


def test_a_real_model_needs_a_key(monkeypatch):
    monkeypatch.delenv(REAL_MODEL_KEY, raising=False)
    with pytest.raises(PlatformError, match=f"MODEL=real needs a key: set {REAL_MODEL_KEY}"):
        real_model_key(MAKE, unsafe=True)


@pytest.mark.parametrize(
    ("key", "unsafe", "is_forced"), [("k", False, True), ("k", True, False), (None, False, False)]
)
def test_containers_of_a_real_model_start_only_in_the_sandbox(tmp_path, key, unsafe, is_forced):
    command = program_of(Plan(tmp_path, model_key=key, unsafe=unsafe), AZURE_RESOURCE_MANAGER).command
    assert (" --isolation bubblewrap" in " ".join(command)) == is_forced


def test_the_pages_of_azure_devops_know_the_app_and_the_file_of_its_keys(tmp_path):
    plan = Plan(tmp_path, base_port=7500)
    command = " ".join(program_of(plan, AZURE_DEVOPS).command)
    assert f"--app-url http://127.0.0.1:7500 --app-keys {plan.keys_file}" in command


def test_pipelines_are_off_unless_asked_for_and_never_on_beside_a_sandbox(tmp_path):
    def command(plan):
        return program_of(plan, AZURE_DEVOPS).command

    assert "--pipelines" not in command(Plan(tmp_path))
    for allowed in (Plan(tmp_path), Plan(tmp_path, model_key="k", unsafe=True)):
        assert "--pipelines" in command(allowed.with_pipelines())
    with pytest.raises(PlatformError, match=r"without a sandbox[\s\S]*UNSAFE=1"):
        Plan(tmp_path, model_key="k", spelling=MAKE).with_pipelines()


def test_the_host_hands_its_hub_to_the_durable_extension_only_when_asked_to(tmp_path):
    def command(plan):
        return " ".join(program_of(plan, FUNCTIONS_HOST).command)

    assert "--durable-extension" not in command(Plan(tmp_path))
    given = Plan(tmp_path, durable_extension=tmp_path / "program")
    assert f" --durable-extension {tmp_path}/program" in command(given)


def test_an_unknown_agent_is_answered_with_the_list_of_agents():
    with pytest.raises(PlatformError, match=r"There is no agent '\.\./runner'. Agents are: claude, codex"):
        agent_file("../runner")
