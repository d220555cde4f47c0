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
    """Create a project with a repository, empty or a folder's; returns its id and its work item's address."""

    def make(name, folder=None):
        with boards.control() as control:
            control.create_project(name)
            made = (
                control.import_repository(name, "code", folder)
                if folder
                else control.create_repository(name, "code")
            )
            item = control.create_work_item(name, "User Story", "Do it")
        return made["id"], boards.address(f"_workitems/edit/{item['id']}", project=name)

    return make


def add_branches(platform, repository, names):
    """Write branches into Azure DevOps' own repository; the file's format: https://git-scm.com/docs/git-pack-refs."""
    folder = platform.state / "azure_devops" / "repositories" / f"{repository}.git"
    found = subprocess.run(
        ["git", "rev-parse", "main"], cwd=folder, capture_output=True, text=True, check=True
    )
    refs = "".join(f"{found.stdout.strip()} refs/heads/{name}\n" for name in ("main", *names))
    (folder / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{refs}")


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
        await dialog.getByRole("heading", { name: "Progress" }).waitFor();
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
        url=elsewhere("Without branches")[1],
    )
    told(shown, "choose another repository")
    assert (shown["invalid"], shown["focused"]) == ("true", True)


def test_a_repository_with_very_many_branches(boards, elsewhere, tmp_path):
    repository, url = elsewhere("Many branches", a_repository(tmp_path, {}))
    add_branches(boards.platform, repository, [f"topic/{number:05}" for number in range(BRANCHES)])
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
        url=url,
    )
    assert 0 < shown["first"] <= 100
    assert shown["names"] == ["topic/04321"]
    assert shown["chosen"] == "topic/04321"
    assert shown["faults"] == []


def test_a_title_with_markup_is_text_and_the_longest_one_fits_480_pixels(boards, case):
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
        await dialog.getByRole("heading", {{ name: "Progress" }}).waitFor();
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
