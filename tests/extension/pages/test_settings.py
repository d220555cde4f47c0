"""The settings of a project and of the organisation: kept, inherited, and checked against the app."""

import uuid

import pytest

from emulators.platform.clients.app import keys
from tests.extension.pages.conftest import NARROW, THEMES

pytestmark = pytest.mark.slow
PAGE = "_settings/autocoder"
CONTRIBUTOR = "Jamal Hartnett"
STEPS = """
const save = settings.getByRole("button", { name: "Save", exact: true });
const saved = settings.getByRole("status").getByText("Saved.");
const doctor = settings.getByRole("region", { name: "Check the app" });
const hooks = settings.getByRole("region", { name: "Service hooks" });
const url = settings.getByLabel("Function URL", { exact: true });
const model = settings.getByLabel("Model", { exact: true });
const template = settings.getByLabel("Prompt template", { exact: true });
await open("settings", page_url);
await model.waitFor();
"""


@pytest.fixture
def project(boards):
    """The name of a new project, without subscriptions and settings."""
    name = f"Settings {uuid.uuid4().hex[:8]}"
    with boards.control() as control:
        control.create_project(name)
    return name


@pytest.fixture
def settings(boards, project):
    """Run a program on the settings page of a new project."""

    def run(program, *, context=None, of=project, **query):
        address = boards.address(PAGE, project=of, **query)
        return boards.run(STEPS + program, page_url=address, key=key, password=password, context=context)

    key = keys(boards.platform.plan)["host"]["default"]
    password = boards.platform.emulators.passwords.hook_password
    return run


def subscriptions(boards, project):
    """The subscriptions of a project."""
    person = boards.platform.person
    (wanted,) = (one["id"] for one in person.ask("GET", "_apis/projects")["value"] if one["name"] == project)
    found = person.ask("GET", "_apis/hooks/subscriptions")["value"]
    return [one for one in found if one["publisherInputs"]["projectId"] == wanted]


def test_what_a_project_saves_is_there_the_next_time(settings):
    shown = settings(
        """
        await model.fill("large-model");
        await settings.getByText("Unsaved: Model").waitFor();
        await save.click();
        await saved.waitFor();
        await open("settings", page_url);
        await settings.getByRole("status").getByText("All changes are saved.").waitFor();
        return { value: await model.inputValue(), faults: faults() };
        """
    )
    assert shown == {"value": "large-model", "faults": []}


def test_a_project_inherits_what_the_organization_saves(settings, boards):
    settings('await model.fill("model-of-all"); await save.click(); await saved.waitFor();', of="")
    try:
        shown = settings('return [await model.inputValue(), await model.getAttribute("placeholder")];')
    finally:
        settings(
            'await settings.getByRole("button", { name: "Clear: Model" }).click(); await save.click();'
            "await saved.waitFor();",
            of="",
        )
    assert shown == ["", "model-of-all (organization)"]


def test_two_people_who_save_at_once_lose_nothing(settings, boards, project):
    shown = settings(
        """
        await model.fill("mine");
        const other = await page.context().newPage();
        await other.goto(page_url);
        const theirs = other.frameLocator('iframe[src$="/settings.html"]');
        await theirs.getByLabel("Prompt template", { exact: true }).fill("theirs");
        await theirs.getByRole("button", { name: "Save", exact: true }).click();
        await theirs.getByText("Saved.").waitFor();
        await save.click();
        const alert = await alertOf(settings);
        const kept = [await model.inputValue(), await template.inputValue()];
        await save.click();
        await saved.waitFor();
        return { alert, kept };
        """
    )
    assert "somebody else saved" in shown["alert"]
    assert shown["kept"] == ["mine", "theirs"]


def test_the_doctor_reports_each_check_and_forgets_the_key(settings):
    shown = settings(
        """
        await doctor.getByLabel("Function key").fill(key);
        await doctor.getByRole("button", { name: "Check the app" }).click();
        await doctor.getByRole("listitem").first().waitFor({ timeout: 60_000 });
        return { text: await doctor.innerText(), checks: await doctor.getByRole("listitem").count(),
                 key: await doctor.getByLabel("Function key").inputValue(), faults: faults() };
        """
    )
    assert shown["checks"] > 5
    assert f"{shown['checks']} checks" in shown["text"]
    assert shown["key"] == ""


def test_a_wrong_function_key_is_named_and_stays_for_the_next_attempt(settings):
    shown = settings(
        """
        await doctor.getByLabel("Function key").fill("wrong");
        await doctor.getByRole("button", { name: "Check the app" }).click();
        return { alert: await alertOf(doctor), key: await doctor.getByLabel("Function key").inputValue() };
        """
    )
    assert "does not accept this function key" in shown["alert"]
    assert shown["key"] == "wrong"


