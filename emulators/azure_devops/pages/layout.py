"""How every page looks: one file, styles inside, no scripts, nothing fetched but the pictures of texts."""

from pathlib import Path

from aiohttp import web

from emulators.azure_devops.pages.html import Child, Html, join, link, tag

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
STYLE = Path(__file__).with_name("style.css").read_text()


def page(title: str, trail: list[tuple[str, str]], *content: Child) -> web.Response:
    """Return a whole page; *trail* leads to it: names and addresses from the top."""
    steps: list[Child] = [link(tag("b", "Azure DevOps"), "/")]
    for name, address in trail:
        steps += [" / ", link(name, address)]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    body = tag("body", tag("header", steps), tag("main", *content))
    html = join(Html("<!DOCTYPE html>"), tag("html", head, body, lang="en"))
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)


def facts(rows: list[tuple[str, Child]]) -> Html:
    """Return names with their values; those without a value are left out."""
    shown = [tag("tr", tag("th", name), tag("td", value)) for name, value in rows if value]
    return tag("table", shown, class_="facts")


def table(heads: list[str], rows: list[list[Child]], empty: str) -> Html:
    """Return a table, or the words *empty* when it would have no rows."""
    if not rows:
        return tag("p", empty, class_="faint")
    head = tag("tr", [tag("th", name) for name in heads])
    return tag("table", head, [tag("tr", [tag("td", cell) for cell in row]) for row in rows], class_="plain")


def card(head: Child, body: Child) -> Html:
    """Return a box with a head line."""
    return tag("div", tag("div", head, class_="head"), tag("div", body, class_="body text"), class_="card")


def badge(words: str, look: str) -> Html:
    """Return words in a coloured pill; *look* is good, bad, done, wait or faint."""
    return tag("span", words, class_=f"badge {look}")


def date(moment: str | None) -> str:
    """Return a moment as people read it, in UTC."""
    return f"{moment[:10]} {moment[11:19]}" if moment else ""
