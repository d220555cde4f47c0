import json
import os

import pytest

from tests.containers.group import FINAL, MODEL_KEY
from tests.containers.remote import git
from tests.processes import commands_with, unique_seconds

LEAK = 'printf \'#!/bin/sh\\nenv > "{}"\\ncat\\n\' > "{}"; chmod +x "{}"'


def test_runs_nothing_that_the_agent_puts_into_git(group, tmp_path):
    leak, evil = tmp_path / "leak", tmp_path / "evil"
    hooks = "pre-commit post-commit post-checkout post-index-change reference-transaction pre-auto-gc"
    group.agent(f"""
        {LEAK.format(leak, evil, evil)}
        git config core.fsmonitor "{evil}"
        git config core.hooksPath .git/hooks
        git config filter.evil.clean "{evil}"; git config filter.evil.smudge "{evil}"
        git config filter.evil.process "{evil}"
        git config diff.evil.command "{evil}"; git config diff.evil.textconv "{evil}"
        git config --global core.fsmonitor "{evil}"
        for hook in {hooks}; do cp "{evil}" .git/hooks/$hook 2>/dev/null || cp "{evil}" .git/$hook; done
        mkdir -p .git/hooks; cp "{evil}" .git/hooks/pre-commit
        printf '* filter=evil diff=evil\\n' > .gitattributes
        echo '* filter=evil' > .git/info/attributes 2>/dev/null
        echo changed >> src/app.py
        rm -f "{leak}"
        echo '{FINAL}'
    """)
    result = group.run()
    assert result.outcome == "changed"
    assert not leak.exists()
    changes = group.changes(tmp_path / "r.git")
    assert changes["src/app.py"] == "M"
    assert git(tmp_path / "r.git", "show", f"{result.pack.commit}:src/app.py").endswith("changed")


@pytest.mark.parametrize(
    "wreck", ["rm -rf .git", "rm -rf .git; ln -s /proc/self .git", "rm -rf .git; echo gitdir: /x > .git"]
)
def test_the_agents_git_directory_does_not_matter(group, tmp_path, wreck):
    group.agent(f"{wreck}; echo hello > hello.txt; echo '{FINAL}'")
    group.run()
    assert group.changes(tmp_path / "r.git") == {"hello.txt": "A"}


def test_repositories_within_the_repository_are_left_out_and_not_run(group, tmp_path):
    leak, evil = tmp_path / "leak", tmp_path / "evil"
    group.agent(f"""
        {LEAK.format(leak, evil, evil)}
        for folder in nested src; do
            git init -q $folder
            git -C $folder config core.fsmonitor "{evil}"
        done
        echo x > nested/x; git -C nested add x
        git -C nested -c user.name=x -c user.email=x@x commit -qm x
        echo y >> src/app.py; echo new > src/new.py
        rm -f "{leak}"
        echo '{FINAL}'
    """)
    result = group.run()
    assert not leak.exists()
    assert group.changes(tmp_path / "r.git") == {"src/app.py": "M", "src/new.py": "A"}
    assert [(one.path, one.reason) for one in result.withheld] == [("nested", "a nested Git repository")]


def test_a_log_that_links_elsewhere_is_not_followed(group):
    log = group.volumes["exchange"] / "log-1"
    group.agent(f"rm '{log}'; ln -s /proc/self/environ '{log}'; sleep 0.5")
    result = group.run()
    assert (group.log(), group.stream()) == ("", "")
    assert MODEL_KEY not in result.model_dump_json()


@pytest.mark.parametrize("kind", ["mkfifo", "mkdir", "ln -s /dev/zero", "ln -s /proc/self/environ"])
@pytest.mark.parametrize("name", ["exit-1.json", "heartbeat"])
def test_strange_files_in_the_exchange_neither_hang_nor_leak(group, kind, name):
    path = group.volumes["exchange"] / name
    group.agent(f"rm -f '{path}'; {kind} '{path}'; echo x > x; sleep 0.3; echo '{FINAL}'")
    result = group.run()
    assert result.outcome in ("agent_failed", "changed")
    assert MODEL_KEY not in result.model_dump_json()


@pytest.mark.parametrize(
    "forged",
    [
        "not json",
        "[]",
        "null",
        '{"exitCode": "0", "reason": "exited"}',
        '{"exitCode": 0, "reason": "fine"}',
        '{"exitCode": 99999999999, "reason": "exited"}',
        '{"exitCode": false, "reason": "exited"}',
        '{"exitCode": true, "reason": "exited"}',
        '{"exitCode": 0.0, "reason": "exited"}',
        '{"exitCode": 0, "reason": ["exited"]}',
        "[" * 4096,
        "x" * 100_000,
    ],
)
def test_a_forged_exit_file_is_a_failure(group, forged):
    group.clone()
    (group.volumes["exchange"] / "exit-1.json").write_text(forged)
    group.start_supervisor()
    result = group.finished()
    assert result.outcome == "agent_failed"
    assert "overwrote its exit file" in result.reason


