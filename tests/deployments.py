"""Deployments in the middle of a run: the host comes back with another shape of the orchestrations.

One module of tests for each shape, so that they can run side by side:

    @IN_EACH_PHASE
    def test_a_run_goes_on_with_a_step_more(deployed, phase):
        deployed.goes_on(phase, with_a_step_more)
"""

import contextlib
import json
import shutil

import pytest

from emulators.platform.processes import ROOT
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER
from emulators.soak.counts import is_over
from tests.quick_agent import LINKED, quick_options

ASKED = "<div>QUICK tell begun</div><div>QUICK write notes.txt hello</div>"
SLOWLY = "<div>QUICK sleep 5</div>"
SLOW_CHECKS = '<div>QUICK write tests/test_slow.py __import__("time").sleep(6)</div>'
BUSY = {"status": 503, "headers": {"Retry-After": "1"}, "times": 1_000}
SECONDS = 180
# One place, so that a run can be made to wait for it; the tests need no more.
SETTINGS = {"POLL_SECONDS": "2", "MAX_CONCURRENT_RUNS": "1"}


# -- shapes -----------------------------------------------------------------------------------------------


def with_a_step_more(app):
    """Let the loop observe the run twice."""
    edit(
        app / "orchestrators" / "run_agent.py",
        "    while seen.next in CHAINS:\n",
        "    yield from step(context, observe_run, run_id)\n    while seen.next in CHAINS:\n",
    )


def with_a_step_less(app):
    """Leave out a step of each chain that has another way to go on."""
    edit(app / "orchestrators" / "publish.py", "    if not pull_request.pending:\n", "    if True:\n")
    at_once = "yield from _at_once(context, Conclusion(report=report, row=seen.row))"
    edit(app / "orchestrators" / "conclude.py", at_once, "Concluded()")


def with_other_names(app):
    """Rename every activity."""
    edit(app / "activities" / "activity.py", "return self.run.__name__", 'return "do_" + self.run.__name__')
    edit(
        app / "activities" / "activity.py",
        "starting_entry.__name__ = run.__name__",
        'starting_entry.__name__ = "do_" + run.__name__',
    )


def with_activities_that_are_missing(app):
    """Let orchestrations call activities that no function answers: the hub schedules nothing for them."""
    edit(
        app / "activities" / "activity.py",
        "return self.run.__name__",
        'return "missing_" + self.run.__name__',
    )


def edit(file, old, new):
    """Replace *old*, which has to be there, by *new* in a file."""
    text = file.read_text()
    assert old in text, f"{file.name} has changed"
    file.write_text(text.replace(old, new))


# -- phases: each returns the work item's text, and what keeps a run of it in the phase is done by then ----


def hold_queued(platform):
    item = platform.work_item("Has the place", SLOWLY, tags=["autocoder"])
    assert platform.reached(platform.run_of(item["id"]), "running")["status"] == "running"
    return ASKED


def hold_preparing(platform):
    platform.fault(AZURE_DEVOPS, path="/_apis/git/repositories", **BUSY)
    return ASKED


def hold_provisioning(platform):
    with platform.client(AZURE_RESOURCE_MANAGER) as azure:
        trouble = {"kind": "startDelay", "seconds": 6}
        azure.post("/_control/troubles", json=trouble).raise_for_status()
    return ASKED


def hold_running(_):
    return SLOWLY + ASKED


def hold_verifying(_):
    return SLOW_CHECKS + ASKED


def hold_publishing(platform):
    platform.fault(AZURE_DEVOPS, path="/pullrequests", method="POST", **BUSY)
    return ASKED


def hold_reporting(platform):
    platform.fault(AZURE_DEVOPS, path="/comments/", method="PATCH", **BUSY)
    return ASKED


HOLDS = {
    "queued": hold_queued,
    "preparing": hold_preparing,
    "provisioning": hold_provisioning,
    "running": hold_running,
    "verifying": hold_verifying,
    "publishing": hold_publishing,
    "reporting": hold_reporting,
}
IN_EACH_PHASE = pytest.mark.parametrize("phase", HOLDS)
MARKS = [pytest.mark.slow, pytest.mark.durable, pytest.mark.timeout(300)]


class DeployedApp:
    """A platform whose app is a copy of this checkout's, and can be replaced by one of another shape."""

    def __init__(self, platform, app):
        self.platform, self.app = platform, app

    def goes_on(self, phase, change):
        """A run that is in *phase* when a release with *change* is deployed ends as if nothing had been."""
        try:
            self._goes_on(phase, change)
        finally:
            self._clean_up()

    def _goes_on(self, phase, change):
        platform = self.platform
        asked = HOLDS[phase](platform)
        item = platform.work_item(f"Held while {phase}", asked, tags=["autocoder"])
        run_id = platform.run_of(item["id"])
        assert platform.reached(run_id, phase)["status"] == phase
        if phase == "queued":
            assert "next in line" in self._reason(run_id)
        self.deploy(change)
        platform.forget_faults()
        platform.resume()
        run = platform.finished(run_id, seconds=SECONDS)
        assert (run["status"], run.get("reason", "")) == ("completed", "")
        mine = [one for one in platform.pull_requests() if one["pullRequestId"] == run["pullRequestId"]]
        assert len(mine) == 1
        assert platform.app.log(run_id).count("begun") == 1

    def _clean_up(self):
        """Leave the next phase a platform without faults, its first app, and no run that holds the place."""
        platform = self.platform
        platform.forget_faults()
        with platform.client(AZURE_RESOURCE_MANAGER) as azure:
            azure.delete("/_control/troubles").raise_for_status()
        self.deploy(None)  # a deployment back is a deployment like any other
        for run in platform.app.runs():
            if not is_over(run):
                platform.app.http.post(f"/api/runs/{run['id']}/cancel")

    def _reason(self, run_id):
        return self.platform.wait_for(
            lambda: self.platform.app.run(run_id).get("reason"), f"run {run_id} to say why it waits", 20
        )

    def deploy(self, change, raises_version=True):
        """Replace the app by another release, or by the first one again."""
        platform, app = self.platform, self.app
        with contextlib.suppress(KeyError):  # the host of the deployment before may not have started
            platform.kill_host()
        version = json.loads((app / "host.json").read_text())["extensions"]["durableTask"]["defaultVersion"]
        for name in ("orchestrators", "activities"):
            shutil.rmtree(app / name)
            shutil.copytree(ROOT / name, app / name, ignore=shutil.ignore_patterns("__pycache__"))
        if change:
            change(app)
        major = int(version.partition(".")[0]) + int(raises_version)
        edit(app / "host.json", f'"defaultVersion": "{version}"', f'"defaultVersion": "{major}.0"')
        platform.start_host()


def deployable(folder):
    """Return the folder of an app to deploy, a copy of this checkout's, and the options of its platform."""
    options = quick_options(folder, settings=SETTINGS)
    for name in LINKED:
        _copy(name, options["app"])
    return options["app"], options


def _copy(name, app):
    link = app / name
    link.unlink()
    if (ROOT / name).is_dir():
        shutil.copytree(ROOT / name, link, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(ROOT / name, link)
