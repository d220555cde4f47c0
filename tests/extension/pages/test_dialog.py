"""The dialog in the hosting page, against the real app: refusals are explained, and nothing typed is lost."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def item(case):
    return case("write notes.txt Hello").item


def test_a_person_without_rights_is_told_and_keeps_what_was_typed(boards, item):
    shown = boards.run(
        """
        await openDialog(url);
        await canStart();
        await dialog.getByLabel("Additional instructions").fill("Keep it short.");
        await startButton.click();
        const alert = dialog.getByRole("alert").first();
        await alert.waitFor();
        const typed = await dialog.getByLabel("Additional instructions").inputValue();
        return { alert: await alert.innerText(), typed };
        """,
        url=boards.form(item, person="Chuck Reinhart"),
    )
    assert "Contribute" in shown["alert"]
    assert shown["typed"] == "Keep it short."


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast"])
def test_the_dialog_has_no_serious_barrier(boards, item, theme):
    found = boards.run(
        "await openDialog(url); await canStart(); return await page.violations(frameOf('dialog'));",
        url=boards.form(item, theme=theme),
    )
    assert found == []
