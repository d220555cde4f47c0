from emulators.refusals import not_covered


def test_names_the_operation_and_the_page_in_the_answer_and_in_the_log(capsys):
    message = not_covered("key_vault", "Backup Secret")
    assert message == "Backup Secret is not covered by this emulator; see emulators/coverage/key_vault.md."
    assert capsys.readouterr().err == f"key_vault: 501: {message}\n"


def test_a_caller_cannot_write_lines_into_the_log(capsys):
    not_covered("key_vault", "a\nb\r\x1b[2Jc\u2028d")
    assert capsys.readouterr().err.startswith("key_vault: 501: a?b??[2Jc?d is not covered")
