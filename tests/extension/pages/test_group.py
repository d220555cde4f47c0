"""The group on a work item's form: its runs as they are, and what a person can do about them."""

import pytest

from tests.containers.agents.at_work import needs_installation
from tests.end_to_end.conftest import case_on
from tests.extension.pages.conftest import NARROW, THEMES

pytestmark = pytest.mark.slow
TITLE = "Fail in the middle of the work, with a title that is much longer than the width of a narrow group"


@pytest.fixture(scope="module")
def failed(quick):
    """A run that has failed."""
    asked = case_on(quick, "fail 3", title=TITLE).start()
    asked.ended("failed")
    return asked


def test_the_group_follows_a_run_to_its_pull_request(boards, case):
    asked = case("sleep 4", "write notes.txt Hello").start()
    shown = boards.run(
        """
        await open("group", url);
        const row = group.getByRole("listitem").first();
        await row.getByText("Agent at work", { exact: true }).waitFor();
        await row.getByText("Completed", { exact: true }).waitFor({ timeout: 40_000 });
        await row.getByText("Active").waitFor();
        return { text: await row.innerText(), link: await row.getByRole("link").getAttribute("href"),
                 problems: faults() };
        """,
        url=boards.form(asked.item),
    )
    run = asked.published_once()
    assert f"Pull request !{run['pullRequestId']}" in shown["text"]
    assert shown["link"] == run["pullRequestUrl"]
    assert shown["problems"] == []


def test_a_run_that_uses_a_model_shows_its_cost(boards, case):
    needs_installation("claude")
    asked = case("say Hello", agentType="claude").start()
    asked.platform.finished(asked.run_id)
    shown = boards.run(
        """
        await open("group", url);
        const row = group.getByRole("listitem").first();
        await row.getByText("$").waitFor();
        return row.innerText();
        """,
        url=boards.form(asked.item),
    )
    assert "$0." in shown, shown


def test_a_run_is_started_from_the_group_and_is_there_when_the_dialog_closes(boards, case):
    item = case("write notes.txt Hello").item
    shown = boards.run(
        """
        await open("group", url);
        await group.getByText("Autocoder has not worked on this work item yet.").waitFor();
        await group.getByRole("button", { name: "Start Autocoder" }).click();
        await canStart();
        await startButton.click();
        await havePullRequests(1, 60);
        await dialog.getByRole("button", { name: "Close" }).click();
        await group.getByRole("listitem").first().waitFor();
        return { rows: await group.getByRole("listitem").count(), problems: faults() };
        """,
        url=boards.form(item),
    )
    assert shown == {"rows": 1, "problems": []}


def test_cancelling_is_asked_first_and_ends_the_run(boards, case):
    asked = case("sleep 60").start()
    asked.reached("running")
    shown = boards.run(
        """
        await open("group", url);
        const cancel = group.getByRole("button", { name: "Cancel run" });
        await cancel.click();
        await question.getByRole("button", { name: "Keep running" }).click();
        await cancel.click();
        await question.getByRole("button", { name: "Cancel run" }).click();
        await group.getByText("Cancelled", { exact: true }).waitFor({ timeout: 40_000 });
        return group.getByRole("button", { name: "Retry" }).count();
        """,
        url=boards.form(asked.item),
    )
    asked.published_nothing("cancelled")
    assert shown == 1


def test_a_failed_run_says_why_and_is_retried_once(boards, case):
    asked = case("fail 3").start()
    run = asked.ended("failed")
    shown = boards.run(
        """
        await open("group", url);
        const rows = group.getByRole("listitem");
        const retry = group.getByRole("button", { name: "Retry" });
        await retry.waitFor();
        const before = await rows.first().innerText();
        await retry.dblclick();
        await rows.nth(1).waitFor();
        await retry.waitFor({ timeout: 40_000 });
        return { before, rows: await rows.count(), retries: await retry.count(), problems: faults() };
        """,
        url=boards.form(asked.item),
    )
    assert run["reason"].split("\n")[0].split(".")[0] in shown["before"]
    assert (shown["rows"], shown["retries"], shown["problems"]) == (2, 1, [])
    assert len(boards.platform.app.runs(workItemId=asked.item["id"])) == 2


def test_a_person_who_may_only_read_is_told_which_permission_a_retry_needs(boards, failed):
    shown = boards.run(
        """
        await open("group", url);
        await group.getByRole("button", { name: "Retry" }).click();
        return { alert: await alertOf(group), rows: await group.getByRole("listitem").count() };
        """,
        url=boards.form(failed.item, person="Chuck Reinhart"),
    )
    assert "Contribute" in shown["alert"]
    assert shown["rows"] == 1


def test_a_person_who_may_not_see_the_item_is_shown_no_run(boards, failed):
    shown = boards.run(
        """
        await open("group", url);
        return { alert: await alertOf(group), rows: await group.getByRole("listitem").count() };
        """,
        url=boards.form(failed.item, person=boards.person(group="")),
    )
    assert "Check that you can open the work item" in shown["alert"]
    assert shown["rows"] == 0


def test_nothing_is_followed_after_the_item_was_unloaded(boards, case):
    asked = case("sleep 60").start()
    asked.reached("running")
    asked_later = boards.run(
        """
        const asked = [];
        page.on("request", (request) => { if (isOfApp(request)) asked.push(request.url()); });
        const pass = () => page.clock.fastForward(60_000);
        await page.clock.install();
        await open("group", url);
        await group.getByText("Agent at work", { exact: true }).waitFor();
        await Promise.all([page.waitForRequest(isOfApp), pass()]);
        await page.evaluate(() => {
          const link = Object.assign(document.createElement("a"), { href: "999999999" });
          document.getElementById("item").append(link);
          link.click();
        });
        await group.getByRole("listitem").first().waitFor({ state: "detached" });
        asked.length = 0;
        await pass();
        await frameOf("group").evaluate(() => fetch(location.href)); // comes after those of the timers
        return asked;
        """,
        url=boards.form(asked.item),
    )
    boards.platform.app.http.post(f"/api/runs/{asked.run_id}/cancel")
    assert asked_later == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_group_has_no_serious_barrier(boards, failed, theme):
    found = boards.run(
        """
        await open("group", url);
        await group.getByRole("button", { name: "Retry" }).waitFor();
        return page.violations(frameOf("group"));
        """,
        url=boards.form(failed.item, theme=theme),
    )
    assert found == []


def test_the_group_needs_no_more_width_than_a_narrow_form_has(boards, failed):
    found = boards.run(
        """
        await open("group", url);
        await group.getByRole("button", { name: "Retry" }).waitFor();
        return tooWide("group", 480);
        """,
        url=boards.form(failed.item),
        context=NARROW,
    )
    assert found == 0
