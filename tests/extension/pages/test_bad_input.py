"""What goes wrong in the dialog: each problem says what to do, and nothing that was typed is lost."""

import subprocess

import pytest

from emulators.platform.app_settings import PROJECT
from tests.end_to_end.conftest import a_repository
from tests.extension.pages.conftest import NARROW

pytestmark = pytest.mark.slow
TEXT = "Keep it short."
BRANCHES = 5_000
TYPE_AND_START = f"""
await openDialog(url);
await canStart();
await instructions.fill("{TEXT}");
await startButton.click();
"""
RESULT = "return { alert: await alertOf(dialog), typed: await instructions.inputValue() };"


def told(shown, *words):
    """Check that the alert has *words*, and that what was typed is still there."""
    assert shown["typed"] == TEXT, shown
    for one in words:
        assert one in shown["alert"], shown["alert"]


@pytest.fixture
def elsewhere(boards):
    """Create a project with one repository, empty or a folder's; returns the address of its work item."""

    def make(name, folder=None, title="Do it"):
        with boards.control() as control:
            control.create_project(name)
            if folder:
                control.import_repository(name, "code", folder)
            else:
                control.create_repository(name, "code")
            item = control.create_work_item(name, "User Story", title)
        return boards.address(f"_workitems/edit/{item['id']}", project=name)

    return make


def test_an_item_that_is_gone_while_the_dialog_is_open(boards, case):
    item, person, group = case().item, boards.person(), rf"[{PROJECT}]\Contributors"
    page = boards.page()
    page(
        f'await openDialog(url); await canStart(); await instructions.fill("{TEXT}");',
        url=boards.form(item, person=person),
    )
    with boards.control() as control:
        control.add_to_group(person, group, member=False)
    told(page(f"await startButton.click(); {RESULT}"), "may have been deleted", "Check that you can open")
    with boards.control() as control:
        control.add_to_group(person, group)
    page(
        """
        await dialog.getByRole("button", { name: "Retry start" }).click();
        await havePullRequests(1, 60);
        """
    )
    assert len(boards.platform.app.runs(workItemId=item["id"])) == 1


def test_a_repository_without_branches(boards, elsewhere):
    shown = boards.run(
        f"""
        await openDialog(url);
        await instructions.fill("{TEXT}");
        const repository = dialog.getByLabel("Repository");
        const mistake = dialog.getByText("has no branch yet. Push a first commit");
        await mistake.waitFor();
        await dialog.locator("button[aria-disabled=false]", {{ hasText: "Start Autocoder" }}).click();
        return {{ alert: await mistake.innerText(), typed: await instructions.inputValue(),
                 invalid: await repository.getAttribute("aria-invalid"),
                 focused: await repository.evaluate((one) => one === document.activeElement) }};
        """,
        url=elsewhere("Without branches"),
    )
    told(shown, "choose another repository")
    assert (shown["invalid"], shown["focused"]) == ("true", True)


def test_a_repository_with_very_many_branches(boards, elsewhere, tmp_path):
    folder = a_repository(tmp_path, {})
    refs = "".join(f"create refs/heads/topic/{number:05} HEAD\n" for number in range(BRANCHES))
    subprocess.run(["git", "update-ref", "--stdin"], cwd=folder, input=refs, text=True, check=True)
    shown = boards.run(
        """
        await openDialog(url);
        await canStart();
        const branch = dialog.getByRole("combobox", { name: "Source branch" });
        await branch.click();
        await dialog.getByText("There are more. Type a part of the name.").waitFor();
        const first = await entries.count();
        await branch.fill("4321");
        await dialog.getByText("1 found").waitFor();
        const names = await entries.allInnerTexts();
        await entries.first().click();
        await canStart();
        return { first, names, chosen: await branch.inputValue(), faults: faults() };
        """,
        url=elsewhere("Many branches", folder),
    )
    assert 0 < shown["first"] <= 100
    assert shown["names"] == ["topic/04321"]
    assert shown["chosen"] == "topic/04321"
    assert shown["faults"] == []


