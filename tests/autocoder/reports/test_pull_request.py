import re

import pytest

from autocoder import models as m
from autocoder.reports.pull_request import describe, pull_request_title

RUN_ID = "a" * 20
SHA = "1" * 40
REQUEST = m.RunRequest(
    organization="contoso", project="Web", repository="app", agent_type="claude", work_item_id=7
)
PLAN = m.Plan(
    run=m.Run(id=RUN_ID, request=REQUEST, title="", queued_at="2026-01-01T00:00:00Z"),
    title="Add export",
    work_item=m.WorkItemSummary(id=7, rev=1, type="Bug", title="Add export", web_url="https://x/7"),
    repository=m.Repository(
        id="r",
        name="app",
        project="Web",
        project_id="p",
        clone_url="https://x",
        web_url="https://x",
        target_branch="main",
        target_commit=SHA,
        base=m.Base(branch="main", commit=SHA),
    ),
    branch="autocoder/7-add-export-aaaaaa",
    agent_type="claude",
    agent_name="Claude Code",
    model="m",
    image="i",
    budget=m.Budget(),
    inputs=(),
    poll_seconds=30,
)
PUSHED = m.PushedBranch(
    branch=PLAN.branch, commit=SHA, files=(m.FileChange(path="a|b`c.py", kind="added", added=3),)
)


def described(*given, **options):
    return describe(*given, **{"is_draft": False, "skip_ci": False, **options})


def result(**changes):
    return m.AgentResult(run_id=RUN_ID, outcome="changed", base_commit=SHA, **changes)


def test_the_description_has_every_section_and_ends_with_the_work_item():
    checks = (m.Verification(command="make test", exit_code=0, seconds=1.25),)
    withheld = (m.Withheld(path="azure-pipelines.yml", reason="protected"),)
    usage = m.Usage(input_tokens=1000, output_tokens=50, turns=3, cost_usd=0.0123)
    text = described(
        PLAN,
        result(summary="Adds it.", verification=checks, withheld=withheld, usage=usage),
        PUSHED,
    )
    assert text.overflow == ""
    parts = [
        text.body.index(f"## {name}") for name in ("Summary", "Changes", "Verification", "Warnings", "Run")
    ]
    assert parts == sorted(parts)
    assert "| `make test` | ✅ passed | 1.2 s |" in text.body
    assert "`azure-pipelines.yml`" in text.body
    assert "1,000 tokens in, 50 out · 3 turns · $0.0123" in text.body
    assert text.body.endswith("#7")


def test_parts_that_the_agent_did_not_see_are_listed_under_warnings():
    plan = PLAN.model_copy(update={"remarks": ("`docs/x.md` is not in branch `main`.",)})
    warnings = described(plan, result(), PUSHED).body.split("## Warnings")[1]
    assert "- `docs/x.md` is not in branch `main`." in warnings


def test_a_path_cannot_break_out_of_its_code_span():
    assert "`a\\|b'c.py`" in described(PLAN, result(), PUSHED).body


def test_a_long_summary_goes_to_the_thread_and_the_table_stays():
    summary = "\n".join(
        f"Paragraph {number} says something useful about the change." for number in range(200)
    )
    checks = (m.Verification(command="make test", exit_code=1, seconds=1),)
    text = described(PLAN, result(summary=summary, verification=checks), PUSHED)
    assert len(text.body) <= 4000
    assert "❌ exit code 1" in text.body
    assert text.body.endswith("#7")
    assert "Paragraph 199" in text.overflow


def test_the_template_of_the_team_is_the_first_to_go():
    text = described(PLAN, result(summary="Short."), PUSHED, template="- [ ] item\n" * 600)
    assert "Short." in text.body
    assert "- [ ] item" in text.overflow


