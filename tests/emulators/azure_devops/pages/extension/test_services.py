"""The services that a page gets from its host; what the host does not have is refused."""

import jwt
import pytest

from emulators.extension import EXTENSION_ID, ensure_key
from emulators.tokens import TENANT

OPEN = """
await page.goto(url);
await page.click("#extension-toolbar > [data-action]");
await page.locator("dialog iframe[data-loaded]").waitFor();
const frame = page.frames().find((one) => one.url().endsWith("/dialog.html"));
const ask = (id, call) =>
  frame.evaluate(`SDK.getService("${id}").then(${call}).catch((error) => ({ refused: error.message }))`);
"""
DATA, LAYOUT = "ms.vss-features.extension-data-service", "ms.vss-features.host-page-layout-service"
NAVIGATION, LOCATION = "ms.vss-features.host-navigation-service", "ms.vss-features.location-service"
PROJECT, MESSAGES = "ms.vss-tfs-web.tfs-page-data-service", "ms.vss-tfs-web.tfs-global-messages-service"
FORM, NO_WRITING = "ms.vss-work-web.work-item-form", "not covered by the emulated work item form."


def ask(browser, url, service, call, then="return result;"):
    return browser.run(f"{OPEN} const result = await ask(id, call); {then}", url=url, id=service, call=call)


@pytest.mark.parametrize(
    ("service", "call", "refusal"),
    [
        ("ms.vss-web.none", "(it) => it", "There is no service with the id ms.vss-web.none."),
        ("constructor", "(it) => it", "There is no service with the id constructor."),
        (LAYOUT, "(it) => it.openWindow()", "it.openWindow is not a function"),
        (FORM, "(it) => it.setFieldValue('a', 'b')", f"setFieldValue is {NO_WRITING}"),
        (NAVIGATION, "(it) => it.navigate('javascript:alert(1)')", "javascript: addresses are not opened."),
    ],
)  # fmt: skip
def test_what_the_host_does_not_have_is_refused(browser, item_url, service, call, refusal):
    assert ask(browser, item_url, service, call) == {"refused": refusal}


