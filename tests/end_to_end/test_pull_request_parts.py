"""The parts of a pull request; a failure to add one never loses the pull request."""

import re

import pytest

from emulators.azure_devops.control.client import AzureDevOps
from emulators.azure_devops.policy.models import BUILD
from emulators.platform.app_settings import ORGANIZATION, PROJECT, REPOSITORY
from emulators.ports import AZURE_DEVOPS

GIT_REPOSITORIES = f"{PROJECT}/_apis/git/repositories/{REPOSITORY}"
REFUSED = {"status": 403, "body": '{"message": "TF401027: You need the permission"}'}
BROKEN_TEST = "raise SystemExit('```it cannot work```')"
NOBODY = "00000000-0000-4000-8000-00000000dead"


def part(case, name):
    """One of the collections below the only pull request of *case*."""
    (pull_request,) = case.pull_requests
    path = f"{GIT_REPOSITORIES}/pullRequests/{pull_request['pullRequestId']}/{name}"
    return case.platform.person.ask("GET", path)["value"]


def me(platform):
    """The identity id of the tests' person."""
    return platform.person.ask("GET", "_apis/connectionData", version="7.1-preview")["authenticatedUser"][
        "id"
    ]


def test_an_unknown_reviewer_costs_neither_pull_request_nor_the_other_reviewers(case, quick):
    asked = case(reviewers=["alice@contoso.com", NOBODY, me(quick)]).start()
    run = asked.published_once()
    assert [reviewer["id"] for reviewer in part(asked, "reviewers")] == [me(quick)]
    assert run["branch"]
    for name in ("alice@contoso.com", NOBODY):
        assert f"Reviewer `{name}` was not added to the pull request: TF401186" in asked.comment


def test_a_label_that_is_refused_costs_neither_pull_request_nor_the_other_labels(case):
    asked = case(labels=["rocket \U0001f680", "a,b", "a;b", "good"]).start()
    asked.published_once()
    assert {label["name"] for label in part(asked, "labels")} == {"ai-generated", "good"}
    for name in ("rocket \U0001f680", "a,b", "a;b"):
        assert f"Label `{name}` was not added to the pull request: TF401407" in asked.comment


def test_a_pull_request_that_is_refused_with_the_apps_label_gets_it_and_its_link_afterwards(case, quick):
    asked = case()
    quick.fault(AZURE_DEVOPS, method="POST", path=r"(?i)/pullRequests\?", **REFUSED)
    asked.start().published_once()
    assert {label["name"] for label in part(asked, "labels")} == {"ai-generated"}
    assert len(part(asked, "workitems")) == 1


@pytest.mark.parametrize(("name", "words"), [("statuses", "The status"), ("threads", "The first thread")])
def test_a_part_that_the_app_may_not_add_is_a_warning(case, quick, name, words):
    asked = case(f"write tests/test_broken.py {BROKEN_TEST}")
    quick.fault(AZURE_DEVOPS, method="POST", path=rf"(?i)/pullRequests/\d+/{name}", **REFUSED)
    asked.start().published_once()
    assert f"{words} was not added to the pull request: TF401027" in asked.comment


@pytest.mark.slow
def test_a_part_that_stays_refused_with_401_is_a_warning(case, quick):
    asked = case(f"write tests/test_broken.py {BROKEN_TEST}")
    quick.fault(AZURE_DEVOPS, method="POST", path=r"(?i)/pullRequests/\d+/threads", status=401, times=50)
    asked.start().published_once()
    assert "The first thread was not added to the pull request:" in asked.comment
    assert [status["state"] for status in part(asked, "statuses")] == ["failed"]


def test_requests_for_the_parts_are_retried_while_azure_devops_is_busy(case, quick):
    asked = case(reviewers=[me(quick)])
    quick.fault(AZURE_DEVOPS, method="PUT", path=r"(?i)/pullRequests/\d+/reviewers", status=503)
    asked.start().published_once()
    assert len(part(asked, "reviewers")) == 1
    assert "not added" not in asked.comment


def test_a_pull_request_that_is_refused_leaves_branch_and_usage_in_the_report(case, quick):
    asked = case()
    quick.fault(AZURE_DEVOPS, method="POST", path=r"(?i)/pullRequests\?", times=2, **REFUSED)
    run = asked.start().published_nothing("failed")
    assert "TF401027" in run["reason"]
    assert run["branch"] in asked.comment
    assert "notes.txt" in quick.sample.git.difference("main", run["branch"])


