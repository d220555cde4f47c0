"""The token of a run's supervisor."""

from autocoder.changes.secret_scan import scan
from autocoder.runs.callback import callback_token, is_callback_token
from autocoder.shared.redaction import MARK, Redactor

KEY, RUN = "callback-key", "a" * 20


def test_a_token_is_accepted_for_its_own_run_and_key_alone():
    token = callback_token(KEY, RUN)
    assert is_callback_token(KEY, RUN, token)
    assert not is_callback_token(KEY, "b" * 20, token)
    assert not is_callback_token("another", RUN, token)
    assert not is_callback_token(KEY, RUN, token[:-1])


def test_a_process_that_knows_no_secrets_hides_the_token_of_every_run():
    token = callback_token(KEY, RUN)
    assert Redactor().redact(f"CALLBACK_TOKEN={token}") == f"CALLBACK_TOKEN={MARK}"


def test_a_change_with_a_token_is_refused():
    (found,) = scan([("notes.txt", callback_token(KEY, RUN).encode())])
    assert found.path == "notes.txt"