def test_after_a_forged_exit_the_agent_is_ended_and_nothing_it_does_then_counts(group, tmp_path):
    forged = '{"exitCode": 0, "reason": "exited", "seconds": 1}'
    path = group.volumes["exchange"] / "exit-1.json"
    seconds = unique_seconds()
    begun = "until pgrep -P $$ sleep >/dev/null; do sleep 0.01; done"
    later = "trap 'echo later > AGENTS.md; echo later > late' TERM; wait; sleep 20"
    group.agent(f"echo x > x; echo '{FINAL}'; sleep {seconds} & {begun}; echo '{forged}' > '{path}'; {later}")
    assert group.run().outcome == "changed"
    assert commands_with(seconds) == []
    assert group.changes(tmp_path / "r.git") == {"x": "A"}
    assert group.processes["agent"].returncode == 0


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "a\x1bb", "back\\slash", "\udce9"])
def test_withholds_files_whose_names_are_not_plain(group, tmp_path, name):
    quoted = os.fsencode(name).decode("latin-1")
    script = f"import pathlib,os; open(os.fsencode({quoted!r}.encode('latin-1')), 'w').close()"
    group.agent(f"echo fine > fine.txt; python3 - <<'END'\n{script}\nEND\necho '{FINAL}'")
    (withheld,) = group.run().withheld
    assert group.changes(tmp_path / "r.git") == {"fine.txt": "A"}
    assert withheld.path.isprintable()
    assert withheld.reason.startswith("the name ")


def test_refuses_links_out_of_the_tree(group):
    group.agent(f"ln -s /proc/self/environ secrets; ln -s ../../etc up; echo '{FINAL}'")
    result = group.run()
    assert result.outcome == "refused"
    assert result.reason.count("leaves the repository") == 2


def test_a_folder_replaced_by_a_link_is_not_read_through(group, tmp_path):
    outside = tmp_path / "outside"
    (outside / "deep" / "er").mkdir(parents=True)
    (outside / "deep" / "er" / "data.txt").write_text("from outside\n")
    (outside / "app.py").write_text("from outside\n")
    group.agent(f"rm -rf src; ln -s {outside} src; echo '{FINAL}'")
    result = group.run()
    assert result.outcome == "refused"
    assert "src: a symbolic link that leaves" in result.reason


def test_a_folder_replaced_by_a_link_within_the_tree_deletes_what_was_there(group, tmp_path):
    group.agent(f"cp -r src other; rm -rf src; ln -s other src; echo '{FINAL}'")
    result = group.run()
    assert result.reason == ""
    assert group.changes(tmp_path / "r.git") == {
        "src": "A",
        "src/app.py": "D",
        "src/deep/er/data.txt": "D",
        "other/app.py": "A",
        "other/deep/er/data.txt": "A",
    }


def test_a_link_in_the_place_of_a_protected_folder_is_withheld(group, tmp_path):
    group.run_file["policy"]["protected"] = ["docs/guide.md"]
    group.agent(f"cp -r docs other; rm -rf docs; ln -s other docs; echo '{FINAL}'")
    result = group.run()
    assert group.changes(tmp_path / "r.git") == {"other/guide.md": "A"}
    assert {one.path for one in result.withheld} == {"docs", "docs/guide.md"}


def test_withholds_other_kinds_of_files_in_the_place_of_a_file(group, tmp_path):
    group.agent(f"echo x > fine.txt; rm old.txt; mkfifo old.txt; echo '{FINAL}'")
    (withheld,) = group.run().withheld
    assert (withheld.path, withheld.reason) == ("old.txt", "neither a file nor a symbolic link")
    assert group.changes(tmp_path / "r.git") == {"fine.txt": "A"}


def test_withholds_a_large_file_without_reading_it(group, tmp_path):
    group.agent(f"echo x > fine.txt; truncate -s 2G huge.txt; echo '{FINAL}'")
    (withheld,) = group.run().withheld
    assert (withheld.path, withheld.reason[:19]) == ("huge.txt", "2,147,483,648 bytes")
    assert group.changes(tmp_path / "r.git") == {"fine.txt": "A"}


def test_refuses_more_files_than_the_policy_allows(group):
    group.agent(f"mkdir many; for n in $(seq 1 1100); do : > many/$n; done; echo '{FINAL}'")
    assert "1,100 files were changed" in group.run().reason