def test_a_request_that_wants_no_draft_gets_none_and_its_description_says_what_failed(case):
    broken = case(f"write tests/test_broken.py {BROKEN_TEST}", draft=False).start()
    broken.published_once()
    (pull_request,) = broken.pull_requests
    assert not pull_request["isDraft"]
    assert "- A verify command failed." in pull_request["description"]
    assert "is a draft" not in pull_request["description"]


def test_the_template_of_the_team_stands_in_the_description(case, new_repository):
    team = "## Before you merge\n\n- [ ] The release notes say so.\n"
    new_repository("templated", {".azuredevops/pull_request_template.md": team})
    changed = case(
        "write .azuredevops/pull_request_template.md Mine", "write a.txt A", repository="templated"
    )
    changed.start().published_once()
    (pull_request,) = changed.pull_requests
    description = pull_request["description"]
    assert team.strip() in description
    assert description.index("## Run") < description.index("## Before you merge")
    assert description.endswith(f"#{changed.item['id']}")
    assert "Mine" not in description


def test_where_the_target_branch_has_a_build_policy_it_is_a_draft_that_says_why(case, quick, new_repository):
    for name in ("built", "unbuilt"):
        number = new_repository(name)
        if name == "built":
            with AzureDevOps(quick.url(AZURE_DEVOPS), ORGANIZATION) as control:
                control.protect_branch(PROJECT, number, kind=BUILD)
    built, unbuilt = case(repository="built").start(), case(repository="unbuilt").start()
    for one, draft in ((built, True), (unbuilt, False)):
        one.published_once()
        (pull_request,) = one.pull_requests
        assert pull_request["isDraft"] is draft
        assert ("starts the target branch's build policy" in pull_request["description"]) is draft
    assert "A draft pull request is ready to look at." in built.comment


def test_a_long_summary_of_emoji_fits(case):
    said = case("write notes.txt Hello", "say " + "🚀" * 3_900).start()
    said.published_once()
    (pull_request,) = said.pull_requests
    assert "## Run" in pull_request["description"]


def test_the_first_thread_says_why_a_check_failed(case):
    broken = case(f"write tests/test_broken.py {BROKEN_TEST}").start()
    broken.published_once()
    assert "A draft pull request is ready to look at, but 1 check failed." in broken.comment
    (pull_request,) = broken.pull_requests
    assert "is in the first thread" in pull_request["description"]
    texts = [comment["content"] for thread in part(broken, "threads") for comment in thread["comments"]]
    (text,) = [text for text in texts if broken.run_id in text]
    assert re.search(r"^````text$.*it cannot work.*^````$", text, re.DOTALL | re.MULTILINE)


def test_no_text_for_people_links_to_an_address_that_needs_a_key(case):
    done = case().start()
    done.published_once()
    (pull_request,) = done.pull_requests
    assert done.run_id in pull_request["description"]
    assert [status.get("targetUrl") for status in part(done, "statuses")] == [None]
    assert "/api/runs" not in pull_request["description"] + done.comment


def test_a_file_that_is_not_there_is_named_in_the_pull_request_or_else_in_the_comment(case):
    context = {"additionalContext": "Read\n@docs/nothing.md"}
    published, silent = case(**context).start(), case("say Nothing", **context).start()
    published.published_once()
    silent.published_nothing("no_changes")
    (pull_request,) = published.pull_requests
    for text in (pull_request["description"], silent.comment):
        assert "`docs/nothing.md`, named in the additional context, does not exist in branch `main`." in text


def test_every_phase_of_a_run_has_its_time_however_short_it_was(case):
    phases = case().start().published_once()["phases"]
    assert list(phases) == [
        "queued", "preparing", "provisioning", "running", "verifying", "publishing", "reporting",
    ]  # fmt: skip
    assert list(phases.values()) == sorted(phases.values())


def test_a_slow_edit_does_not_replace_the_final_comment(case, quick):
    slow = case("write notes.txt Hello", "sleep 2").start()
    slow.reached("provisioning")
    path = rf"(?i)/workitems/{slow.item['id']}/comments"
    quick.fault(AZURE_DEVOPS, method="PATCH", path=path, delaySeconds=6)
    slow.ended()
    (comment,) = quick.comments(slow.item["id"])
    assert comment["version"] >= 3  # preparing; the slow edit; the last words
    assert "pull request is ready" in slow.comment
