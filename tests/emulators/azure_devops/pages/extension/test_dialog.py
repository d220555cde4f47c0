"""The button opens the extension's dialog, which talks with the page and gives back a result."""

import re

import pytest

OPEN = """
await page.goto(url);
await page.click("#extension-toolbar > [data-action]");
const dialog = page.locator("dialog.custom");
await dialog.locator("iframe[data-loaded]").waitFor();
const frameOf = (name) => page.frames().find((one) => one.url().endsWith(`/${name}.html`));
const frame = frameOf("dialog");
const LAYOUT = "ms.vss-features.host-page-layout-service";
const layout = (call) => frame.evaluate(`SDK.getService("${LAYOUT}").then(${call})`);
const seen = () => frame.evaluate(() => window.seen);
const closed = () => frameOf("action").waitForFunction(() => window.seen.find((one) => "closedWith" in one));
"""


def test_the_dialog_gets_the_work_item_and_the_viewer(browser, item_url, items, files, server):
    got = browser.run(
        f"""{OPEN}
        return frame.evaluate(() => ({{
          origin: location.origin,
          id: SDK.getContributionId(),
          context: SDK.getConfiguration().context,
          isDate: SDK.getConfiguration().when instanceof Date,
          extension: SDK.getExtensionContext(),
          user: SDK.getUser(),
          host: SDK.getHost(),
          project: SDK.getWebContext().project,
        }}));""",
        url=item_url,
    )
    assert got["origin"] == files.url != server.url
    assert got["id"] == "fabrikam.autocoder.dialog"
    assert got["context"] == {
        "workItemId": items[0], "workItemTypeName": "User Story", "workItemDirty": False,
    }  # fmt: skip
    assert got["isDate"]
    assert got["extension"] == {
        "id": "fabrikam.autocoder", "publisherId": "fabrikam", "extensionId": "autocoder",
        "version": "1.2.3", "baseUri": f"{files.url}/",
    }  # fmt: skip
    assert got["user"]["displayName"] == "Normal Paulk"
    assert got["host"]["name"] == "contoso"
    assert got["project"]["name"] == "Fabrikam Fiber"


def test_a_dialog_is_480_pixels_wide_and_as_high_as_its_page_asks(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const first = await frame.evaluate(() => innerHeight);
        await frame.evaluate(() => SDK.resize(900, 321));
        await frame.waitForFunction(() => innerHeight === 321);
        return [first, (await dialog.boundingBox()).width, await frame.evaluate(() => innerWidth)];""",
        url=item_url,
    )
    assert got == [160, 480, 424]


def test_a_dialog_closes_with_the_result_of_its_page(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        await frame.evaluate(() => SDK.getConfiguration().dialog.close({{ runId: "r1" }})).catch(() => {{}});
        await dialog.waitFor({{ state: "detached" }});
        return (await closed()).jsonValue();""",
        url=item_url,
    )
    assert got == {"closedWith": {"runId": "r1"}}


