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


def test_a_durable_extension_that_is_no_program_is_refused_with_its_path(capsys, tmp_path):
    for path in (tmp_path / "nothing", tmp_path, Path(__file__)):  # not there, a folder, not executable
        with pytest.raises(SystemExit):
            make_parser("run", "", tmp_path).parse_args(
                ["--agent", "claude", "--durable-extension", str(path)]
            )
        assert capsys.readouterr().err == f"make run: DURABLE_EXTENSION: there is no program '{path}'\n"
