from autocoder.runs.plan import commit_message

RUN_ID = "a" * 20


def test_the_commit_names_run_and_requester():
    text = commit_message("Add\nexport", 7, RUN_ID, "Kim\nEvil: x", skip_ci=False)
    assert text == f"Add export (#7)\n\nAutocoder-Run: {RUN_ID}\nRequested-by: Kim Evil: x\n"


def test_the_commit_skips_ci_only_if_the_setting_says_so():
    assert "\n\n[skip ci]\n\n" in commit_message("Add export", 7, RUN_ID, "", skip_ci=True)
    assert "[skip ci]" not in commit_message("Add [skip ci]", 7, RUN_ID, "", skip_ci=False)
