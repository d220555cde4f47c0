"""Runs observed only by looks, with one place to run and one to wait."""

from tests.end_to_end.conftest import control_of


def cancel(narrow, case):
    return narrow.app.http.post(f"/api/runs/{case.run_id}/cancel")


def test_a_run_whose_callback_never_arrives_is_found_by_looks(narrow_case):
    narrow_case().start().published_once()


def test_a_group_that_never_starts_ends_its_run(narrow_case, narrow):
    with control_of(narrow) as azure:
        azure.next_group("neverStarts")
        run = narrow_case().start().published_nothing("failed")
    assert "did not start within 0.05 minutes" in run["reason"]


def test_a_cancel_between_two_looks(narrow_case, narrow):
    cancelled = narrow_case("sleep 60").start()
    cancelled.reached("running")  # the first look has found it
    assert cancel(narrow, cancelled).status_code == 202
    cancelled.published_nothing("cancelled")


def test_a_full_queue_loses_no_delivery_of_a_service_hook(narrow_case, narrow):
    first = narrow_case("sleep 60").start()
    first.reached("running")
    second = narrow_case().start()
    hooked = narrow.work_item("Tagged", "<div>QUICK write b.txt B</div>", tags=["autocoder"])
    run_id = narrow.run_of(hooked["id"])
    narrow.wait_for(lambda: narrow.app.run(run_id).get("reason"), "a reason to wait", 20)
    assert narrow.app.run(run_id)["reason"] == "Waiting for a place, behind 1 other run."
    assert cancel(narrow, first).status_code == 202
    second.published_once()
    assert narrow.finished(run_id)["status"] == "completed"


def test_a_second_run_waits_a_third_is_refused_and_a_cancel_ends_the_wait(narrow_case, narrow):
    first = narrow_case("sleep 60").start()
    first.reached("running")
    second = narrow_case().start()
    third = narrow.post_run({"workItemId": 1, "project": "Fabrikam"})
    assert (third.status_code, third.json()["error"]["code"]) == (429, "queue_full")
    assert int(third.headers["Retry-After"]) > 0
    assert narrow.app.run(second.run_id)["status"] == "queued"
    narrow.wait_for(lambda: narrow.comments(second.item["id"]), "the comment", 10)
    assert "Waiting for a place, and next in line." in second.comment
    assert cancel(narrow, second).status_code == 202
    second.ended("cancelled")
    assert second.group not in narrow.container_groups()
    waiting = narrow_case().start()
    assert cancel(narrow, first).status_code == 202
    first.published_nothing("cancelled")
    waiting.published_once()
