"""The button in menus and toolbars: it opens the dialog for the right work items, or says why not."""

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["_queries", "_backlogs", "_boards"])
def test_the_menu_of_a_list_opens_the_dialog_for_its_work_item(boards, case, kind):
    item = case().item
    titles = boards.run(
        """
        await page.goto(url);
        const label = page.getByLabel(`Actions for ${number}`, { exact: true });
        const menu = page.locator("details", { has: label });
        await menu.locator("summary").click();
        await menu.getByRole("button").click();
        await canStart();
        return dialog.getByRole("region", { name: "Work items" }).innerText();
        """,
        url=boards.address(kind),
        number=item["id"],
    )
    assert f"User Story {item['id']}: {item['fields']['System.Title']}" in titles


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
