from tests.containers.group import CALLBACK_TOKEN, FINAL
from tests.containers.remote import git


def test_brings_what_the_agent_has_changed(group, tmp_path):
    group.agent(f"""
        echo hello > hello.txt
        echo more >> src/app.py
        rm old.txt
        chmod +x README.md
        mkdir -p build && echo x > build/ignored
        cp docs/guide.md docs/copy.md
        ln -s app.py src/link
        printf 'echo ho\\r\\n' >> windows.bat
        echo working
        echo '{FINAL}'
    """)
    result = group.run()
    assert (result.outcome, result.reason) == ("changed", "")
    assert (result.summary, result.agent_exit_code) == ("I did it.", 0)
    assert group.changes(tmp_path / "received.git") == {
        "hello.txt": "A",
        "src/app.py": "M",
        "old.txt": "D",
        "README.md": "M",
        "docs/copy.md": "A",
        "src/link": "A",
        "windows.bat": "M",
    }
    repository, commit = tmp_path / "received.git", result.pack.commit
    assert git(repository, "cat-file", "-p", f"{commit}:windows.bat") == "echo hi\necho ho"
    assert git(repository, "cat-file", "-p", f"{commit}:src/link") == "app.py"
    assert git(repository, "log", "-1", "--format=%P %an %ae %cn %aI%n%B", commit).startswith(
        f"{group.remote.head} Autocoder autocoder@example.com Autocoder 2025-01-02T03:04:05+00:00\nSay hello"
    )
    assert result.lines["src/app.py"] == (1, 0)
    assert group.log() == f"working\n{FINAL}\n"
    assert group.progress().phase == "done"
    assert group.callbacks == [(f"/api/runs/{group.id}/finished", f"Bearer {CALLBACK_TOKEN}", b"{}")]
