"""A whole platform for tests: started once, with its own folder, its own ports and a project to work in.

with running_platform(tmp_path, settings={"POLL_SECONDS": "1"}) as platform:
    item = platform.work_item("Say hello", tags=["autocoder"])
    run = platform.finished(platform.run_of(item["id"]))
    platform.kill_host(); platform.start_host()
"""

import contextlib
import os
import random
import secrets
import ssl
import time
from pathlib import Path

import httpx

from emulators import identities, tokens
from emulators.certificates import ensure_certificates
from emulators.platform.app_settings import SUBSCRIPTION, app_settings, write_settings
from emulators.platform.clients.app import PHASES, App, function_key, keys
from emulators.platform.places import free_base_port
from emulators.platform.plan import Plan
from emulators.platform.running import running
from emulators.platform.sample import HOOK_FUNCTION, create_sample
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, FUNCTIONS_HOST, MODEL_PROVIDER

LOOK_SECONDS = 0.05
DURABLE_EXTENSION = "DURABLE_EXTENSION"  # the variable with the program that `make test-durable` tests on
# The Durable extension keeps every step in storage, and gives killed work back after nearly a minute.
PATIENCE_WITH_EXTENSION = 4
HUB_NAME = "AzureFunctionsJobHost__extensions__durableTask__hubName"
QUOTAS = ("--per-five-minutes", "--per-hour", "--groups", "--cores")
WITHOUT_QUOTAS = {AZURE_RESOURCE_MANAGER.name: [part for name in QUOTAS for part in (name, "10000")]}