def test_a_path_that_looks_like_gits_own_output_is_only_a_path(group, tmp_path):
    group.agent(f"echo x > ':100644 100644 a b M'; echo x > '-n'; echo x > 'a b'; echo '{FINAL}'")
    group.run()
    assert set(group.changes(tmp_path / "r.git")) == {":100644 100644 a b M", "-n", "a b"}


def test_processes_that_leave_the_group_do_not_delay_the_end(group):
    group.agent(
        f"setsid sleep 2 & for n in 1 2 3; do (sleep 60 & sleep 60) & done; echo x > x; echo '{FINAL}'"
    )
    assert group.run().outcome == "changed"


def test_a_fork_bomb_ends_with_the_deadline(group):
    group.seconds = 1
    group.environment["AUTOCODER_GRACE_SECONDS"] = "0"
    group.agent("""
        bomb() {
            [ $1 -gt 5 ] || { bomb $(($1 + 1)) & bomb $(($1 + 1)) & }
            sleep 306
        }
        bomb 1
    """)
    assert group.run().outcome == "timed_out"


def test_an_endless_log_is_cut(group):
    group.set_constant("supervisor.agent_log", "MAX_STREAM", 100_000)
    group.set_constant("supervisor.readable", "MAX_READABLE", 100_000)
    group.agent(f"yes 'much text' | head -c 3000000; echo; echo '{FINAL}'")
    result = group.run()
    assert (result.outcome, result.summary) == ("no_changes", "I did it.")
    assert len(group.stream()) < 101_000
    assert group.stream().endswith("[the log was cut here because it is too long]\n")
    assert len(group.log()) < 101_000
    assert group.log().splitlines()[-2:] == [
        "output  [the log is too long; most of the rest is not shown]",
        "end     finished: I did it.",
    ]


def test_a_final_message_that_is_not_a_string_is_harmless(group):
    final = {"type": "result", "result": {"a": ["\ud800", 1e999]}, "is_error": "yes"}
    nested = '{"type":' * 3000
    group.agent(f"echo '{json.dumps(final)}'; echo '{nested}'; echo x > x")
    assert group.run().outcome == "changed"


def test_a_folder_of_results_that_links_elsewhere_is_not_followed(group, tmp_path):
    (tmp_path / "1.log").write_text("from outside")
    (tmp_path / "1.exit").write_text("0")
    results = group.volumes["verification"] / "results-1"
    group.run_file["verify"] = [f"rm -rf '{results}'; ln -s '{tmp_path}' '{results}'; sleep 0.1"]
    (check,) = group.run().verification
    assert (check.exit_code, check.output) == (None, "")


def test_a_checkout_that_links_elsewhere_is_not_written_through(group, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (group.volumes["verification"] / "checkout").symlink_to(outside)
    group.run_file["verify"] = ["test -f hello.txt"]
    (check,) = group.run().verification
    assert check.exit_code == 0
    assert list(outside.iterdir()) == []


def test_refuses_a_file_tree_that_blocks_git_and_reports_usage(group):
    group.agent(f"echo x > x; mkfifo .gitignore.new; mv -f .gitignore.new .gitignore; echo '{FINAL}'")
    result = group.run()
    assert result.outcome == "refused"
    assert result.reason == ".gitignore: a pipe, socket or device in the place of a file that Git reads"
    assert result.usage.turns == 0


def test_counts_very_many_withheld_paths_and_lists_some(group):
    group.agent(f"mkdir .github/many; cd .github/many; touch $(seq 12000); echo '{FINAL}'")
    result = group.run()
    assert result.outcome == "no_changes"
    assert len(result.withheld) == 200
    assert result.more_withheld == 11_800


def test_long_withheld_paths_make_no_long_result(group):
    script = """
        for n in $(seq 40); do
            folder=.github/$n; for m in 1 2 3 4 5 6 7 8 9; do folder=$folder/$(printf '%0200d' $m); done
            mkdir -p $folder; touch $folder/x
        done
    """
    group.agent(f"{script}\necho '{FINAL}'")
    result = group.run()
    assert sum(len(one.path) for one in result.withheld) <= 20_000
    assert len(result.withheld) + result.more_withheld == 40


def test_results_of_verify_commands_are_untrusted(group):
    results = group.volumes["verification"] / "results-1"
    group.run_file["verify"] = [
        f"rm -f '{results}/1.log'; ln -s /proc/self/environ '{results}/1.log'",
        f"echo '1 or so' > '{results}/9'; mkfifo '{results}/3.exit'",
    ]
    result = group.run()
    assert MODEL_KEY not in result.model_dump_json()
    assert len(result.verification) == 2
