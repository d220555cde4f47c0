"""The panel: the log of a run as it grows, and several runs in one list."""

import pytest

from tests.end_to_end.conftest import case_on
from tests.extension.pages.conftest import NARROW, THEMES

pytestmark = pytest.mark.slow
OPEN_LOG = """
await open("group", url);
await group.getByRole("button", { name: "Log" }).first().click();
await page.locator('iframe[src$="/panel.html"][data-loaded]').waitFor();
const log = panel.getByRole("log");
"""


@pytest.fixture(scope="module")
def told(quick):
    """A run that has told two things and ended."""
    asked = case_on(quick, "tell First thing", "tell Second thing", "write notes.txt Hello").start()
    asked.published_once()
    return asked


def test_the_log_grows_while_the_panel_is_open(boards, case):
    asked = case("tell First thing", "sleep 8", "tell Second thing", "write notes.txt Hello").start()
    shown = boards.run(
        OPEN_LOG
        + """
        await log.getByText("First thing").waitFor({ timeout: 40_000 });
        const before = await log.innerText();
        await log.getByText("Second thing").waitFor({ timeout: 40_000 });
        await panel.getByRole("link", { name: /pull request/i }).waitFor({ timeout: 40_000 });
        return { before, after: await log.innerText(), faults: faults() };
        """,
        url=boards.form(asked.item),
    )
    assert "Second thing" not in shown["before"]
    assert shown["after"].startswith(shown["before"].rstrip())
    assert shown["faults"] == []
    asked.published_once()


def test_a_log_stays_where_its_reader_is(boards, case):
    told = [f"tell Thing {number} of many" for number in range(1, 80)]
    asked = case(*told, "sleep 8", "tell The last thing", "write notes.txt Hello").start()
    shown = boards.run(
        OPEN_LOG
        + """
        const top = () => log.evaluate((lines) => lines.scrollTop);
        await log.getByText("Thing 79 of many").waitFor({ timeout: 40_000 });
        const atEnd = await top();
        await log.evaluate((lines) => { lines.scrollTop = 0; });
        await log.getByText("The last thing").waitFor({ timeout: 40_000 });
        const stayed = await top();
        await panel.getByRole("button", { name: "Go to the end" }).click();
        return { atEnd, stayed, gone: await top() };
        """,
        url=boards.form(asked.item),
    )
    assert shown["atEnd"] > 0
    assert shown["stayed"] == 0
    assert shown["gone"] >= shown["atEnd"]


def test_several_runs_are_one_list_whose_details_open_one_by_one(boards, case):
    items = [case("tell First thing", "sleep 3", "write notes.txt Hello").item for _ in range(3)]
    shown = boards.run(
        """
        await openDialog(url, numbers);
        await canStart();
        await startButton.click();
        await dialog.getByRole("button", { name: "Cancel run" }).nth(2).waitFor();
        await dialog.getByRole("button", { name: "Open in panel" }).click();
        await page.locator('iframe[src$="/panel.html"][data-loaded]').waitFor();
        await panel.getByRole("link", { name: /pull request/i }).nth(2).waitFor({ timeout: 60_000 });
        const logs = await panel.getByRole("log").count();
        await panel.getByRole("button", { name: /^Details/ }).first().click();
        await panel.getByRole("log").getByText("First thing").waitFor();
        const text = await panel.locator("main").innerText();
        const opened = await panel.getByRole("log").count();
        return { logs, opened, text, dialogs: await frames("dialog").count(), faults: faults() };
        """,
        url=boards.address("_queries", person=boards.person()),
        numbers=[item["id"] for item in items],
    )
    assert (shown["logs"], shown["opened"]) == (0, 1)
    assert shown["dialogs"] == 0
    assert shown["faults"] == []
    for item in items:
        assert f"#{item['id']} {item['fields']['System.Title']}" in shown["text"]


def test_a_panel_whose_app_does_not_answer_says_so_and_goes_on_by_itself(boards, told):
    shown = boards.run(
        """
        let isDown = false;
        await appAnswers((route) => (isDown ? asNobody(route) : route.continue()));
        await open("group", url);
        await group.getByRole("button", { name: "Log" }).first().waitFor();
        isDown = true;
        await group.getByRole("button", { name: "Log" }).first().click();
        const alert = await alertOf(panel);
        isDown = false;
        await panel.getByRole("log").getByText("Second thing").waitFor();
        return { alert, alerts: await panel.getByRole("alert").count() };
        """,
        url=boards.form(told.item),
    )
    assert "gives no answer" in shown["alert"]
    assert shown["alerts"] == 0


@pytest.mark.parametrize("theme", THEMES)
def test_the_panel_has_no_serious_barrier(boards, told, theme):
    found = boards.run(
        OPEN_LOG
        + """
        await log.getByText("Second thing").waitFor();
        return page.violations(frameOf("panel"));
        """,
        url=boards.form(told.item, theme=theme),
    )
    assert found == []


def test_the_panel_fits_480_pixels(boards, told):
    found = boards.run(
        OPEN_LOG
        + """
        await log.getByText("Second thing").waitFor();
        return tooWide("panel", 480);
        """,
        url=boards.form(told.item),
        context=NARROW,
    )
    assert found == 0
