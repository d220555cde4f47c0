"""The product and the emulators agree on providers and dialects; the emulators follow the vendors' pages."""

import json
import re
from typing import get_args

import pytest

from autocoder.agents import Agent
from autocoder.shared import providers as product
from emulators.model_provider import providers as emulated
from emulators.model_provider.script.turns import Answer, Question, Usage
from runner.gateway.allowed_calls import dialect_of, is_known, key_header, refusal
from runner.gateway.metering import AnswerReader, Call, Tokens

OPERATIONS = [(provider, operation) for provider in emulated.PROVIDERS for operation in provider.operations]
SERVED = [row for row in OPERATIONS if row[1].action != "none"]
GENERATING = [row for row in SERVED if row[1].action in ("generate", "stream")]
DIALECTS = {operation.dialect.name: operation.dialect for _, operation in GENERATING}
QUESTION = Question("a-model", False, (), "Do it", "Do it", (), size=400, fresh=40)
ANSWER = Answer("Done.", None, Usage(fresh=70, cached=20, output=30, cache_write=10))


def path_of(operation):
    """A path that fits the operation's template."""
    return re.sub(r"\{\w+(?::[^{}]*)?\}", "a-model", operation.path)


def names(rows):
    return [f"{provider.name} {operation.method} {operation.path}" for provider, operation in rows]


def test_both_sides_know_the_same_providers():
    known = {provider.name for provider in emulated.PROVIDERS}
    assert {entry.name for entry in product.PROVIDERS} == known == set(get_args(product.ProviderName))
    assert Agent.model_fields["provider"].annotation == product.ProviderName


def test_both_sides_know_the_same_dialects():
    assert {entry.name for entry in product.DIALECTS} == set(DIALECTS) == set(get_args(product.DialectName))


@pytest.mark.parametrize("provider", emulated.PROVIDERS, ids=lambda provider: provider.name)
def test_the_gateway_puts_the_key_where_the_provider_looks_for_it(provider):
    name, value = key_header(provider.name, "a-key")
    schemes = {header.lower(): scheme for header, scheme in provider.keys.items()}
    assert schemes[name.lower()] + "a-key" == value


@pytest.mark.parametrize(("provider", "operation"), GENERATING, ids=names(GENERATING))
def test_a_call_that_generates_is_counted_in_the_dialect_in_which_it_is_answered(provider, operation):
    assert dialect_of(operation.method, path_of(operation)).name == operation.dialect.name


@pytest.mark.parametrize(("provider", "operation"), SERVED, ids=names(SERVED))
def test_the_gateway_passes_on_every_call_that_the_provider_serves(provider, operation):
    assert is_known(operation.method, path_of(operation))


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_the_gateway_counts_the_tokens_that_the_provider_bills(name):
    entry = next(entry for entry in product.DIALECTS if entry.name == name)
    reading = AnswerReader(Call(entry), streamed=False)
    reading.feed(json.dumps(DIALECTS[name].whole(QUESTION, ANSWER)).encode())
    counted, usage = reading.close(), ANSWER.usage
    assert counted.input + counted.cached + counted.written == usage.input
    assert (counted.cached, counted.output) == (usage.cached, usage.output)
    assert counted != Tokens()


@pytest.mark.parametrize("provider", emulated.PROVIDERS, ids=lambda provider: provider.name)
def test_a_refusal_of_the_gateway_has_the_fields_of_the_providers_own(provider):
    ours = json.loads(refusal(None, provider.name, 404, "No such call."))
    theirs = provider.error(emulated.refusal_of(404))
    assert set(ours) <= set(theirs)
    for name, value in theirs.items():
        if isinstance(value, dict):
            assert set(value) <= set(ours[name])
    assert ours.get("error", ours)["message"] == "No such call."
