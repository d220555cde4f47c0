"""The manifest decides where the extension appears: lists, menus, settings; its files may be missing."""

import json
import shutil
from functools import partial

import httpx
import pytest

from emulators.azure_devops.__main__ import build
from emulators.azure_devops.control.client import AzureDevOps
from emulators.azure_devops.core.services import ExtensionSource
from emulators.azure_devops.pages.forms.origin import FORM_TOKEN
from tests.emulators.azure_devops.conftest import Running
from tests.emulators.azure_devops.pages.extension.conftest import FIXTURE, PROJECT

ORGANIZATION_HUB = "fabrikam.autocoder.organization-settings"
CONTEXT = """
const context = async () => {
  await page.locator("dialog.custom iframe[data-loaded]").waitFor();
  const frame = page.frames().find((one) => one.url().endsWith("/dialog.html"));
  return frame.evaluate(() => SDK.getConfiguration().context);
};
await page.goto(url);
"""


def test_several_work_items_are_chosen_in_query_results(browser, project_url, items):
    got = browser.run(
        f"""{CONTEXT}
        const button = page.locator("#extension-toolbar [data-action]");
        const isDisabled = await button.isDisabled();
        for (const id of items) await page.getByLabel(`Select ${{id}}`, {{ exact: true }}).check();
        await button.click();
        return [isDisabled, await context()];""",
        url=f"{project_url}/_queries",
        items=items[:2],
    )
    chosen = sorted(items[:2], reverse=True)  # in the order of the list
    assert got == [True, {"ids": chosen, "workItemIds": chosen}]


@pytest.mark.parametrize(
    ("kind", "checked", "context"),
    [
        ("_queries", [], {"ids": [1], "workItemIds": [1]}),
        ("_queries", [1, 3], {"ids": [3, 1], "workItemIds": [3, 1]}),
        ("_queries", [2], {"ids": [1], "workItemIds": [1]}),
        ("_backlogs", [], {"workItemIds": [1]}),
        ("_boards", [], {"id": 1}),
    ],
)
def test_the_menu_of_a_row_or_card_gives_its_work_items(browser, project_url, items, kind, checked, context):
    assert items == [1, 2, 3]
    got = browser.run(
        f"""{CONTEXT}
        for (const id of checked) await page.getByLabel(`Select ${{id}}`, {{ exact: true }}).check();
        const menu = page.locator("details", {{ has: page.getByLabel("Actions for 1", {{ exact: true }}) }});
        await menu.locator("summary").click();
        if ((await menu.getByRole("button").count()) !== 1) throw new Error("the action is there twice");
        await menu.getByRole("button").click();
        return context();""",
        url=f"{project_url}/{kind}",
        checked=checked,
    )
    assert got == context


@pytest.mark.parametrize(
    ("path", "contribution"),
    [
        ("/contoso/Fabrikam%20Fiber/_settings/autocoder", "fabrikam.autocoder.project-settings"),
        ("/contoso/_settings/autocoder", ORGANIZATION_HUB),
        (f"/contoso/_settings/{ORGANIZATION_HUB}", ORGANIZATION_HUB),
    ],
)  # fmt: skip
def test_a_hub_is_on_the_settings_page_of_its_target(browser, ado, path, contribution):
    got = browser.run(
        """
        await page.goto(url);
        await page.locator("section[data-hub] iframe[data-loaded]").waitFor();
        const frame = page.frames().find((one) => one.url().endsWith("/settings.html"));
        return frame.evaluate(() => [SDK.getContributionId(), SDK.getWebContext().project?.name ?? null]);""",
        url=ado.url + path,
    )
    assert got == [contribution, PROJECT if "Fiber" in path else None]


def test_a_hub_of_another_target_is_not_found(ado):
    answer = httpx.get(f"{ado.url}/contoso/_settings/fabrikam.autocoder.project-settings")
    assert answer.status_code == 404
    assert "contributes no settings page" in answer.text


THEME = """
await page.goto(url);
await page.locator("section[data-group] iframe[data-loaded]").waitFor();
const frame = page.frames().find((one) => one.url().endsWith("/group.html"));
const theme = async (dark) => {
  const read = () => getComputedStyle(document.documentElement).getPropertyValue("--palette-neutral-0");
  return [await page.locator("html").getAttribute("data-theme"), await frame.evaluate(read)];
};
"""


def test_the_theme_of_the_page_reaches_the_extension_and_follows_a_change(browser, item_url):
    got = browser.run(
        f"""{THEME}
        const themes = [await theme()];
        for (const name of ["dark", "high-contrast"]) {{
          const applied = frame.evaluate(() => new Promise((done) => {{
            addEventListener("themeApplied", () => done(true), {{ once: true }});
          }}));
          await page.selectOption("#extension-theme", name);
          await applied;
          themes.push(await theme());
        }}
        return themes;""",
        url=item_url,
    )
    assert got == [["light", "255, 255, 255"], ["dark", "32, 31, 30"], ["high-contrast", "0, 0, 0"]]


