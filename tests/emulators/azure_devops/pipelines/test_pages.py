"""The pages of pipelines: what is printed can be followed, and nothing in it becomes markup."""

import httpx

from tests.emulators.azure_devops.pages.test_pages import EVIL, assert_harmless

WORD = "parameters:\n- name: word\nsteps:\n- checkout: none\n"
HOME = "/contoso/Fabrikam%20Fiber"


def page(pipeline, path):
    base = str(pipeline.http.base_url).split("/contoso")[0]
    return httpx.get(f"{base}{path}", timeout=30)


def test_the_page_of_a_run_shows_steps_log_and_summary_and_reloads_until_the_end(new_pipeline):
    summary = "$(Agent.TempDirectory)/s.md"
    pipeline = new_pipeline(
        f"{WORD}- bash: |\n"
        "    echo said ${{ parameters.word }}\n"
        f"    echo '[!1](http://127.0.0.1:1/x/y/_git/z/pullrequest/1)' > {summary}\n"
        f"    echo '##vso[task.uploadsummary]{summary}'\n  displayName: Speak\n- bash: exec sleep 30\n"
    )
    run = pipeline.start(templateParameters={"word": "hello"})
    pipeline.wait(run, lambda it: "said hello" in pipeline.log(it), "the word")
    path = f"{HOME}/_build/results?buildId={run}"
    assert 'http-equiv="refresh"' in page(pipeline, path).text
    pipeline.cancel(run)
    pipeline.ended(run)
    text = page(pipeline, path).text
    assert 'http-equiv="refresh"' not in text
    assert [words for words in ("Speak", "said hello", "canceled", "word: hello") if words not in text] == []
    assert '<a href="http://127.0.0.1:1/x/y/_git/z/pullrequest/1">!1</a>' in text


def test_the_web_link_of_a_run_leads_to_its_page(new_pipeline):
    pipeline = new_pipeline("steps:\n- checkout: none\n")
    run = pipeline.start()
    pipeline.ended(run)
    answer = httpx.get(pipeline.get(run)["_links"]["web"]["href"])
    assert (answer.status_code, "Checkout none" in answer.text) == (200, True)
    listed = page(pipeline, f"{HOME}/_build").text
    assert f"buildId={run}" in listed
    assert "/_build" in page(pipeline, HOME).text


def test_nothing_that_a_run_prints_becomes_markup(new_pipeline):
    pipeline = new_pipeline(
        f"{WORD}- bash: |\n    cat <<'END'\n"
        "    ${{ parameters.word }}\n    END\n"
        "    echo '${{ parameters.word }}' > $(Agent.TempDirectory)/s.md\n"
        "    echo '##vso[task.uploadsummary]$(Agent.TempDirectory)/s.md'\n"
        "  displayName: ${{ parameters.word }}\n"
    )
    run = pipeline.start(templateParameters={"word": EVIL})
    pipeline.ended(run)
    assert_harmless(page(pipeline, f"{HOME}/_build/results?buildId={run}").text)
    assert_harmless(page(pipeline, f"{HOME}/_build").text)


def test_unknown_runs_and_views_are_404(new_pipeline):
    pipeline = new_pipeline("steps:\n- checkout: none\n")
    for path in (
        "_build/results?buildId=99999",
        "_build/results?buildId=x",
        "_build/results",
        "_build/other",
    ):
        assert page(pipeline, f"{HOME}/{path}").status_code == 404
