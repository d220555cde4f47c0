"""JSON from outside."""

import pytest

from autocoder.shared.json_text import NestedTooDeeplyError, parse_json


def test_reads_text_and_bytes():
    assert parse_json('{"a": [1]}') == parse_json(b'{"a": [1]}') == {"a": [1]}


@pytest.mark.parametrize("text", ["", "{", "[1,]", b"\xff"])
def test_what_is_not_json_is_a_value_error(text):
    with pytest.raises(ValueError):
        parse_json(text)


@pytest.mark.parametrize("level", ["[", '{"a":'])
def test_nesting_has_an_error_of_its_own(level):
    with pytest.raises(NestedTooDeeplyError):
        parse_json(level * 100_000)
