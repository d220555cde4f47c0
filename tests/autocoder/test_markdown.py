import pytest

from autocoder.markdown import from_html, from_markdown, one_line


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
    ],
)
def test_leaves_out_what_a_reader_cannot_see_and_counts_it(hidden):
    seen = from_html(f"<p>Visible{hidden}</p>")
    assert "SECRET" not in seen.text
    assert seen.text.startswith("Visible")
    assert seen.hidden_parts == (0 if "value=" in hidden else 1)


def test_keeps_white_text_on_a_dark_ground():
    assert from_html('<span style="color:#fff;background-color:#000">shown</span>').text == "shown"


def test_takes_zero_width_and_direction_characters_out():
    seen = from_markdown("del\u200bete\u202e all\U000e0041")
    assert seen.text == "delete all"
    assert seen.hidden_parts == 1


def test_finds_the_images_of_both_formats():
    url = "https://dev.azure.com/contoso/_apis/wit/attachments/1?fileName=a.png"
    assert from_html(f'<img src="{url}" alt="a">').images == (url,)
    assert from_markdown(f"![a]({url} =300x)").images == (url,)


@pytest.mark.parametrize("nothing", [None, "", "<div><br></div>"])
def test_nothing_stays_nothing(nothing):
    assert from_html(nothing).text == ""


def test_an_unclosed_comment_hides_the_rest():
    assert from_markdown("shown <!-- hidden").text == "shown"


def test_a_title_becomes_one_line():
    assert one_line("  a\nb\x00\u200bc  ") == "a b c"
    assert len(one_line("x" * 10_000)) == 255
