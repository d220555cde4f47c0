"""References in texts: `#12`, `!3` and the id of a run lead to their pages."""

import re

import httpx
import pytest

from emulators.azure_devops.pages.parts.references import References
from emulators.azure_devops.pages.parts.texts import markdown, rich

RUN = "zd2yucui4vloaetrwia7"
KNOWN = References(
    work_item=lambda number: f"/w/{number}" if number == "12" else None,
    pull_request=lambda number: f"/p/{number}" if number == "3" else None,
    run=lambda run_id: f"/r/{run_id}",
)


def links(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<a href="([^"]*)">([^<]*)</a>', html)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see #12.", [("/w/12", "#12")]),
        ("#12", [("/w/12", "#12")]),
        ("(#12) and !3", [("/w/12", "#12"), ("/p/3", "!3")]),
        ("**#12**", [("/w/12", "#12")]),
        ("#13 and !4 are not there", []),
        ("a#12 &#12; /#12 #12a ##12 x!3", []),
        ("`#12` and\n\n    #12 in code", []),
        ("[#12](https://example.com)", [("https://example.com", "#12")]),
        (f"Run {RUN}", [(f"/r/{RUN}", RUN)]),
        (f"4 s · run {RUN}", [(f"/r/{RUN}", RUN)]),
        (f"rerun {RUN}, {RUN}, run of internationalization, run documentationofthings", []),
        ("#9999999999 #" + "1" * 50, []),
    ],
)
def test_references_are_links_outside_code_and_links(text, found):
    assert links(markdown(text, KNOWN)) == found


def test_without_pages_to_lead_to_references_are_text():
    assert links(markdown(f"#12 !3 Run {RUN}")) == []


def test_references_in_html_are_links_too():
    assert links(rich("<p>#12 is <b>!3</b></p>", KNOWN, is_markdown=False)) == [
        ("/w/12", "#12"),
        ("/p/3", "!3"),
    ]


def test_link_definitions_of_markdown_still_work():
    assert links(markdown("[one] #12\n\n[one]: https://example.com", KNOWN)) == [
        ("https://example.com", "one"),
        ("/w/12", "#12"),
    ]


def test_headings_of_texts_are_below_those_of_the_page():
    assert re.findall(r"<h\d>", markdown("# a\n## b\n### c\n###### d\ne\n=\n")) == [
        "<h3>",
        "<h4>",
        "<h5>",
        "<h6>",
        "<h3>",
    ]


def test_pictures_that_were_attached_are_read_without_signing_in():
    guid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    path = f"/contoso/_workitems/attachments/{guid}"
    for address in (
        f"http://127.0.0.1:7072/contoso/_apis/wit/attachments/{guid}?fileName=a.png",
        f"http://localhost:7072/contoso/Fabrikam%20Fiber/_apis/wit/attachments/{guid}",
        f"/contoso/p/_apis/wit/attachments/{guid.upper()}",
    ):
        assert f'src="{path}"' in markdown(f"![a]({address})")
        assert links(markdown(f"[a]({address})")) == [(path, "a")]
    foreign = f"https://dev.azure.com/contoso/_apis/wit/attachments/{guid}"
    assert f'src="{foreign}"' in markdown(f"![a]({foreign})")
    assert "_workitems" not in markdown(f'`src="/contoso/_apis/wit/attachments/{guid}"`')


def test_pages_link_the_work_items_and_pull_requests_that_texts_name(ado):
    first = ado.create_work_item("Fabrikam Fiber", "Task", "First")
    second = ado.create_work_item(
        "Fabrikam Fiber", "Task", "Second", description=f"<p>Follows #{first['id']}</p>"
    )
    path = f"/contoso/Fabrikam%20Fiber/_workitems/edit/{first['id']}"
    page = httpx.get(f"{ado.url}/contoso/Fabrikam%20Fiber/_workitems/edit/{second['id']}").text
    assert (path, f"#{first['id']}") in links(page)


def test_a_work_item_is_found_without_its_project(ado):
    item = ado.create_work_item("Fabrikam Fiber", "Task", "First")
    answer = httpx.get(f"{ado.url}/contoso/_workitems/edit/{item['id']}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/contoso/Fabrikam%20Fiber/_workitems/edit/{item['id']}"
    assert httpx.get(f"{ado.url}/contoso/_workitems/edit/99999").status_code == 404
