"""Runs that wait for a place: they begin in the order of their requests, however full the queue is."""


def test_runs_of_service_hooks_begin_in_the_order_of_their_requests(narrow_case, narrow):
    first = narrow_case("sleep 4").start()
    first.reached("running")
    waiting = []
    for number in range(4):
        asked = f"<div>QUICK write file{number}.txt {number}</div>"
        item = narrow.work_item(f"Waits as number {number}", asked, tags=["autocoder"])
        waiting.append(narrow.run_of(item["id"]))
    ended = [narrow.finished(run_id) for run_id in waiting]
    assert {run["status"] for run in ended} == {"completed"}
    begun = [run["phases"]["preparing"] for run in ended]
    assert begun == sorted(begun)
    first.ended("no_changes")


def test_a_run_that_waits_says_so_on_its_work_item(narrow_case, narrow):
    first = narrow_case("sleep 60").start()
    first.reached("running")
    item = narrow.work_item("Waits", "<div>QUICK write file.txt x</div>", tags=["autocoder"])
    run_id = narrow.run_of(item["id"])
    narrow.wait_for(lambda: narrow.comments(item["id"]), "the comment", 20)
    (comment,) = narrow.comments(item["id"])
    assert "next in line" in comment["text"]
    assert "next in line" in narrow.app.run(run_id)["reason"]
    assert narrow.app.http.post(f"/api/runs/{first.run_id}/cancel").status_code == 202
    assert not narrow.finished(run_id).get("reason")
