"""The dialog in the hosting page, against the real app: refusals are explained, and nothing typed is lost."""

import pytest

from emulators.platform import pipelines_task
from emulators.platform.app_settings import PROJECT
from emulators.platform.scenarios import pipeline
from tests.extension.pages.conftest import THEMES

pytestmark = pytest.mark.slow


@pytest.fixture
def item(case):
    return case("write notes.txt Hello").item


def test_a_person_without_rights_is_told_and_keeps_what_was_typed(boards, item):
    shown = boards.run(
        """
        await openDialog(url);
        await canStart();
        await instructions.fill("Keep it short.");
        await startButton.click();
        return { alert: await alertOf(dialog), typed: await instructions.inputValue() };
        """,
        url=boards.form(item, person="Chuck Reinhart"),
    )
    assert "Contribute" in shown["alert"]
    assert shown["typed"] == "Keep it short."


def test_choices_are_remembered_for_the_next_work_item_and_typed_text_for_the_same(boards, case):
    first, second = case("sleep 60"), case()
    person = boards.person()
    shown = boards.run(
        """
        await openDialog(first);
        await canStart();
        await instructions.fill("Keep it short.");
        await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
        await frames("dialog").waitFor({ state: "detached" }); // it closes once what was typed is kept
        await openDialog(first);
        await canStart();
        const typed = await instructions.inputValue();
        await dialog.getByLabel("Budget in dollars").fill("3");
        await dialog.getByLabel("Create pull request automatically").uncheck();
        await startButton.click();
        await dialog.getByRole("button", { name: "Cancel run" }).waitFor();
        await openDialog(second);
        await canStart();
        return { typed, instructions: await instructions.inputValue(),
                 budget: await dialog.getByLabel("Budget in dollars").inputValue(),
                 creates: await dialog.getByLabel("Create pull request automatically").isChecked() };
        """,
        first=boards.form(first.item, person=person),
        second=boards.form(second.item, person=person),
    )
    assert shown == {"typed": "Keep it short.", "instructions": "", "budget": "3", "creates": False}
    (run,) = boards.platform.app.runs(workItemId=first.item["id"])
    boards.platform.app.http.post(f"/api/runs/{run['id']}/cancel")


def test_of_three_work_items_the_one_that_is_in_progress_is_followed(boards, case):
    busy, *others = case("sleep 4", "write notes.txt Hello").start(), case(), case()
    shown = boards.run(
        """
        await openDialog(url, numbers);
        await canStart();
        await startButton.click();
        await dialog.getByRole("button", { name: "Follow that run" }).click();
        await havePullRequests(3, 60);
        return { alerts: await dialog.getByRole("alert").count(), faults: faults() };
        """,
        url=boards.address("_queries", person=boards.person()),
        numbers=[one.item["id"] for one in (busy, *others)],
    )
    assert shown["alerts"] == 0
    assert [fault for fault in shown["faults"] if "409" not in fault] == []
    for one in (busy, *others):
        assert len(boards.platform.app.runs(workItemId=one.item["id"])) == 1


def test_the_keyboard_is_enough_to_choose_a_branch_and_start(boards, case):
    asked = case("sleep 60")
    shown = boards.run(
        """
        await openDialog(url);
        await canStart();
        await tabTo("source-branch");
        await page.keyboard.press("ArrowDown");
        await entries.first().waitFor();
        await page.keyboard.press("Escape");
        await entries.first().waitFor({ state: "detached" });
        const isOpen = await frames("dialog").count();
        await page.keyboard.type("mai");
        await dialog.getByText("1 found").waitFor();
        await page.keyboard.press("Enter");
        const branch = await dialog.getByRole("combobox", { name: "Source branch" }).inputValue();
        await tabTo("instructions");
        await page.keyboard.type("Keep it short.");
        await tabTo("Start Autocoder");
        await page.keyboard.press("Enter");
        await dialog.getByRole("button", { name: "Cancel run" }).waitFor();
        return { isOpen, branch, next: await focused() };
        """,
        url=boards.form(asked.item, person=boards.person()),
    )
    assert shown == {"isOpen": 1, "branch": "main", "next": "progress"}
    (run,) = boards.platform.app.runs(workItemId=asked.item["id"])
    boards.platform.app.http.post(f"/api/runs/{run['id']}/cancel")


PIPELINE_SETTING = """
await open("settings", url);
await settings.getByLabel("Let people start Autocoder through a pipeline").setChecked(isOn);
if (isOn) await settings.getByLabel("Pipeline", { exact: true }).selectOption({ label: name });
await settings.getByRole("button", { name: "Save", exact: true }).click();
await settings.getByText("Saved.").waitFor();
"""


@pytest.fixture
def team_pipeline(boards):
    """The name of a pipeline that the dialog may start; it may not afterwards."""
    pipelines_task.ensure_built()
    name = pipeline.create_pipeline(boards.platform.emulators, boards.platform.sample)["name"]
    url = boards.address("_settings/autocoder")
    boards.run(PIPELINE_SETTING, url=url, isOn=True, name=name)
    yield name
    boards.run(PIPELINE_SETTING, url=url, isOn=False, name=name)


def test_a_pipeline_is_started_with_what_the_form_says_and_followed(boards, item, team_pipeline):
    shown = boards.run(
        """
        await openDialog(url);
        await canStart();
        await dialog.getByLabel("Run", { exact: true }).selectOption({ label: "Through a pipeline" });
        await dialog.getByLabel("Pipeline", { exact: false }).selectOption({ label: name });
        await canStart();
        await instructions.fill("Keep it short.");
        await startButton.click();
        const link = dialog.getByRole("link", { name: "Open the pipeline's run" });
        const href = await link.getAttribute("href");
        await dialog.getByText(/: Succeeded/).waitFor({ timeout: 90_000 });
        return { href, faults: faults() };
        """,
        url=boards.form(item, person=boards.person()),
        name=team_pipeline,
    )
    number = shown["href"].rpartition("=")[2]
    run = boards.platform.person.ask("GET", f"{PROJECT}/_apis/build/builds/{number}")
    given = {name: str(value) for name, value in run["templateParameters"].items()}
    assert given["workItemId"] == str(item["id"])
    assert (given["userPrompt"], given["targetBranch"]) == ("Keep it short.", "main")
    assert given["createPullRequest"].lower() == "true"
    assert run["requestedFor"]["displayName"].startswith("person-")
    assert shown["faults"] == []
    assert boards.platform.app.runs(workItemId=item["id"])[0]["pullRequestUrl"]


@pytest.mark.parametrize("theme", THEMES)
def test_the_dialog_has_no_serious_barrier(boards, item, theme):
    found = boards.run(
        "await openDialog(url); await canStart(); return await page.violations(frameOf('dialog'));",
        url=boards.form(item, theme=theme),
    )
    assert found == []


def test_the_dialog_paints_before_its_lists_are_read(boards, item):
    """Prints when; how long it takes depends on the machine, so nothing is claimed about that."""
    shown = boards.run(
        """
        let release;
        const answered = new Promise((resolve) => { release = resolve; });
        await appAnswers(async (route) => { await answered; await route.continue(); });
        await openDialog(url);
        await dialog.getByLabel("Additional instructions").waitFor();
        const paints = await paintsOf("dialog");
        release();
        await canStart();
        return paints;
        """,
        url=boards.form(item),
    )
    times = {paint["name"]: round(paint["startTime"]) for paint in shown}
    print(f"The dialog's paints, in milliseconds: {times}")
    assert "first-contentful-paint" in times
