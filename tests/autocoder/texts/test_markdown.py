import time

import pytest

from autocoder.texts.markdown import Visible, from_html, from_markdown, inert, one_line


def test_turns_a_description_into_markdown():
    seen = from_html("<div>Add <b>export</b>:<ul><li>CSV</li><li>JSON</li></ul></div><p>Soon.</p>")
    assert seen.text == "Add **export**:\n\n- CSV\n- JSON\n\nSoon."
    assert seen.hidden_parts == 0


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- SECRET -->",
        "<script>SECRET</script>",
        "<style>SECRET</style>",
        '<span style="display: none">SECRET</span>',
        '<p style="DISPLAY:NONE !important">SECRET</p>',
        '<span style="color:#fff">SECRET</span>',
        '<span style="color: white; background-color: #ffffff">SECRET</span>',
        '<font color="white">SECRET</font>',
        '<span style="color:#123;background:#123">SECRET</span>',
        '<span style="font-size:0px">SECRET</span>',
        '<span style="visibility:hidden">SECRET</span>',
        '<div style="position:absolute; left:-9999px">SECRET</div>',
        '<div style="opacity:0">SECRET</div>',
        "<div hidden>SECRET</div>",
        '<input type="hidden" value="SECRET">',
        "<![CDATA[ SECRET ]]>",
        "<![x SECRET>",
        "<!X SECRET>",
        "<? SECRET ?>",
    ],
)
def test_leaves_out_what_a_reader_cannot_see_and_counts_it(hidden):
    seen = from_html(f"<p>Visible{hidden}</p>")
    assert "SECRET" not in seen.text
    assert seen.text.startswith("Visible")
    assert seen.hidden_parts == (0 if "value=" in hidden else 1)


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display: none">SECRET</span>',
        '<DIV STYLE="opacity:.01"><b>SECRET</b> <br> SECRET</DIV>',
        '<span style="font-size:1px">SECRET</span>',
        '<font color="#fefefe">SECRET</font>',
        "<p hidden>\n\n```\nSECRET\n```\n\n</p>",
        "<script>if (1 < 2) SECRET</script>",
        "<![CDATA[ SECRET ]]>",
        "<!X SECRET>",
        "<? SECRET ?>",
        '<span style="display:none"/>SECRET',
        '`<span style="display:none">`SECRET',
        "[//]: # (SECRET)\nAfter",
        '[note]: <> "SECRET"',
    ],
)
def test_leaves_out_what_a_reader_of_markdown_cannot_see_and_counts_it(hidden):
    seen = from_markdown(f"**Visible**\n{hidden}\n")
    assert "SECRET" not in seen.text
    assert seen.text.startswith("**Visible**")
    assert ("After" in seen.text) == ("After" in hidden)
    assert seen.hidden_parts == 1


@pytest.mark.parametrize(
    "text",
    [
        "before\n\n```html\n<script>x</script><p hidden>shown as code</p>\n```\n\nafter <b>it</b>",
        "Use `List<String>` and a < b, [x]: y",
        '<span style="color:red">shown</span>',
        "[docs]: https://example.invalid/docs",
    ],
)
def test_keeps_what_a_reader_of_markdown_sees(text):
    assert from_markdown(text) == Visible(text)


def test_keeps_white_text_on_a_dark_ground():
    assert from_html('<span style="color:#fff;background-color:#000">shown</span>').text == "shown"


def test_takes_zero_width_and_direction_characters_out():
    seen = from_markdown("del\u200bete\u202e all\U000e0041")
    assert seen.text == "delete all"
    assert seen.hidden_parts == 1


def test_finds_the_images_of_both_formats():
    url = "https://dev.azure.com/contoso/_apis/wit/attachments/1?fileName=a.png"
    assert from_html(f'<img src="{url}" alt="a">').images == (url,)
    assert from_markdown(f"![a [b]]({url}) ![a]({url} =300x)").images == (url,)


def test_words_of_an_image_that_its_viewers_do_not_see_are_left_out():
    assert from_html('<img src="https://x/a.png" alt="SECRET" title="SECRET">').text == "![](https://x/a.png)"
    assert from_html('<a href="https://x/" title="SECRET">here</a>').text == "[here](https://x/)"
    assert from_markdown('![SECRET](https://x/a.png "SECRET")').text == "![](https://x/a.png)"


@pytest.mark.parametrize("nothing", [None, "", "<div><br></div>"])
def test_an_empty_text_stays_empty(nothing):
    assert from_html(nothing).text == ""


def test_an_unclosed_comment_hides_the_rest():
    assert from_markdown("shown <!-- hidden").text == "shown"


def test_a_title_becomes_one_line():
    assert one_line("  a\nb\x00\u200bc  ") == "a b c"
    assert len(one_line("x" * 10_000)) == 255


@pytest.mark.parametrize(
    "active",
    [
        "![a](https://x/?q=1)",
        "![a [b]](https://x/?q=1)",
        "![a]\n\n[a]: https://x/?q=1",
        "<img src=https://x/?q=1>",
        "<IMG\nalt='>'\nsrc=https://x>",
        "<img/src=https://x>",
        "<table background='https://x'>",
    ],
)
def test_inert_text_loads_nothing(active):
    shown = inert(f"before {active} after")
    assert "![" not in shown
    assert "<img" not in shown.lower()
    assert "<table" not in shown


@pytest.mark.parametrize(
    "text", ["`List<String>`", "a < b and c > d", "[a](https://x)", "Map<Key, Value>", "<b>x</b>"]
)
def test_inert_text_keeps_its_wording(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    "part",
    ["<a hidden ", '<a x="', "<p style=x ", "<!--", "<![", "<a/", "![", "<p hidden>", "```\n<p hidden>"],
)
@pytest.mark.parametrize("end", ["", ">", "'>", "-->"])
def test_a_text_made_to_be_slow_is_read_quickly(part, end):
    text, began = part * (60_000 // len(part)) + end, time.monotonic()
    from_html(text)
    from_markdown(text)
    inert(text[:20_000])
    assert time.monotonic() - began < 10  # seconds; a careless expression takes minutes


def test_elements_nested_too_deeply_become_plain_text():
    assert from_html("<b>" * 5_000 + "words").text == "words"