def test_a_title_with_markup_is_text_and_the_longest_one_fits(boards, case):
    title = ("<img src=x onerror=\"alert('no')\"><b>bold</b> & " + "W" * 255)[:255]
    item = case(title=title).item
    shown = boards.run(
        """
        const alerts = [];
        page.on("dialog", (one) => { alerts.push(one.message()); void one.dismiss(); });
        await openDialog(url);
        await canStart();
        const wide = [await tooWide("dialog", 480)];
        const titles = dialog.getByRole("region", { name: "Work items" });
        const text = await titles.innerText();
        await startButton.click();
        await havePullRequests(1, 60);
        wide.push(await tooWide("dialog", 480));
        await dialog.getByRole("button", { name: "Open in panel" }).click();
        await page.locator('iframe[src$="/panel.html"][data-loaded]').waitFor();
        const heading = await panel.getByRole("heading", { level: 2 }).innerText();
        wide.push(await tooWide("panel", 480));
        const images = await frameOf("panel").evaluate(() => document.querySelectorAll("img").length);
        return { text, heading, wide, alerts, images };
        """,
        url=boards.form(item),
        context=NARROW,
    )
    assert title in shown["text"]
    assert title in shown["heading"]
    assert (shown["wide"], shown["alerts"], shown["images"]) == ([0, 0, 0], [], 0)


@pytest.mark.parametrize(
    ("answer", "words"), [("asNobody", "Check that the app runs"), ("asWebPage", "Check the function URL")]
)
def test_an_app_that_does_not_answer_while_the_dialog_is_open(boards, case, answer, words):
    item = case().item
    shown = boards.run(
        f"""
        await openDialog(url);
        await canStart();
        await instructions.fill("{TEXT}");
        await appAnswers({answer});
        await startButton.click();
        const shown = {{ alert: await alertOf(dialog), typed: await instructions.inputValue() }};
        await page.unrouteAll();
        await dialog.getByRole("button", {{ name: "Retry start" }}).click();
        await havePullRequests(1, 60);
        return shown;
        """,
        url=boards.form(item),
    )
    told(shown, words)
    assert len(boards.platform.app.runs(workItemId=item["id"])) == 1


@pytest.mark.parametrize("answer", ["asNobody", "asWebPage"])
def test_a_dialog_whose_app_never_answers_says_so_and_reads_again_when_asked(boards, case, answer):
    shown = boards.run(
        f"""
        await appAnswers({answer});
        await openDialog(url);
        await instructions.fill("{TEXT}");
        const alert = await alertOf(dialog);
        await page.unrouteAll();
        while (await dialog.getByRole("button", {{ name: "Try again" }}).count()) {{
          await dialog.getByRole("button", {{ name: "Try again" }}).first().click();
        }}
        await canStart();
        const agent = await dialog.getByLabel("Agent").locator("option:checked").innerText();
        return {{ alert, agent, typed: await instructions.inputValue() }};
        """,
        url=boards.form(case().item),
    )
    told(shown, "answer")
    assert shown["agent"] == "Quick"


def test_an_item_that_was_never_saved_is_to_be_saved_first(boards, case):
    message = boards.run(
        """
        await open("group", url);
        await page.evaluate(async () => {
          const script = document.querySelector("script[src$='/host.js']").src;
          const { showContribution } = await import(new URL("frames.js", script));
          const action = document.querySelector("[data-action]").dataset.action;
          const frame = showContribution(action, document.getElementById("extension-actions"));
          await frame.loaded;
          const handler = await frame.channel.remoteObject("autocoder-action", {});
          await handler.execute({ workItemId: 0, id: -1, ids: [] });
        });
        await question.waitFor();
        return question.innerText();
        """,
        url=boards.form(case().item),
    )
    assert "Save the work item first" in message


def test_changes_that_are_not_saved_are_named(boards, case):
    notice = boards.run(
        """
        await page.goto(url);
        await page.locator("#item summary").first().click();
        await page.fill("#item input[name=title]", "Renamed");
        await page.locator("#extension-toolbar > [data-action]").click();
        await canStart();
        return dialog.getByText("changes that are not saved").innerText();
        """,
        url=boards.form(case().item),
    )
    assert "save first" in notice


@pytest.fixture
def full_queue(boards, case):
    """The app with one place to run and one to wait, both taken."""
    platform = boards.platform
    platform.restart_host_with(MAX_CONCURRENT_RUNS="1", MAX_QUEUED_RUNS="1")
    taken = [case("sleep 60").start(), case("sleep 60").start()]
    yield taken
    for one in reversed(taken):
        platform.app.http.post(f"/api/runs/{one.run_id}/cancel")
        one.ended("cancelled")
    platform.restart_host_with()


def test_an_app_at_the_limit_of_its_queue(boards, case, full_queue):
    item = case().item
    shown = boards.run(f"{TYPE_AND_START}{RESULT}", url=boards.form(item))
    told(shown, "Too many runs are waiting", "Try again")
    assert boards.platform.app.runs(workItemId=item["id"]) == []