CHECK = """
await hooks.getByLabel("Function key").fill(key);
await hooks.getByRole("button", { name: "Check subscriptions" }).click();
await hooks.getByRole("listitem").first().waitFor();
"""
CREATE = f"""{CHECK}
await hooks.getByLabel("Hook password").fill(password);
await hooks.getByRole("button", {{ name: /^Create the/ }}).dblclick();
await hooks.getByText("All subscriptions are healthy.").waitFor();
"""


def test_the_subscriptions_are_created_once(settings, boards, project):
    shown = settings(
        f"""{CREATE}
        const values = (all) => all.map((one) => one.value);
        const secrets = await hooks.locator("input[type=password]").evaluateAll(values);
        {CHECK}
        const again = await hooks.getByRole("button", {{ name: /^Create the/ }}).count();
        return {{ rows: await hooks.getByRole("listitem").count(), secrets, again, faults: faults() }};
        """
    )
    assert len(subscriptions(boards, project)) == shown["rows"] > 0
    assert shown["secrets"] == [""]
    assert shown["again"] == 0
    assert shown["faults"] == []


def test_a_subscription_that_was_disabled_is_shown_and_repaired(settings, boards, project):
    settings(CREATE)
    first, *others = subscriptions(boards, project)
    with boards.control() as control:
        control.set_subscription_status(first["id"], "disabledBySystem")
    shown = settings(
        f"""{CHECK}
        const before = await hooks.innerText();
        await hooks.getByLabel("Hook password").fill(password);
        await hooks.getByRole("button", {{ name: /^Repair/ }}).click();
        await hooks.getByText("All subscriptions are healthy.").waitFor();
        return before;
        """
    )
    assert "Azure DevOps disabled it after repeated failures" in shown
    after = subscriptions(boards, project)
    assert {one["status"] for one in after} == {"enabled"}
    assert len(after) == len(others) + 1


def test_a_person_without_the_permission_is_told_which_one(settings, boards, project):
    shown = settings(
        f"""{CHECK}
        await hooks.getByLabel("Hook password").fill(password);
        await hooks.getByRole("button", {{ name: /^Create the/ }}).click();
        const alert = await alertOf(hooks);
        return {{ alert, secrets: [await hooks.getByLabel("Function key").inputValue() === key,
                 await hooks.getByLabel("Hook password").inputValue() === password] }};
        """,
        person=CONTRIBUTOR,
    )
    assert "View subscriptions and Edit subscriptions" in shown["alert"]
    assert "project administrators" in shown["alert"]
    assert shown["secrets"] == [True, True]
    assert subscriptions(boards, project) == []


def test_who_may_not_save_is_told_so_before_they_change_anything(settings):
    refusal = """
    const reason = settings.getByText("you need the permission Edit project-level information");
    await reason.waitFor();
    return await save.isDisabled();
    """
    assert settings(refusal, person=CONTRIBUTOR) is True


def test_a_function_url_of_another_host_is_not_saved(settings):
    shown = settings(
        """
        await url.fill("https://elsewhere.invalid");
        await model.fill("typed");
        await save.click();
        return { alert: await alertOf(settings.getByRole("group", { name: "Save" })),
                 kept: [await url.inputValue(), await model.inputValue()] };
        """
    )
    assert "may call only" in shown["alert"]
    assert shown["kept"] == ["https://elsewhere.invalid", "typed"]


@pytest.mark.parametrize(
    ("answer", "words"), [("asNobody", "gives no answer"), ("asWebPage", "web page (HTML)")]
)
def test_an_app_that_does_not_answer_is_explained_and_its_lists_can_be_typed(settings, answer, words):
    shown = settings(
        f"""
        await model.fill("typed");
        await appAnswers({answer});
        await doctor.getByLabel("Function key").fill(key);
        await doctor.getByRole("button", {{ name: "Check the app" }}).click();
        const alert = await alertOf(doctor);
        await open("settings", page_url);
        return {{ alert, again: await alertOf(settings), typed: await model.isEditable() }};
        """
    )
    assert words in shown["alert"]
    assert words in shown["again"]
    assert shown["typed"] is True


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("of", ["", "Fabrikam"])
def test_the_settings_have_no_serious_barrier(settings, theme, of):
    assert settings('return page.violations(frameOf("settings"));', of=of, theme=theme) == []


def test_the_settings_fit_480_pixels(settings):
    assert settings('return tooWide("settings", 480);', context=NARROW) == 0
