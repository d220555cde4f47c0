import datetime as dt

from tests.emulators.azure_resource_manager.bodies import container, group
from tests.emulators.azure_resource_manager.conftest import GROUPS

TWO_LINES = "echo first; while [ ! -e /exchange/go ]; do sleep 0.02; done; echo second"


def lines_of(groups, name):
    path = f"{GROUPS}/{name}/containers/agent/logs"
    content = groups.send("GET", path, timestamps="true").json()["content"]
    return [line.split(" ", 1) for line in content.splitlines()]


def test_each_line_carries_the_time_at_which_it_was_written(groups):
    before = dt.datetime.now(dt.UTC)
    waits = container("second", "while [ ! -e /exchange/now ]; do sleep 0.02; done; touch /exchange/go")
    groups.put("times", group(container("agent", TWO_LINES), waits))
    groups.when("times", lambda _: groups.log("times", "agent") == "first\n")
    between = dt.datetime.now(dt.UTC)
    (groups.folder("times") / "volumes" / "exchange" / "now").touch()
    groups.ended("times")
    after = dt.datetime.now(dt.UTC)
    (first, one), (second, two) = lines_of(groups, "times")
    assert (one, two) == ("first", "second")
    assert before <= dt.datetime.fromisoformat(first) <= between
    assert between <= dt.datetime.fromisoformat(second) <= after
    assert lines_of(groups, "times") == [[first, one], [second, two]]


def test_the_log_of_a_container_that_has_ended_is_whole(groups):
    groups.run(
        "whole", group(container("agent", "printf 'no line end'; seq 1 500; setsid sleep 600 &", cpu=1))
    )
    assert groups.log("whole", "agent") == "no line end" + "".join(f"{n}\n" for n in range(1, 501))


def test_a_line_ends_only_with_a_line_feed(groups):
    groups.run("signs", group(container("agent", r"printf 'a\rb\fc\342\200\250d\ne\n'", cpu=1)))
    assert groups.log("signs", "agent") == "a\rb\fc\u2028d\ne\n"
    assert [text for _, text in split_lines(groups)] == ["a\rb\fc\u2028d", "e"]


def split_lines(groups):
    path = f"{GROUPS}/signs/containers/agent/logs"
    content = groups.send("GET", path, timestamps="true", tail="2").json()["content"]
    return [line.split(" ", 1) for line in content.removesuffix("\n").split("\n")]


def test_a_log_starts_again_with_its_container(groups):
    groups.put("anew", group(container("agent", "echo once; sleep 600", cpu=1)))
    groups.when("anew", lambda _: groups.log("anew", "agent") == "once\n")
    groups.control.restart_container("anew", "agent")
    groups.when("anew", lambda g: g.containers[0].instance_view.restart_count == 1)
    groups.when("anew", lambda _: groups.log("anew", "agent") == "once\n")