@pytest.mark.parametrize("length", range(3300, 4300, 37))
def test_a_fence_is_never_cut(length):
    summary = "Look:\n```python\n" + "x = 1\n" * 60 + "```\n" + "word " * (length // 5)
    body = described(PLAN, result(summary=summary), PUSHED).body
    assert len(body) <= 4000
    assert body.count("```") % 2 == 0


def test_a_fence_that_the_agent_left_open_is_closed():
    assert described(PLAN, result(summary="```\ncode"), PUSHED).body.count("```") == 2


def test_a_thousand_changed_files_fit():
    files = tuple(
        m.FileChange(path=f"src/a/rather/long/folder/file{n}.py", kind="modified") for n in range(1000)
    )
    text = described(PLAN, result(summary="All."), PUSHED.model_copy(update={"files": files}))
    assert len(text.body) <= 4000
    assert "more; see the first thread" in text.body
    assert "All." in text.body


def test_hidden_text_of_the_agent_is_left_out():
    assert "secret" not in described(PLAN, result(summary="ok <!-- secret -->"), PUSHED).body


@pytest.mark.parametrize("title", ['"; rm -rf / #', "a\nb", "x" * 10_000, "🚀 emoji"])
def test_the_title_is_one_line_of_bounded_length_with_the_number(title):
    line = pull_request_title(PLAN.model_copy(update={"title": title}))
    assert "\n" not in line
    assert len(line) < 400
    assert line.endswith(" (#7)")


def test_the_description_says_how_to_complete_what_skips_ci():
    assert (
        "Complete this with Squash commit: its own commit skips CI"
        in described(PLAN, result(), PUSHED, skip_ci=True).body
    )
    assert "squash" not in described(PLAN, result(), PUSHED, skip_ci=False).body


@pytest.mark.parametrize(
    "mark",
    ["[skip ci]", "[CI skip]", "[azp skip]", "[skip azurepipelines]", "***NO_CI***", "skip-checks:true"],
)
def test_no_text_of_others_keeps_the_target_branchs_pipelines_from_starting(mark):
    plan = PLAN.model_copy(update={"title": f"Add {mark}"})
    body = described(plan, result(summary=f"Done {mark} so."), PUSHED, f"- {mark}").body
    assert mark not in body + pull_request_title(plan)
    assert "Done" in body


@pytest.mark.parametrize("number", [1, 21, 389, 1999, 2001, 3000])
def test_lengths_are_those_of_azure_devops_which_counts_an_emoji_twice(number):
    summary = "\n".join("🚀" * 50 for _ in range(number // 50 + 1)) + "\n" + "🚀" * (number % 50)
    text = described(PLAN, result(summary=summary), PUSHED)
    assert units(text.body) <= 4000
    assert "## Run" in text.body
    assert text.body.endswith("#7")
    assert units(pull_request_title(PLAN.model_copy(update={"title": "🚀" * number}))) < 400


def units(text):
    return len(text.encode("utf-16-le")) // 2


def test_a_table_of_long_commands_leaves_room_for_the_rest():
    checks = tuple(m.Verification(command="🚀|" * 60, exit_code=0, seconds=1) for _ in range(20))
    body = described(PLAN, result(verification=checks), PUSHED).body
    assert body.count("✅ passed") == 20
    assert body.endswith("#7")


def test_the_description_is_fitted_after_redaction():
    summary = "\n".join(f"The key is k{number:03} there." for number in range(170))
    text = described(
        PLAN, result(summary=summary), PUSHED, redact=lambda text: re.sub(r"k\d{3}", "[redacted]", text)
    )
    assert units(text.body) <= 4000
    assert text.body.endswith("#7")
    assert not re.search(r"k\d{3}", text.body + text.overflow)


def test_a_secret_over_several_lines_is_redacted():
    def redact(text):
        return text.replace("BEGIN\nkey\nEND", "[redacted]")

    assert "key" not in described(PLAN, result(summary="BEGIN\nkey\nEND"), PUSHED, redact=redact).body


def test_a_draft_gives_its_reasons_and_a_ready_one_its_failures():
    checks = (m.Verification(command="x", exit_code=1, seconds=1),)
    failed = result(verification=checks)
    draft = described(PLAN, failed, PUSHED, is_draft=True).body
    assert "- This pull request is a draft: a verify command failed." in draft
    ready = described(PLAN, failed, PUSHED, is_draft=False).body
    assert "is a draft" not in ready
    assert "- A verify command failed." in ready


def test_the_agents_own_headings_stay_below_ours():
    body = described(PLAN, result(summary="## Summary\n\nAdds it.\n\n# Details\n\nMore."), PUSHED).body
    assert body.count("## Summary") == 1
    assert "### Details" in body


def test_the_output_of_a_failed_command_is_in_the_thread():
    checks = (
        m.Verification(command="make lint", exit_code=0, seconds=1, output="all is well"),
        m.Verification(command="make test", exit_code=2, seconds=1, output="E   assert 1 == 2"),
    )
    text = described(PLAN, result(verification=checks), PUSHED)
    assert "output of the failed commands is in the first thread" in text.body
    assert "`make test` ended with exit code 2" in text.overflow
    assert "```text\nE   assert 1 == 2\n```" in text.overflow
    assert "all is well" not in text.overflow


def test_a_failed_command_that_printed_nothing_needs_no_thread():
    checks = (m.Verification(command="make test", exit_code=2, seconds=1, output=" \n"),)
    text = described(PLAN, result(verification=checks), PUSHED)
    assert text.overflow == ""
    assert "first thread" not in text.body


def test_the_output_of_a_command_cannot_leave_its_fence():
    output = "\x1b[31mred\x1b[0m\r```\n````\n![x](https://evil/)\n<b onclick=x>"
    checks = (m.Verification(command="make test", exit_code=1, seconds=1, output=output),)
    overflow = described(PLAN, result(verification=checks), PUSHED).overflow
    opened = overflow.index("`````text\nred\n")
    assert overflow.index("![x]") > opened
    assert overflow.endswith("\n`````")
    assert "\x1b" not in overflow


def test_outputs_of_many_commands_are_bounded():
    checks = tuple(
        m.Verification(command="make test", exit_code=1, seconds=1, output="x" * 9_000) for _ in range(40)
    )
    assert len(described(PLAN, result(verification=checks), PUSHED).overflow) < 90_000


def test_a_long_block_is_in_the_thread_as_a_whole():
    block = "```python\n" + "x = 1\n" * 900 + "```"
    text = described(PLAN, result(summary=f"Before.\n{block}\nAfter."), PUSHED)
    assert "(a long block is in the first thread)" in text.body
    assert "Before." in text.body
    assert "After." in text.body
    assert block in text.overflow


def test_a_fence_ends_only_at_one_as_long():
    summary = "````\n```\ncode\n```\n" + "x\n" * 400 + "````\n" + "word " * 700
    body = described(PLAN, result(summary=summary), PUSHED).body
    assert body.count("````") % 2 == 0


def test_the_run_is_named_without_a_link_that_needs_a_key():
    assert f"run {RUN_ID}" in described(PLAN, result(), PUSHED).body
    assert "/api/runs" not in described(PLAN, result(), PUSHED).body


def test_a_command_that_was_not_run_or_timed_out_says_so():
    checks = (
        m.Verification(command="pip install", exit_code=124, seconds=400, output="[it took too long]"),
        m.Verification(command="pytest", exit_code=None, seconds=0),
    )
    text = described(PLAN, result(verification=checks), PUSHED, is_draft=True)
    assert "| `pip install` | ❌ timed out | 400.0 s |" in text.body
    assert "| `pytest` | ⏭️ not run | 0.0 s |" in text.body
    assert "a verify command failed" in text.body
    assert "a verify command was not run" in text.body


def test_withheld_paths_that_are_not_listed_are_counted():
    withheld = (m.Withheld(path="AGENTS.md", reason="protected path"),)
    text = described(PLAN, result(withheld=withheld, more_withheld=11_800), PUSHED)
    assert "- Withheld: 11,800 more paths" in text.body


def test_build_output_that_was_left_out_is_counted_below_the_changes():
    body = described(PLAN, result(build_outputs={"node_modules": 3_000}), PUSHED).body
    assert "\n\n3,000 files of build output were left out (`node_modules`).\n\n## Verification" in body
    assert "build output" not in described(PLAN, result(), PUSHED).body


def started_from(branch):
    repository = PLAN.repository.model_copy(update={"base": m.Base(branch=branch, commit="2" * 40)})
    return PLAN.model_copy(update={"repository": repository})


def test_says_where_the_work_started_if_that_is_not_the_target_branch():
    plan = started_from("release/(v2)")
    assert pull_request_title(plan) == "Add export (from release/(v2)) (#7)"
    body = described(plan, result(), PUSHED).body
    assert "Starts from `release/(v2)` at `222222222222`, not from `main`: this pull request also" in body


def test_a_completed_draft_names_the_run_that_began_it_and_no_branch_in_its_title():
    base = m.Base(branch=PLAN.branch, commit="2" * 40, resumes="b" * 20, pull_request=3)
    plan = PLAN.model_copy(update={"repository": PLAN.repository.model_copy(update={"base": base})})
    assert pull_request_title(plan) == "Add export (#7)"
    body = described(plan, result(), PUSHED).body
    assert f"Completes the draft of run {'b' * 20}: the changes up to `222222222222`" in body
    assert "Starts from" not in body


def test_says_nothing_of_the_start_if_it_is_the_target_branch():
    assert pull_request_title(PLAN) == "Add export (#7)"
    assert "Starts from" not in described(PLAN, result(), PUSHED).body


@pytest.mark.parametrize("branch", ["a`b|c", "<img/src=x/onerror=y>", "!(x)", "x" * 250])
def test_the_name_of_a_branch_is_no_markup(branch):
    plan = started_from(branch)
    assert len(pull_request_title(plan)) <= 400
    (line,) = (one for one in described(plan, result(), PUSHED).body.split("\n") if "Starts from" in one)
    assert line.count("`") == 10
