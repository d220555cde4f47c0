import pytest

from autocoder.texts.utf16_length import cut, length


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("é…", 2), ("🚀", 2), ("👩\u200d👧", 5)])
def test_counts_utf_16_code_units(text, units):
    assert length(text) == units == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("longest", "kept"), [(0, ""), (1, "a"), (2, "a"), (3, "a🚀"), (4, "a🚀b"), (9, "a🚀b")]
)
def test_cuts_between_characters(longest, kept):
    assert cut("a🚀b", longest) == kept
