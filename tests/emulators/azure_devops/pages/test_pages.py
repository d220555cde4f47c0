"""Pages show the state of the organisation, and no text in it becomes markup."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from emulators.azure_devops.pages.forms.origin import FORM_TOKEN
from emulators.azure_devops.pages.parts.html import Html, join, link, tag
from tests.emulators.azure_devops.conftest import commit, git, with_pat

PROJECT = "Fabrikam Fiber"
EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>"><svg/onload=alert(3)>'


class Tags(HTMLParser):
    """The elements and attributes of a page, as parsed."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.tokens: list[str] = []

    def handle_starttag(self, name, attributes):
        self.names.add(name)
        self.attributes += attributes
        found = dict(attributes)
        if name == "form":
            self.forms.append(found)
        if name == "input" and found["name"] == "token":
            self.tokens.append(found["value"])


def assert_harmless(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert not tags.names & {"script", "iframe", "svg", "object", "embed", "base", "link"}
    assert all(form["method"] == "post" and form["action"].startswith("/contoso/") for form in tags.forms)
    assert len(tags.tokens) == len(tags.forms)
    assert set(tags.tokens) <= {FORM_TOKEN}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert not [
        v
        for name, v in tags.attributes
        if name in ("href", "src") and re.match(r"\s*(javascript|data):", v or "")
    ]


@pytest.fixture(scope="module")
def pull(ado, tmp_path_factory) -> dict:
    """A linked work item and pull request whose texts are all hostile."""
    folder = tmp_path_factory.mktemp("repository")
    git("init", "-q", "-b", "main", cwd=folder)
    commit(folder, "README.md", f"# Read me\n\n{EVIL}\n")
    ado.import_repository(PROJECT, "pages & more", folder)
    git("checkout", "-q", "-b", "topic", cwd=folder)
    commit(folder, "app.html", f"one\n{EVIL}\n", f"Change {EVIL}")
    git("push", "-q", with_pat(ado.clone_url(PROJECT, "pages & more"), ado.pat), "topic", cwd=folder)
    item = ado.create_work_item(
        PROJECT, "Bug", f"Crash {EVIL}", tags="autocoder; <b>",
        Microsoft__VSTS__TCM__ReproSteps=f"<p>Do <b>this</b></p>{EVIL}",
        System__Description='<a href="javascript:alert(4)">x</a><ol><li>first</li></ol>',
    )  # fmt: skip
    ado.add_comment(PROJECT, item["id"], f"<i>Said</i> {EVIL}")
    pull = ado.create_pull_request(
        PROJECT, "pages & more", sourceRefName="refs/heads/topic", targetRefName="refs/heads/main",
        title=f"Fix {EVIL}", workItemRefs=[{"id": str(item["id"])}], isDraft=True,
        labels=[{"name": "ai-generated"}],
        description=f"## Summary\n\n[bad](javascript:alert(5)) {EVIL}\n\n|a|b|\n|-|-|\n|pytest|ok|\n",
    )  # fmt: skip
    ado._send("POST", f"{pull['url']}/threads", {"comments": [{"content": f"**Why** {EVIL}"}], "status": 1})
    status = {"state": "succeeded", "context": {"name": "verify"}, "targetUrl": "javascript:alert(6)"}
    ado._send("POST", f"{pull['url']}/statuses", status)
    return {**pull, "item": item["id"]}


def get(ado, path: str) -> str:
    answer = httpx.get(f"{ado.url}{path}")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert_harmless(answer.text)
    return answer.text


def test_the_page_of_a_work_item_shows_texts_tags_comments_and_the_pull_request(ado, pull):
    page = get(ado, f"/contoso/Fabrikam%20Fiber/_workitems/edit/{pull['item']}")
    assert "<strong>this</strong>" in page
    assert "<li>first</li>" in page
    assert "<em>Said</em>" in page
    assert '<span>autocoder</span><button type="submit" title="Remove tag autocoder"' in page
    assert f"_git/pages%20%26%20more/pullrequest/{pull['pullRequestId']}" in page


def test_the_page_of_a_pull_request_shows_everything_of_it(ado, pull):
    page = get(ado, f"/contoso/Fabrikam%20Fiber/_git/pages%20%26%20more/pullrequest/{pull['pullRequestId']}")
    assert "<h4>Summary</h4>" in page
    assert "<td>pytest</td>" in page
    assert ">Draft</span>" in page
    assert "ai-generated" in page
    assert "<strong>Why</strong>" in page
    assert f"_workitems/edit/{pull['item']}" in page
    assert '<tr class="added">' in page
    assert "succeeded" in page


def test_the_page_of_a_repository_shows_files_branches_and_pull_requests(ado, pull):
    page = get(ado, "/contoso/Fabrikam%20Fiber/_git/pages%20%26%20more")
    assert "README.md" in page
    assert "topic" in page
    file = get(ado, "/contoso/Fabrikam%20Fiber/_git/pages%20%26%20more?path=README.md&version=GBmain")
    assert "<h3>Read me</h3>" in file


@pytest.mark.parametrize("path", ["/", "/contoso", "/contoso/Fabrikam%20Fiber"])
def test_lists_lead_to_everything(ado, pull, path):
    page = get(ado, path)
    assert f"_workitems/edit/{pull['item']}" in page
    assert f"pullrequest/{pull['pullRequestId']}" in page


def test_a_page_is_one_file(ado, pull):
    page = get(ado, f"/contoso/Fabrikam%20Fiber/_git/pages%20%26%20more/pullrequest/{pull['pullRequestId']}")
    assert "<link" not in page
    assert "@import" not in page
    assert "url(" not in page.partition("</style>")[0]


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/contoso/Nowhere", "/contoso/Fabrikam%20Fiber/_workitems/edit/99999", "/contoso/_git/x",
     "/contoso/Fabrikam%20Fiber/_git/pages%20%26%20more/pullrequest/999",
     "/contoso/Fabrikam%20Fiber/_workitems/edit/<x>",
     "/contoso/Fabrikam%20Fiber/_git/pages%20%26%20more?path=../../../etc/passwd", "/a/b/c/d"],
)  # fmt: skip
def test_missing_objects_are_a_page_with_404(ado, pull, path):
    answer = httpx.get(f"{ado.url}{path}")
    assert answer.status_code == 404
    assert_harmless(answer.text)


def test_text_is_escaped_and_only_web_addresses_are_linked():
    assert tag("p", "<b>", title='"') == '<p title="&quot;">&lt;b&gt;</p>'
    assert join("a", None, ["<", Html("<br>")]) == "a&lt;<br>"
    assert link("x", "javascript:alert(1)") == "x"
    assert link("x", "//example.com") == "x"
