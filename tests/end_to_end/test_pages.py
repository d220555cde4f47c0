"""The pages of the local Azure DevOps: a person starts a run there and reads its log, without a key."""

import re

import httpx

from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.ports import AZURE_DEVOPS


def test_a_tag_that_is_set_on_the_page_starts_a_run_whose_page_shows_the_log(case, quick):
    tagged, server = case(), quick.url(AZURE_DEVOPS)
    page = f"{server}/{ORGANIZATION}/{PROJECT}/_workitems/edit/{tagged.item['id']}"
    token = re.search(r'name="token" value="([^"]+)"', httpx.get(page).text)[1]
    fields = {"token": token, "form": "add-tag", "tag": "autocoder"}
    parts = {name: (None, value) for name, value in fields.items()}
    assert httpx.post(page, files=parts, headers={"Origin": server}).status_code == 303
    tagged.run_id = quick.run_of(tagged.item["id"])
    run = tagged.published_once()
    assert run["requestedBy"] == "Normal Paulk"
    (path,) = re.findall(rf'Run <a href="([^"]+)">{tagged.run_id}</a>', httpx.get(page).text)
    shown = httpx.get(f"{server}{path}").text
    assert ">completed</span>" in shown
    assert '<pre class="log">' in shown