class Platform:
    """A running platform with its sample: what a person, a caller and a test can do to it."""

    def __init__(self, platform, sample):
        self.emulators, self.sample, self.person = platform, sample, sample.person
        self.plan, self.state = platform.plan, platform.plan.state
        self.app = App(self.plan)
        self._hub = {}  # the setting that names another task hub than host.json's

    def url(self, emulator):
        """The address of one of the programs of `emulators.ports`."""
        return self.emulators.url(emulator)

    def client(self, emulator, **options):
        """An HTTP client of one program that trusts the local authority."""
        trusted = ssl.create_default_context(cafile=ensure_certificates(self.state).authority)
        return httpx.Client(
            base_url=self.url(emulator), verify=trusted, trust_env=False, timeout=60, **options
        )

    # -- Azure DevOps -------------------------------------------------------------------------------------

    def work_item(self, title, description="<div>Please.</div>", *, tags=(), **fields):
        """Create a work item in the sample's project, as a person; returns it."""
        named = {"System.Title": title, "System.Description": description, **fields}
        if tags:
            named["System.Tags"] = "; ".join(tags)
        return self.person.create_work_item(self.sample.project, "User Story", named)

    def pull_requests(self):
        """Every pull request of the sample's repository, oldest first."""
        found = self.person.pull_requests(self.sample.project, self.sample.repository)
        return sorted(found, key=lambda one: one["pullRequestId"])

    def comments(self, work_item_id):
        """The comments of a work item."""
        return self.person.comments(self.sample.project, work_item_id)

    # -- the app ------------------------------------------------------------------------------------------

    def post_run(self, body, **headers):
        """POST /api/runs with the host's key; returns the answer."""
        return self.app.http.post("/api/runs", json=body, headers=headers)

    def deliver(self, payload, *, password=None, key=None):
        """Deliver a service hook by hand; returns the answer."""
        secret = self.emulators.passwords.hook_password if password is None else password
        code = function_key(self.plan, HOOK_FUNCTION) if key is None else key
        url = f"{self.url(FUNCTIONS_HOST)}/api/hooks/azure-devops"
        content = {"content": payload} if isinstance(payload, (bytes, str)) else {"json": payload}
        return httpx.post(
            url, params={"code": code}, auth=("autocoder", secret), timeout=60, trust_env=False, **content
        )

    def delivery(self, delivery_id, seconds=30):
        """Wait until a delivery was taken (or failed); returns what came of it."""

        def taken():
            found = self.app.http.get(f"/api/deliveries/{delivery_id}").raise_for_status().json()
            return found if found["status"] != "pending" else None

        return self.wait_for(taken, f"delivery {delivery_id} to be taken", seconds)

    def run_of(self, work_item_id, seconds=20):
        """Wait for the run of a work item; returns its id."""

        def first():
            runs = self.app.runs(workItemId=work_item_id)
            return runs[0]["id"] if runs else None

        return self.wait_for(first, f"a run of work item {work_item_id}", seconds)

    def reached(self, run_id, status, seconds=60):
        """Wait until a run has this status (or has ended); returns the run."""

        def there():
            run = self.app.run(run_id)
            return run if run["status"] == status or run["status"] not in PHASES else None

        return self.wait_for(there, f"run {run_id} to be {status}", seconds)

    def finished(self, run_id, seconds=90):
        """Wait until a run has ended; returns it."""
        return self.reached(run_id, "an outcome", seconds)

    def wait_for(self, look, what, seconds):
        """Call *look* until it returns something, and return that; fails after *seconds* with patience."""
        seconds *= patience()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                found = look()
                if found:
                    return found
            self.emulators.check()
            time.sleep(LOOK_SECONDS)
        raise AssertionError(f"waited {seconds} s for {what}; {self.host_log()}")

    def host_log(self):
        """The end of the functions host's log."""
        return self.plan.log(FUNCTIONS_HOST.name).read_text()[-3000:]

    # -- Azure --------------------------------------------------------------------------------------------

    def container_groups(self):
        """The names of the container groups that are there now."""
        token = tokens.mint(
            self.state, resource=tokens.RESOURCE_MANAGER_RESOURCE, client_id=identities.APP.client_id
        )
        path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/containerGroups"
        with self.client(AZURE_RESOURCE_MANAGER, headers={"Authorization": f"Bearer {token}"}) as azure:
            answer = azure.get(path, params={"api-version": "2023-05-01"})
        return [group["name"] for group in answer.raise_for_status().json()["value"]]

    # -- trouble ------------------------------------------------------------------------------------------

    def kill_host(self):
        """End the functions host as a crash would (SIGKILL)."""
        self.emulators.kill(FUNCTIONS_HOST)

    def start_host(self):
        """Start the functions host again, and wait until it serves."""
        self.emulators.restart(FUNCTIONS_HOST)

    def restart_host_with(self, **settings):
        """Start the functions host again with these settings in addition to those of the plan."""
        self.kill_host()
        write_settings(self.plan, {**app_settings(self.plan), **self._hub, **settings})
        self.start_host()

    def trigger(self, function):
        """Run a timer function at once, like the portal's button."""
        headers = {"x-functions-key": keys(self.plan)["master"]}
        url = f"{self.url(FUNCTIONS_HOST)}/admin/functions/{function}"
        assert httpx.post(url, json={}, headers=headers, trust_env=False).status_code == 202

    def resume(self):
        """Let every run go on that should, without waiting for the minute."""
        self.trigger("resume_runs")

    def instance(self, instance_id):
        """What the task hub says of an orchestration."""
        headers = {"x-functions-key": keys(self.plan)["master"]}
        url = f"{self.url(FUNCTIONS_HOST)}/runtime/webhooks/durabletask/instances/{instance_id}"
        return httpx.get(url, headers=headers, trust_env=False).json()

    def another_hub(self):
        """Start the functions host again with an empty task hub: every orchestration is gone."""
        self._hub = {HUB_NAME: f"another{secrets.token_hex(8)}"}
        self.restart_host_with()

    def fault(self, emulator, **fault):
        """Make the next matching requests to *emulator* fail: see `emulators/faults.py`."""
        with self.client(emulator) as http:
            http.post("/_control/faults", json=fault).raise_for_status()

    def forget_faults(self):
        """Forget all faults that are waiting."""
        for emulator in (AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, MODEL_PROVIDER):
            with self.client(emulator) as http:
                http.delete("/_control/faults")


def durable_extension():
    """The program of Microsoft's Durable extension that the tests run on, None for the embedded hub."""
    given = os.environ.get(DURABLE_EXTENSION)
    return Path(given).absolute() if given else None


def patience():
    """How many times longer a test waits on the Durable extension than on the embedded hub."""
    return PATIENCE_WITH_EXTENSION if durable_extension() else 1


def a_base_port():
    """The first of ten consecutive free ports, chosen at random, so that tests can run in parallel.

    They are above those that Azurite takes by itself, as it does in a documented command.
    """
    return free_base_port(random.Random(os.urandom(8)).randrange(10_020, 30_000, 20))


@contextlib.contextmanager
def running_platform(state: Path, **options):
    """Start a platform with *options* of its plan (`settings`, `arguments`, `app`), fill it, and end it."""
    defaults = {"arguments": WITHOUT_QUOTAS, "durable_extension": durable_extension()}
    plan = Plan(state=state, base_port=a_base_port(), **{**defaults, **options})
    with running(plan) as platform:
        yield Platform(platform, create_sample(platform))
