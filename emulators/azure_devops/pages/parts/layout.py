"""The layout of every page: one file with its styles, which loads only pictures in texts.

Pages that host the extension have scripts and frames as well; the others have neither.

https://learn.microsoft.com/azure/devops/project/navigation/
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from emulators.azure_devops.pages.parts.html import Child, Html, join, link, tag

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'self'"
)
FRAMELESS = "frame-ancestors 'none'"  # only in the header, as a meta element cannot forbid frames
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; {FRAMELESS}",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STYLE = Path(__file__).with_name("style.css").read_text()


@dataclass(frozen=True, slots=True)
class Hosting:
    """How a page hosts the extension: where scripts and frames come from, the theme, and more content."""

    scripts: str
    frames: str
    theme: str
    bar: Html  # in the header
    end: Html  # after the content
    style: str

    @property
    def policy(self) -> str:
        """The additions to the content security policy."""
        return f"script-src {self.scripts}; connect-src 'self'; frame-src {self.frames}"


def page(
    title: str,
    trail: list[tuple[str, str]],
    *content: Child,
    reload_seconds: int | None = None,
    hosting: Hosting | None = None,
) -> web.Response:
    """Return a whole page; *trail* holds the names and addresses of the pages above it, topmost first."""
    policy = f"{POLICY}; {hosting.policy}" if hosting else POLICY
    refresh = tag("meta", http_equiv="refresh", content=str(reload_seconds)) if reload_seconds else None
    steps: list[Child] = [link(tag("b", "Azure DevOps"), "/")]
    for name, address in trail:
        steps += [" / ", link(name, address)]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        refresh,
        tag("link", rel="icon", href="data:,") if hosting else None,  # without it, browsers request one
        tag("title", title),
        tag("style", Html(STYLE + (hosting.style if hosting else ""))),
    )
    body = tag("body", _header(steps, hosting), tag("main", *content), hosting.end if hosting else None)
    theme = hosting.theme or None if hosting else None
    html = join(Html("<!DOCTYPE html>"), tag("html", head, body, lang="en", data_theme=theme))
    headers = {**HEADERS, "Content-Security-Policy": f"{policy}; {FRAMELESS}"}
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)


def _header(steps: list[Child], hosting: Hosting | None) -> Html:
    return tag("header", tag("span", steps), hosting.bar) if hosting else tag("header", steps)


def facts(rows: list[tuple[str, Child]]) -> Html:
    """Return a list of names and values, without the rows that have no value."""
    shown = [tag("tr", tag("th", name), tag("td", value)) for name, value in rows if value]
    return tag("table", shown, class_="facts")


def table(heads: list[str], rows: list[list[Child]], empty: str) -> Html:
    """Return a table, or the text *empty* when there are no rows."""
    if not rows:
        return tag("p", empty, class_="faint")
    head = tag("tr", [tag("th", name) for name in heads])
    return tag("table", head, [tag("tr", [tag("td", cell) for cell in row]) for row in rows], class_="plain")


def card(head: Child, body: Child) -> Html:
    """Return a box with a head line."""
    return tag("div", tag("div", head, class_="head"), tag("div", body, class_="body text"), class_="card")


def badge(words: str, look: str) -> Html:
    """Return *words* as a coloured badge; *look* is good, bad, done, wait or faint."""
    return tag("span", words, class_=f"badge {look}")


def date(moment: str | None) -> str:
    """Return a time (ISO 8601, UTC) in readable form, "" for None."""
    return f"{moment[:10]} {moment[11:19]} UTC" if moment else ""
