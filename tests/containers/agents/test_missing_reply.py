"""The first test of a new agent reports the tools that the scripted model does not know."""

from emulators.model_provider.script.conversations import Step
from emulators.model_provider.script.model import answer
from emulators.model_provider.script.turns import Question, Tool
from tests.containers.agents.at_work import missing_reply


def said(step, *tools):
    """What the scripted model answers instead of *step* when these are the tools it may call."""
    asked = Question("m", False, tuple(Tool(name) for name in tools), "", "", (), 0, 0)
    return answer(asked, step, None).text


def test_names_the_step_and_the_tools_that_were_offered():
    log = said(Step(write="notes.txt", content="Hello"), "frob", "nicate_file")
    told = missing_reply("newcomer", f'{{"type": "result", "result": "{log}"}}')
    assert "no reply for newcomer: it cannot write" in told
    assert "(frob, nicate_file)" in told
    assert "emulators/model_provider/script/tools.py" in told


def test_reports_nothing_about_an_agent_whose_tools_are_known():
    assert missing_reply("newcomer", "I wrote notes.txt.") == ""
