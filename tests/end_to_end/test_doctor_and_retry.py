"""`GET /api/doctor` and `POST /api/runs/{id}/retry`, over the running app."""


def test_the_doctor_finds_the_sample_platform_well(quick):
    answer = quick.app.http.get("/api/doctor")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["checks"]) >= 7


def test_the_doctor_says_what_to_do_when_azure_devops_does_not_know_the_app(quick):
    from emulators.ports import AZURE_DEVOPS

    page = {
        "status": 203,
        "body": "<html>Sign in</html>",
        "headers": {"Content-Type": "text/html"},
        "times": 2,
    }
    quick.fault(AZURE_DEVOPS, path="connectionData", **page)
    answer = quick.app.http.get("/api/doctor")
    quick.forget_faults()
    assert answer.status_code == 503
    (wrong,) = [check for check in answer.json()["checks"] if not check["ok"]]
    assert wrong["name"] == "azure-devops"
    assert "identity" in wrong["message"]


def test_a_run_that_ended_can_be_started_again_with_the_same_request(case):
    first = case("say Nothing to do").start()
    first.ended("no_changes")
    again = first.platform.app.http.post(f"/api/runs/{first.run_id}/retry")
    assert again.status_code == 202
    run = first.platform.finished(again.json()["id"])
    assert run["workItemId"] == first.item["id"]
    assert run["id"] != first.run_id


def test_a_run_that_goes_on_cannot_be_started_again(case):
    going_on = case("sleep 1").start()
    answer = going_on.platform.app.http.post(f"/api/runs/{going_on.run_id}/retry")
    assert answer.status_code == 409
    going_on.ended("no_changes")


def test_a_run_that_nobody_knows_cannot_be_started_again(quick):
    assert quick.app.http.post(f"/api/runs/{'z' * 20}/retry").status_code == 404