def test_the_address_may_name_the_theme(browser, item_url):
    got = browser.run(
        f"""{THEME}
        const explicit = () => SDK.getPageContext().globalization.explicitTheme;
        return [...await theme(), await frame.evaluate(explicit)];""",
        url=f"{item_url}?theme=dark",
    )
    assert got == ["dark", "32, 31, 30", "dark"]


def test_the_viewer_can_be_chosen(browser, item_url):
    got = browser.run(
        """
        await page.goto(url);
        await page.selectOption("#extension-person", { label: "Chuck Reinhart" });
        await page.waitForURL(/person=/);
        await page.locator("section[data-group] iframe[data-loaded]").waitFor();
        return page.frames().find((one) => one.url().endsWith("/group.html")).locator("body").innerText();""",
        url=item_url,
    )
    assert got == "group for Chuck Reinhart"


def test_an_unknown_viewer_is_not_found(item_url):
    answer = httpx.get(f"{item_url}?person=Nobody%20Known")
    assert answer.status_code == 404
    assert "There is no person Nobody Known" in answer.text


def test_a_page_may_load_only_its_own_scripts_and_the_frames_of_the_extension(item_url, files, server):
    answer = httpx.get(item_url)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    scripts = f"script-src {server.url}/_extension/scripts/; connect-src 'self'"
    assert f"{scripts}; frame-src {files.url}; frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    repository_list = httpx.get(f"{server.url}/contoso")
    assert "script-src" not in repository_list.headers["Content-Security-Policy"]


def test_a_title_cannot_end_the_data_for_the_script(ado, project_url):
    title = "</script><script>alert(1)</script>"
    item = ado.create_work_item(PROJECT, "User Story", title)
    text = httpx.get(f"{project_url}/_workitems/edit/{item['id']}").text
    assert title not in text
    data = text.split('id="extension-host">')[1].split("</script>")[0]
    assert json.loads(data)["workItem"]["fields"]["System.Title"] == title


def test_a_program_that_signs_in_gets_the_page_without_the_extension(item_url, ado):
    text = httpx.get(item_url, auth=("", ado.pat)).text
    assert "<script" not in text
    assert "extension" not in text


@pytest.mark.parametrize(
    ("headers", "token"),
    [({"Origin": "http://evil.example"}, FORM_TOKEN), ({}, FORM_TOKEN), ({"Origin": "own"}, "wrong")],
    ids=["another origin", "no origin", "another process"],
)
def test_tokens_are_given_only_to_pages_of_this_server(server, ado, headers, token):
    own = {name: server.url if value == "own" else value for name, value in headers.items()}
    body = {"kind": "app", "token": token}
    answer = httpx.post(f"{server.url}/contoso/_extension/tokens", json=body, headers=own)
    assert answer.status_code == 403
    assert "value" not in answer.json()


@pytest.mark.parametrize("kind", ["refresh", "", None, ["app"]])
def test_a_token_of_an_unknown_kind_is_refused(server, kind):
    url, own = f"{server.url}/contoso/_extension/tokens", {"Origin": server.url}
    answer = httpx.post(url, json={"kind": kind, "token": FORM_TOKEN}, headers=own)
    assert (answer.status_code, answer.json()["message"]) == (400, "The kind must be access or app.")


@pytest.fixture(scope="module")
def unbuilt(tmp_path_factory, files):
    """A server whose extension has a manifest, but no pages yet."""
    folder = tmp_path_factory.mktemp("unbuilt")
    (folder / "manifest").mkdir()
    shutil.copy(FIXTURE / "vss-extension.json", folder / "manifest")
    source = ExtensionSource(folder, files.url)
    running = Running(tmp_path_factory.mktemp("state"), partial(build, extension=source))
    with AzureDevOps(running.url) as client:
        client.create_project(PROJECT, process="Agile")
        client.create_work_item(PROJECT, "User Story", "Any")
    yield running
    running.stop()


def test_without_the_built_pages_the_button_says_how_to_build_them(browser, unbuilt):
    got = browser.run(
        """
        await page.goto(url);
        await page.click("#extension-toolbar > [data-action]");
        const message = await page.locator("dialog.message").innerText();
        const group = await page.locator(".extension-group").innerText();
        return [message, group, await page.locator("iframe").count()];""",
        url=f"{unbuilt.url}/contoso/Fabrikam%20Fiber/_workitems/edit/1",
    )
    assert "Run: make extension-pages" in got[0]
    assert "Run: make extension-pages" in got[1]
    assert got[2] == 0
