import pytest

from emulators.platform.console.run_result import gather


@pytest.fixture(scope="module")
def run(platform):
    """The run of the sample's work item, from its tag to its end."""
    item = platform.sample.work_item
    platform.person.tag(item["id"], ["autocoder"])
    return platform.finished(platform.run_of(item["id"]))


@pytest.fixture(scope="module")
def evidence(platform, run):
    assert run["status"] == "completed", (run, platform.host_log())
    return gather(platform.person, platform.sample.git, run)


def test_a_tagged_work_item_becomes_a_linked_and_reported_pull_request(evidence):
    assert evidence.problems() == []


def test_the_branch_holds_code_tests_and_readme(evidence):
    assert all(name in evidence.difference for name in ("README.md", "tests/", "tidy_names/"))


def test_the_pull_request_says_how_it_was_verified(evidence):
    description = evidence.pull_request["description"]
    assert "## Verification" in description
    assert f"#{evidence.work_item['id']}" in description


def test_no_container_group_is_left(platform, run):
    assert platform.container_groups() == []


def test_the_comment_names_the_run_and_the_pull_request(evidence, run):
    comment = evidence.comments[0]["text"]
    assert run["id"] in comment
    assert run["pullRequestUrl"] in comment


def test_the_log_has_a_line_for_each_event_and_the_raw_output_is_beside_it(platform, run):
    log, raw = platform.app.log(run["id"]), platform.app.log(run["id"], raw=True)
    lines = [line.split(maxsplit=2) for line in log.splitlines()]
    assert {"said", "tool", "result", "usage", "end"} <= {word for _, word, _ in lines}
    usage = [text for _, word, text in lines if word == "usage"]
    assert usage[-1].startswith(f"{run['usage']['turns']} turns, ")
    assert usage[-1].endswith(f"${run['usage']['costUsd']:.4f}")
    assert raw.startswith('{"')
    assert max(map(len, log.splitlines())) < 1_100