def test_a_dialog_without_light_dismiss_survives_a_click_outside_and_closes_by_its_button(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        await page.mouse.click(5, 5);
        const stays = await dialog.isVisible();
        await dialog.getByRole("button", {{ name: "Close" }}).click();
        return [stays, await (await closed()).jsonValue()];""",
        url=item_url,
    )
    assert got == [True, {"closedWith": None}]


def test_a_dialog_closes_at_a_click_outside_by_default(browser, item_url):
    browser.run(
        f"""{OPEN}
        await layout(`(it) => it.openCustomDialog("fabrikam.autocoder.panel", {{ title: "Second" }})`);
        const second = page.locator("dialog.custom").nth(1);
        await second.locator("iframe[data-loaded]").waitFor();
        await page.mouse.click(5, 5);
        await second.waitFor({{ state: "detached" }});
        if (!(await dialog.isVisible())) throw new Error("the first dialog closed, too");""",
        url=item_url,
    )


PANEL = """
const panel = page.locator("dialog.panel");
const width = async () => (await panel.boundingBox()).width;
const open = (options) => layout(`(it) => it.openPanel("fabrikam.autocoder.panel", ${options})`);
"""


@pytest.mark.parametrize(("size", "width"), [("0", 320), ("1", 480), ("undefined", 480), ("2", 640)])
def test_a_panel_has_the_size_that_was_asked_for(browser, item_url, size, width):
    got = browser.run(
        f"""{OPEN}{PANEL}
        await open(`{{ title: "Log", size: {size} }}`);
        await panel.waitFor();
        return width();""",
        url=item_url,
    )
    assert got == width


def test_a_resizable_panel_follows_the_arrow_keys_and_the_mouse_within_its_limits(browser, item_url):
    got = browser.run(
        f"""{OPEN}{PANEL}
        await open("{{ size: 2, resizeOptions: {{ userResizable: true, minWidth: 600, maxWidth: 700 }} }}");
        const handle = panel.getByRole("separator");
        await handle.focus();
        await page.keyboard.press("ArrowLeft");
        const wider = await width();
        const box = await handle.boundingBox();
        await page.mouse.move(box.x + 2, 300);
        await page.mouse.down();
        await page.mouse.move(10, 300);
        await page.mouse.up();
        const widest = await width();
        for (let times = 0; times < 9; times++) await handle.press("ArrowRight");
        return [wider, widest, await width()];""",
        url=item_url,
    )
    assert got == [660, 700, 600]


def test_a_panel_closes_with_a_result_and_without_one_at_a_click_outside(browser, item_url):
    got = browser.run(
        f"""{OPEN}{PANEL}
        const follow = (more) =>
          open(`{{ configuration: {{ a: 1 }}, onClose: (result) => seen.push(result ?? null), ${{more}} }}`);
        await follow("");
        await panel.locator("iframe[data-loaded]").waitFor();
        const close = () => SDK.getConfiguration().panel.close(SDK.getConfiguration().a);
        await frameOf("panel").evaluate(close).catch(() => {{}});
        await panel.waitFor({{ state: "detached" }});
        await follow("");
        await page.mouse.click(5, 300);
        await panel.waitFor({{ state: "detached" }});
        await follow("lightDismiss: false");
        await panel.locator("iframe[data-loaded]").waitFor();
        await page.mouse.click(5, 300);
        if (!(await panel.isVisible())) throw new Error("the panel closed");
        await frame.waitForFunction(() => seen.length === 2);
        return seen();""",
        url=item_url,
    )
    assert got == [1, None]


def test_a_message_dialog_gives_back_what_was_chosen(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const message = page.locator("dialog.message");
        const ask = (options) => layout(`(it) => it.openMessageDialog("Cancel <b>it</b>?",
          {{ title: "Sure?", onClose: (answer) => seen.push(answer ?? null), ${{options}} }})`);
        await ask("showCancel: true, okText: 'Stop it', cancelText: 'Go on'");
        const text = await message.innerText();
        await message.getByRole("button", {{ name: "Stop it" }}).click();
        await ask("showCancel: true");
        await message.getByRole("button", {{ name: "Cancel" }}).click();
        await ask("");
        const count = await message.getByRole("button").count();
        await page.keyboard.press("Escape");
        await message.waitFor({{ state: "detached" }});
        await frame.waitForFunction(() => seen.length === 3);
        return [text, count, await seen()];""",
        url=item_url,
    )
    assert "Cancel <b>it</b>?" in got[0]
    assert got[1:] == [2, [True, False, None]]  # OK, and the cross


def test_a_page_that_fails_to_load_is_said_to_have_failed(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        await layout(`(it) => it.openCustomDialog("fabrikam.autocoder.broken", {{}})`);
        return page.locator("[role=alert]").innerText();""",
        url=item_url,
    )
    assert got == "Autocoder failed to load: there is no network"


def test_an_action_that_fails_to_load_is_said_to_have_failed_and_can_be_tried_again(browser, item_url):
    got = browser.run(
        """
        await page.route("**/action.html", (route) => route.fulfill({ status: 404, body: "none" }));
        await page.goto(url);
        const button = page.locator("#extension-toolbar > [data-action]");
        await button.click();
        const words = await page.locator(".extension-banner[role=alert] span").innerText();
        await page.unroute("**/action.html");
        await button.click();
        await page.locator("dialog.custom iframe[data-loaded]").waitFor();
        return words;""",
        url=item_url,
    )
    assert re.fullmatch(r"Autocoder failed to load: http://127.0.0.1:\d+/\S*action.html does not answer", got)


@pytest.mark.parametrize("call", ["openCustomDialog", "openPanel"])
def test_a_dialog_or_panel_whose_page_is_not_built_says_so(browser, item_url, call):
    got = browser.run(
        f"""{OPEN}
        await layout(`(it) => it.{call}("fabrikam.autocoder.unbuilt", {{}})`);
        return page.locator("dialog.message").innerText();""",
        url=item_url,
    )
    assert "Run: make extension-pages" in got


def test_a_dialog_with_an_unknown_page_is_refused(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const open = `(it) => it.openCustomDialog("fabrikam.autocoder.none", {{}}).catch((e) => e.message)`;
        return layout(open);""",
        url=item_url,
    )
    assert got == "There is no contribution fabrikam.autocoder.none."
