from pathlib import Path

import pytest

from emulators.platform.console.arguments import as_variables, make_parser


@pytest.mark.parametrize(
    ("message", "spelled"),
    [
        ("argument --base-port: '1x' is no port", "BASE_PORT: '1x' is no port"),
        ("the following arguments are required: --agent", "the following arguments are required: AGENT"),
    ],
)
def test_messages_name_the_variables_of_the_makefile(message, spelled):
    assert as_variables(message) == spelled


def test_a_wrong_model_is_answered_with_the_list_of_models(capsys):
    with pytest.raises(SystemExit) as ended:
        make_parser("demo", "A demo.", Path(".local")).parse_args(["--agent", "claude", "--model", "fake"])
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    assert printed.startswith("make demo: MODEL: invalid choice: 'fake' (choose from")
    assert "--" not in printed
