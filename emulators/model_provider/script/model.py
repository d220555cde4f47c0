"""The scripted model: a stateless function from a question to an answer.

The number of tool results in the question is the index of the next step.
https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview
"""

import json
import re
from collections.abc import Iterable

from emulators.model_provider.script.conversations import Conversation, Step, choose
from emulators.model_provider.script.tools import call_for, instance_of, working_directory
from emulators.model_provider.script.turns import Answer, Question, ToolCall, Usage, tokens

NO_CONVERSATION = "I have no conversation for this prompt."
NO_MORE = "That is all."
TITLE = "A small change"


def next_step(question: Question, conversations: Iterable[Conversation]) -> tuple[Step, Usage | None]:
    """Return the next step with its texts filled in, and the token counts if they are fixed."""
    if not question.tools:
        return Step(say=_plain_answer(question)), None
    conversation, names = choose(conversations, question.prompt)
    if conversation is None or names is None:
        return Step(say=NO_CONVERSATION), None
    places = {**names, "cwd": working_directory(question.context)}
    done, steps = len(question.results), conversation.steps
    fixed = (
        Usage(**{"fresh": 0, "cached": 0, "output": 0, **conversation.usage}) if conversation.usage else None
    )
    if 0 < done <= len(steps):
        disappointment = _unexpected_result(steps[done - 1].filled(places), question)
        if disappointment:
            return Step(say=disappointment), fixed
    return (steps[done] if done < len(steps) else Step(say=NO_MORE)).filled(places), fixed


def answer(question: Question, step: Step, fixed: Usage | None) -> Answer:
    """Return *step* as the answer to *question*."""
    text, call = step.say or step.note, None
    if step.say is None:
        call = call_for(step, question.tools, working_directory(question.context))
        if call is None:
            offered = ", ".join(tool.name for tool in question.tools)
            text = f"I cannot {step.action} with the tools I have: {offered}."
    return Answer(text, call, fixed or _usage(question, text, call))


def _unexpected_result(step: Step, question: Question) -> str:
    """Return the final text if the newest result is not what *step* expected, otherwise ""."""
    result = question.results[-1]
    if not result.failed and re.search(step.expect, result.text):
        return ""
    return f"I stopped: `{step.action}` did not give what I expected.\n\n```\n{result.text[-2000:]}\n```"


def _plain_answer(question: Question) -> str:
    """Return the answer to a side question of the agent, such as a title: text, or JSON of its schema."""
    schema = question.answer_schema
    return TITLE if schema is None else json.dumps(instance_of(schema))


def _usage(question: Question, text: str, call: ToolCall | None) -> Usage:
    said = len(text) + (len(json.dumps(call.arguments)) if call else 0)
    cached = tokens(question.size - question.fresh) if question.results else 0
    fresh = tokens(question.fresh if question.results else question.size)
    return Usage(fresh=fresh, cached=cached, output=tokens(said))
