"""A group of the form has the height of its manifest and is told what happens to the work item."""

OPEN = """
await page.goto(url);
await page.locator("section[data-group] iframe[data-loaded]").waitFor();
const frame = page.frames().find((one) => one.url().endsWith("/group.html"));
const seen = async (count) => {
  await frame.waitForFunction((count) => window.seen.length >= count, count);
  return frame.evaluate(() => window.seen);
};
"""


def test_a_group_has_its_height_and_is_told_that_the_item_was_loaded(browser, item_url, items):
    got = browser.run(
        f"""{OPEN}
        await frame.evaluate(() => SDK.resize(undefined, 900));
        return [await seen(1), await frame.evaluate(() => innerHeight)];""",
        url=item_url,
    )
    assert got == [[["onLoaded", {"id": items[0], "isNew": False, "isReadOnly": False}]], 180]


def test_a_group_lives_through_changes_saving_refreshing_and_undoing(browser, item_url, items):
    got = browser.run(
        f"""{OPEN}
        await page.locator("#item summary").first().click();
        await page.fill("#item input[name=title]", "Renamed");
        await page.locator("#item input[name=title]").blur();
        await page.click("text=Undo changes");
        await page.fill("#item input[name=tag]", "one");
        await page.click("text=Add tag");
        await seen(4);
        await page.click("text=Refresh");
        const events = await seen(5);
        return [events, await page.locator("#item .tags .tag").allInnerTexts(), page.problems];""",
        url=item_url,
    )
    item = {"id": items[0]}
    assert [name for name, _ in got[0]] == ["onLoaded", "onFieldChanged", "onReset", "onSaved", "onRefreshed"]
    assert got[0][1][1] == {**item, "changedFields": {"System.Title": "Renamed"}}
    assert [args for _, args in got[0][2:]] == [item, item, item]
    assert "one" in got[1][0]
    assert got[2] == []


def test_a_change_of_the_hash_or_the_query_leaves_the_group_alone(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const id = "ms.vss-features.host-navigation-service";
        await frame.evaluate(`SDK.getService("${{id}}").then(async (it) => {{
          await it.setHash("run");
          await it.setQueryParams({{ view: "log" }});
        }})`);
        await page.goBack();
        await page.waitForFunction(() => location.search === "");
        await page.click("text=Refresh");
        return (await seen(2)).map(([name]) => name);""",
        url=item_url,
    )
    assert got == ["onLoaded", "onRefreshed"]


def test_a_work_item_that_does_not_exist_is_said_to_be_missing(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const id = "ms.vss-work-web.work-item-form-navigation-service";
        await frame.evaluate(`SDK.getService("${{id}}").then((it) => it.openWorkItem(999))`);
        const banner = await page.locator(".extension-banner.error").innerText();
        return [banner, (await seen(2)).map(([name]) => name)];""",
        url=item_url,
    )
    assert "999 does not exist" in got[0]
    assert got[1] == ["onLoaded", "onUnloaded"]


def test_a_refused_form_keeps_what_was_typed_and_saves_nothing(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        await page.locator("#item summary").first().click();
        await page.fill("#item input[name=title]", " ");
        await page.fill("#item textarea[name=description]", "kept");
        await page.click("#item button:has-text('Save')");
        const problem = await page.locator("#item .problem").innerText();
        return [problem, await page.inputValue("#item textarea[name=description]"), await seen(1)];""",
        url=item_url,
    )
    assert got[0] == "Title must not be empty."
    assert got[1] == "kept"
    assert "onSaved" not in [name for name, _ in got[2]]


def test_the_frame_of_a_group_is_used_again_for_another_work_item(browser, project_url, items):
    got = browser.run(
        f"""{OPEN}
        const id = "ms.vss-work-web.work-item-form-navigation-service";
        await frame.evaluate(`SDK.getService("${{id}}").then((it) => it.openWorkItem(${{other}}))`);
        const events = await seen(3);
        await page.goBack();
        await seen(5);
        return [events, await page.title(), new URL(page.url()).search];""",
        url=f"{project_url}/_workitems/edit/{items[1]}?person=Chuck%20Reinhart",
        other=items[2],
    )
    assert [(name, args["id"]) for name, args in got[0]] == [
        ("onLoaded", items[1]), ("onUnloaded", items[1]), ("onLoaded", items[2]),
    ]  # fmt: skip
    assert got[0][0][1]["isReadOnly"]  # a reader looks
    assert got[1] == f"User Story {items[1]}: Sort the names"
    assert got[2] == "?person=Chuck%20Reinhart"
