"""A deployment in each phase of a run: the host comes back with another shape of the orchestration."""

import json
import shutil

import pytest

from emulators.platform.processes import ROOT
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER
from tests.platform import running_platform
from tests.quick_agent import LINKED, quick_options

ASKED = "<div>QUICK tell begun</div><div>QUICK write notes.txt hello</div>"
BUSY = {"status": 503, "headers": {"Retry-After": "1"}, "times": 1_000}


def with_a_step_more(app):
    edit(
        app / "orchestrators" / "run_agent.py",
        "    while seen.next in CHAINS:\n",
        "    yield from step(context, observe_run, run_id)\n    while seen.next in CHAINS:\n",
    )


def with_a_step_less(app):
    edit(
        app / "orchestrators" / "begin.py",
        "        refused = yield from _check(context, run)\n",
        "        refused = None\n",
    )
    edit(app / "orchestrators" / "publish.py", "    if not pull_request.pending:\n", "    if True:\n")
    edit(
        app / "orchestrators" / "conclude.py",
        "(delete_container_group, report), (report_run, report)",
        "(report_run, report), (delete_container_group, report)",
    )
    edit(app / "orchestrators" / "conclude.py", "deleted, told", "told, deleted")


def with_other_names(app):
    edit(app / "activities" / "activity.py", "return self.run.__name__", 'return "do_" + self.run.__name__')
    edit(
        app / "activities" / "activity.py",
        "starting_entry.__name__ = run.__name__",
        'starting_entry.__name__ = "do_" + run.__name__',
    )


def edit(file, old, new):
    text = file.read_text()
    assert old in text, f"{file.name} has changed"
    file.write_text(text.replace(old, new))


def hold_preparing(platform):
    platform.fault(AZURE_DEVOPS, path="/_apis/git/repositories", **BUSY)
    return "preparing"


def hold_provisioning(platform):
    with platform.client(AZURE_RESOURCE_MANAGER) as azure:
        trouble = {"kind": "startDelay", "seconds": 6}
        azure.post("/_control/troubles", json=trouble).raise_for_status()
    return "provisioning"


def hold_running(platform):
    return "running"


def hold_publishing(platform):
    platform.fault(AZURE_DEVOPS, path="/pullrequests", method="POST", **BUSY)
    return "publishing"


def hold_reporting(platform):
    platform.fault(AZURE_DEVOPS, path="/comments/", method="PATCH", **BUSY)
    return "reporting"


pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
HOLDS = [hold_preparing, hold_provisioning, hold_running, hold_publishing, hold_reporting]
SHAPES = [pytest.param(with_a_step_more, marks=pytest.mark.durable), with_a_step_less, with_other_names]


@pytest.fixture(scope="module", params=SHAPES, ids=lambda shape: shape.__name__)
def deployed(request, tmp_path_factory):
    """A platform whose app can be replaced by one of another shape."""
    state = tmp_path_factory.mktemp("deployments")
    options = quick_options(state / "app", settings={"POLL_SECONDS": "2"})
    for name in LINKED:
        copy_of(name, options["app"])
    with running_platform(state / "state", **options) as platform:
        yield platform, options["app"], request.param


def copy_of(name, app):
    link = app / name
    link.unlink()
    if (ROOT / name).is_dir():
        shutil.copytree(ROOT / name, link, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(ROOT / name, link)


def deploy(platform, app, change):
    """Replace the app by another release, or by the first one again."""
    platform.kill_host()
    version = json.loads((app / "host.json").read_text())["extensions"]["durableTask"]["defaultVersion"]
    for name in ("orchestrators", "activities"):
        shutil.rmtree(app / name)
        shutil.copytree(ROOT / name, app / name, ignore=shutil.ignore_patterns("__pycache__"))
    if change:
        change(app)
    major = int(version.partition(".")[0]) + 1
    edit(app / "host.json", f'"defaultVersion": "{version}"', f'"defaultVersion": "{major}.0"')
    platform.start_host()


@pytest.mark.parametrize("hold", HOLDS, ids=lambda hold: hold.__name__.removeprefix("hold_"))
def test_a_run_goes_on_after_a_deployment(deployed, hold):
    platform, app, change = deployed
    asked = "<div>QUICK sleep 5</div>" + ASKED if hold is hold_running else ASKED
    phase = hold(platform)
    item = platform.work_item(f"Held while {phase}", asked, tags=["autocoder"])
    run_id = platform.run_of(item["id"])
    assert platform.reached(run_id, phase)["status"] == phase
    deploy(platform, app, change)
    platform.forget_faults()
    run = platform.finished(run_id, seconds=180)
    assert (run["status"], run.get("reason", "")) == ("completed", "")
    mine = [one for one in platform.pull_requests() if one["pullRequestId"] == run["pullRequestId"]]
    assert len(mine) == 1
    assert platform.app.log(run_id).count("begun") == 1
    deploy(platform, app, None)  # a deployment back is a deployment like any other