def test_an_unknown_object_or_method_is_refused_in_the_words_of_the_protocol(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        return frame.evaluate(async () => {{
          const answers = [];
          addEventListener("message", (event) => answers.push(JSON.parse(event.data)));
          const send = (message) => parent.postMessage(JSON.stringify(message), "*");
          send({{ id: 901, instanceId: "DevOps.NestedAppAuth", methodName: "processRequest" }});
          send({{ id: 902, instanceId: "DevOps.HostControl", methodName: "constructor", params: [] }});
          send({{ id: 903, instanceId: "__proxyFunctions", methodName: "proxy999", params: [] }});
          while (answers.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
          return answers.sort((a, b) => a.id - b.id).map((one) => one.error.message);
        }});""",
        url=item_url,
    )
    assert got == [
        "The registered object DevOps.NestedAppAuth could not be found.",
        "RPC method not found: constructor",
        "RPC method not found: proxy999",
    ]


def test_messages_of_another_origin_or_another_window_are_ignored(browser, item_url, files):
    got = browser.run(
        f"""{OPEN}
        await page.evaluate((own) => {{
          window.answers = [];
          const stranger = document.createElement("iframe");
          stranger.srcdoc = "<p>stranger</p>";
          document.body.append(stranger);
          const instanceId = "DevOps.HostControl";
          const ask = JSON.stringify({{ id: 1, instanceId, methodName: "getAccessToken" }});
          stranger.onload = () => {{
            stranger.contentWindow.addEventListener("message", (event) => window.answers.push(event.data));
            stranger.contentWindow.parent.postMessage(ask, "*");
            window.postMessage(ask, "*");
            const frame = document.querySelector("dialog iframe");
            const dispatch = (origin) => window.dispatchEvent(
              new MessageEvent("message", {{ data: ask, origin, source: frame.contentWindow }}));
            const others = ["http://evil.example", location.origin, "null", `${{own}}.evil.example`];
            [...others, own].forEach(dispatch);
          }};
        }}, own);
        const requests = () => {{
          const loaded = performance.getEntriesByType("resource");
          return loaded.filter((one) => one.name.endsWith("/_extension/tokens")).length;
        }};
        await page.waitForFunction(requests);
        await page.evaluate(() => fetch(location.href));  // whatever was sent before has arrived by now
        return [await page.evaluate(requests), await page.evaluate(() => window.answers)];""",
        url=item_url,
        own=files.url,
    )
    assert got == [1, []]  # the message of the frame's own origin, and no answer to a stranger


def test_the_app_token_is_signed_for_the_extension_and_names_the_viewer(browser, item_url, server):
    token = browser.run(
        f"{OPEN} return frame.evaluate(() => SDK.getAppToken());", url=f"{item_url}?person=Jamal%20Hartnett"
    )
    claims = jwt.decode(token, ensure_key(server.state), algorithms=["HS256"], audience=EXTENSION_ID)
    assert claims["iss"] == "app.vstoken.visualstudio.com"
    assert claims["nameid"] == "54d125f7-69f7-4191-904f-c5b96b6261c8"
    assert claims["tid"] == TENANT
    assert claims["exp"] - claims["nbf"] == 70 * 60
    assert set(claims) == {"nameid", "tid", "jti", "iss", "aud", "nbf", "exp"}


def test_the_access_token_is_the_viewers_and_cut_to_the_scopes(browser, item_url, items):
    got = browser.run(
        f"""{OPEN}
        return frame.evaluate(async (id) => {{
          const service = await SDK.getService("ms.vss-features.location-service");
          const base = await service.getServiceLocation();
          const headers = {{ Authorization: `Bearer ${{await SDK.getAccessToken()}}` }};
          const read = async (path) => (await fetch(`${{base}}_apis/${{path}}`, {{ headers }})).json();
          const repositories = await read("git/repositories?api-version=7.1").catch((error) => error.name);
          const who = await read("connectionData?api-version=7.1-preview");
          const item = await read(`wit/workitems/${{id}}?api-version=7.1`);
          return [who.authenticatedUser.providerDisplayName, item.id, repositories];
        }}, id);""",
        url=f"{item_url}?person=Jamal%20Hartnett",
        id=items[0],
    )
    assert got == ["Jamal Hartnett", items[0], "TypeError"]  # no vso.code: an answer without CORS headers


def test_the_extensions_documents_are_sent_with_the_token_of_its_page(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const calls = [];
        await page.route("**/_apis/ExtensionManagement/**", async (route) => {{
          const request = route.request();
          const path = new URL(request.url()).pathname.split("/Data/")[1];
          calls.push([request.method(), path, request.postDataJSON()]);
          if (request.headers().authorization !== "Bearer t") throw new Error("another token");
          const missing = path.endsWith("none") && {{ message: "The document does not exist" }};
          const kept = {{ id: "a", value: 5, __etag: 1 }};
          await route.fulfill({{ status: missing ? 404 : 200, json: missing || kept }});
        }});
        const results = await ask(id, `async (it) => {{
          const data = await it.getExtensionDataManager("fabrikam.autocoder", "t");
          return [
            await data.getValue("a"),
            await data.getValue("none", {{ scopeType: "User", defaultValue: "usual" }}),
            await data.setValue("a", 5, {{ scopeType: "User" }}),
            (await data.setDocument("settings", {{ id: "a/b", __etag: -1, draft: null }})).__etag,
            await data.getDocument("settings", "none").catch((error) => [error.status, error.message]),
            await data.deleteDocument("settings", "a"),
          ];
        }}`);
        return [results, calls];""",
        url=item_url,
        id=DATA,
    )
    settings = "Scopes/Default/Current/Collections/settings/Documents"
    values = "Collections/%24settings/Documents"
    assert got[0][:5] == [5, "usual", 5, 1, [404, "The document does not exist"]]
    assert got[1] == [
        ["GET", f"Scopes/Default/Current/{values}/a", None],
        ["GET", f"Scopes/User/Me/{values}/none", None],
        ["PUT", f"Scopes/User/Me/{values}", {"id": "a", "__etag": -1, "value": 5}],
        ["PUT", settings, {"id": "a/b", "__etag": -1}],
        ["GET", f"{settings}/none", None],
        ["DELETE", f"{settings}/a", None],
    ]


def test_the_location_is_the_organisation(browser, item_url, server):
    call = "async (it) => [await it.getServiceLocation(), await it.getResourceAreaLocation('any')]"
    assert ask(browser, item_url, LOCATION, call) == [f"{server.url}/contoso/"] * 2


def test_the_project_is_that_of_the_page(browser, item_url):
    assert ask(browser, item_url, PROJECT, "async (it) => (await it.getProject()).name") == "Fabrikam Fiber"


def test_navigation_reads_and_changes_the_address_of_the_page(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const parameters = await ask(id, `async (it) => {{
          await it.setQueryParams({{ view: "log", theme: "" }});
          await it.setHash("run");
          await it.setDocumentTitle("Mine");
          return [await it.getQueryParams(), await it.getHash()];
        }}`);
        const [opened] = await Promise.all([
          page.context().waitForEvent("page"), ask(id, `(it) => it.openNewWindow("/contoso", "")`)]);
        await opened.waitForLoadState();
        await ask(id, `(it) => void it.navigate("/")`).catch(() => {{}});
        await page.waitForURL((url) => url.pathname === "/");
        return [...parameters, new URL(opened.url()).pathname];""",
        url=f"{item_url}?theme=dark",
        id=NAVIGATION,
    )
    assert got == [{"view": "log"}, "run", "/contoso"]


def test_banners_and_toasts_appear_on_the_page(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        await ask(id, `async (it) => {{
          const messageLinks = [{{ name: "this", href: "https://example.com" }}];
          await it.addBanner({{ level: 2, messageFormat: "See {{0}} <b>", messageLinks }});
          await it.addToast({{ message: "Saved", duration: 60000 }});
        }}`);
        const banner = page.locator(".extension-banner.error");
        const shown = [await banner.innerText(), await banner.getByRole("link").getAttribute("href"),
          await page.locator(".extension-toast").innerText()];
        await ask(id, `(it) => it.closeBanner()`);
        await banner.waitFor({{ state: "detached" }});
        return shown;""",
        url=item_url,
        id=MESSAGES,
    )
    assert got[0].startswith("See this <b>")
    assert got[1:] == ["https://example.com/", "Saved"]


def test_addresses_that_are_not_of_the_web_are_refused_and_links_get_no_hold_of_the_page(browser, item_url):
    got = browser.run(
        f"""{OPEN}
        const words = await ask(id, `async (it) => {{
          const add = (more) => it.addBanner(more).then(() => "shown", (error) => error.message);
          const link = (href) => add({{ messageFormat: "{{0}}", messageLinks: [{{ name: "a", href }}] }});
          const button = (href) => add({{ buttons: [{{ text: "a", href }}] }});
          const refused = [await button("data:,x"), await link("javascript:alert(1)")];
          return [...refused, await link("https://example.com")];
        }}`);
        return [...words, await page.locator(".extension-banner a").getAttribute("rel")];""",
        url=item_url,
        id=MESSAGES,
    )
    refused = "addresses are not opened."
    assert got == [f"data: {refused}", f"javascript: {refused}", "shown", "noopener"]


TYPE = """
await page.locator("#item summary").first().click();
await page.fill("#item input[name=title]", "Typed");
"""


def test_the_form_gives_out_saved_and_unsaved_values(browser, item_url, items, server):
    got = browser.run(
        f"""{OPEN.replace("await page.click", f"{TYPE} await page.click")}
        return ask(id, `async (it) => [
          await it.getId(), await it.isNew(), await it.isDirty(), await it.hasActiveWorkItem(),
          await it.getFieldValue("System.Title"),
          await it.getFieldValue("System.Title", {{ returnOriginalValue: true }}),
          (await it.getFieldValues(["System.WorkItemType", "System.CreatedBy"])),
          (await it.getIdentityFieldValue("System.CreatedBy")).displayName,
          await it.getWorkItemRelations(),
          SDK.getConfiguration().context.workItemDirty,
        ]`);""",
        url=item_url,
        id=FORM,
    )
    assert got[:6] == [items[0], False, True, True, "Typed", "Add a login page"]
    created_by = "Normal Paulk <fabrikamfiber16@hotmail.com>"
    assert got[6] == {"System.WorkItemType": "User Story", "System.CreatedBy": created_by}
    assert got[7:] == ["Normal Paulk", [], True]
