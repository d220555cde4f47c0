import os
import socket

import pytest

from emulators.platform.places import check_ports, free_base_port, own_folder
from emulators.platform.plan import MAKE, MAKE_ON_FREE_PORTS
from emulators.platform.processes import PlatformError
from emulators.ports import KEY_VAULT


def test_a_taken_port_is_named_with_the_next_step():
    base = free_base_port(23_000)
    taken = socket.create_server(("127.0.0.1", KEY_VAULT.port(base)))
    with taken, pytest.raises(PlatformError) as raised:
        check_ports(base)
    message = str(raised.value)
    assert str(KEY_VAULT.port(base)) in message
    assert "key_vault" in message
    assert f"(process {os.getpid()})" in message
    assert "--base-port " in message


def test_a_target_of_make_names_the_variables_that_make_takes(tmp_path):
    base = free_base_port(25_000)
    with socket.create_server(("127.0.0.1", base)), pytest.raises(PlatformError, match="BASE_PORT="):
        check_ports(base, MAKE)
    with socket.create_server(("127.0.0.1", base)), pytest.raises(PlatformError, match="same command again"):
        check_ports(base, MAKE_ON_FREE_PORTS)
    with own_folder(tmp_path), pytest.raises(PlatformError, match="STATE=FOLDER") as raised:
        own_folder(tmp_path, spelling=MAKE).__enter__()
    assert "--" not in str(raised.value)


def test_a_base_with_a_taken_port_is_passed_over():
    base = free_base_port(24_000)
    with socket.create_server(("127.0.0.1", base + 8)):
        assert free_base_port(base) > base


def test_a_second_platform_on_the_same_folder_is_refused(tmp_path):
    with own_folder(tmp_path), pytest.raises(PlatformError, match="belongs to a platform that is running"):
        own_folder(tmp_path).__enter__()


def test_a_folder_with_other_files_is_not_emptied(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(PlatformError, match="Choose an empty one: --state FOLDER"):
        own_folder(tmp_path, fresh=True).__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_of_an_earlier_platform_is_emptied(tmp_path):
    with own_folder(tmp_path, fresh=True):
        (tmp_path / "logs").mkdir()
    with own_folder(tmp_path, fresh=True):
        assert [path.name for path in tmp_path.iterdir()] == ["platform.lock"]


def test_a_folder_is_free_again_after_its_platform(tmp_path):
    with own_folder(tmp_path):
        pass
    with own_folder(tmp_path):
        pass
