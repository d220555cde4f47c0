"""The result of a run in Azure DevOps: collected, checked and printed.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/get-pull-request
"""

import datetime as dt
import html
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.platform.clients.app import PHASES
from emulators.platform.clients.git import Git
from emulators.platform.clients.person import Person
from emulators.platform.plan import Plan
from emulators.platform.sample import Sample

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finished run left in Azure DevOps."""

    pull_request: JSON
    linked_items: list[int]
    work_item: JSON
    comments: list[JSON]
    difference: str

    @property
    def work_item_links(self) -> list[str]:
        """The addresses of the work item's links to pull requests."""
        relations = self.work_item.get("relations") or []
        return [item["url"] for item in relations if "PullRequestId" in item["url"]]

    def problems(self) -> list[str]:
        """Return what is missing or wrong, empty for a good run."""
        number, item = self.pull_request["pullRequestId"], self.work_item["id"]
        found = []
        if item not in self.linked_items:
            found.append(f"pull request {number} is not linked to work item {item}")
        if not any(re.search(rf"(%2F|/){number}$", url, re.IGNORECASE) for url in self.work_item_links):
            found.append(f"work item {item} is not linked to pull request {number}")
        if not self.difference:
            found.append(f"the branch {self.pull_request['sourceRefName']} changes nothing")
        if not self.comments:
            found.append(f"nothing is reported on work item {item}")
        return found


def gather(person: Person, git: Git, run: JSON) -> Evidence:
    """Return the evidence of *run*; raises `PlatformError` when a part of it cannot be read."""
    project, repository, number = run["project"], run["repository"], run["pullRequestId"]
    pull_request = person.pull_request(project, repository, number)
    base, branch = (
        pull_request[name].removeprefix("refs/heads/") for name in ("targetRefName", "sourceRefName")
    )
    return Evidence(
        pull_request,
        person.linked_work_items(project, repository, number),
        person.work_item(run["workItemId"]),
        person.comments(project, run["workItemId"]),
        git.difference(base, branch),
    )


def print_evidence(evidence: Evidence, run: JSON) -> None:
    """Print the pull request, its change, the work item's comment, and the time of each phase."""
    pull_request = evidence.pull_request
    draft = " (draft)" if pull_request.get("isDraft") else ""
    heading(f"Pull request{draft}: {run['pullRequestUrl']}")
    print(f"{pull_request['title']}\n{pull_request['sourceRefName']} -> {pull_request['targetRefName']}\n")
    print(indented(pull_request.get("description", "")))
    heading("Change")
    print(evidence.difference)
    heading(f"Comment on work item {run['workItemId']}")
    print("\n\n".join(indented(plain(comment["text"])) for comment in evidence.comments))
    heading("Time of each phase")
    print("\n".join(f"  {phase:14}{seconds:7.2f} s" for phase, seconds in phase_seconds(run)))


def print_result(plan: Plan, sample: Sample, run: JSON) -> bool:
    """Print the result of *run* and save its pages; returns whether nothing is missing."""
    evidence = gather(sample.person, sample.git, run)
    print_evidence(evidence, run)
    problems = evidence.problems()
    heading(
        "Something is missing" if problems else "The pull request is there, linked both ways, and reported."
    )
    print("".join(f"  {problem}\n" for problem in problems) + f"  {run['pullRequestUrl']}")
    heading("Saved pages, to open in a browser")
    print("\n".join(f"  {path}" for path in save_pages(sample.person, plan.state / "pages", run)), flush=True)
    return not problems


def heading(text: str) -> None:
    """Print *text* as a heading."""
    print(f"\n== {text}")


def indented(text: str) -> str:
    """Return *text*, each line indented by two spaces."""
    return textwrap.indent(text.strip(), "  ")


def plain(text: str) -> str:
    """Return HTML (or Markdown) *text* as plain lines, with links as `text (address)`."""
    lines = re.sub(r"(?i)<br\s*/?>|</(p|div|li|tr|h\d)>", "\n", text)
    linked = re.sub(r'(?i)<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', r"\2 (\1)", lines)
    return re.sub(r"\n{3,}", "\n\n", html.unescape(re.sub(r"<[^>]+>", "", linked))).strip()


def phase_seconds(run: JSON) -> list[tuple[str, float]]:
    """Return the seconds of each phase of a finished *run*, and the total."""
    began = sorted((moment(text), phase) for phase, text in run["phases"].items() if phase in PHASES)
    if not began:
        return []
    ends = [*(start for start, _ in began[1:]), moment(run["endedAt"])]
    took = [(phase, (end - start).total_seconds()) for (start, phase), end in zip(began, ends, strict=True)]
    return [*took, ("total", (ends[-1] - began[0][0]).total_seconds())]


def moment(text: str) -> dt.datetime:
    """Return the time in an ISO 8601 *text*."""
    return dt.datetime.fromisoformat(text)


def save_pages(person: Person, folder: Path, run: JSON) -> list[Path]:
    """Save the pages of the pull request and of the work item, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for name, url in (("pull-request", run["pullRequestUrl"]), ("work-item", run["workItemUrl"])):
        path = folder / f"{name}.html"
        path.write_text(person.page(url))
        saved.append(path)
    return saved
