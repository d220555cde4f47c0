import json

from emulators.extension import EXTENSION_ID, ensure_key
from emulators.platform.app_settings import app_settings, write_settings
from emulators.platform.plan import Plan
from emulators.platform.vault import Passwords, vault_secrets
from emulators.tokens import TENANT


def test_the_app_knows_the_extension_and_its_pages_may_call_the_app(tmp_path):
    plan = Plan(tmp_path, base_port=7500)
    write_settings(plan, app_settings(plan))
    written = json.loads(plan.settings_file.read_text())
    assert written["Host"] == {"CORS": "http://127.0.0.1:7509"}
    assert written["Values"]["EXTENSION_ID"] == EXTENSION_ID
    assert written["Values"]["EXTENSION_TENANTS"] == TENANT


def test_the_vault_holds_the_key_of_the_extension(tmp_path):
    held = vault_secrets(Plan(tmp_path), Passwords("hook", "callback"))
    assert held["extension-key"] == ensure_key(tmp_path)


def test_only_the_durable_extension_gets_the_key_of_the_storage(tmp_path):
    assert "AzureWebJobsStorage" not in app_settings(Plan(tmp_path))
    settings = app_settings(Plan(tmp_path, base_port=7500, durable_extension=tmp_path / "program"))
    assert ";QueueEndpoint=https://127.0.0.1:7507/devstoreaccount1;" in settings["AzureWebJobsStorage"]
