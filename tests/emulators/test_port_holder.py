import os
import socket
from pathlib import Path

from emulators.port_holder import holder_of

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def table(folder, user):
    (folder / "net").mkdir()
    line = f"   0: 0100007F:1B9F 00000000:0000 0A 00000000:00000000 00:00000000 00000000 {user} 0 4711 1\n"
    (folder / "net" / "tcp").write_text(HEAD + line)


def test_names_the_program_and_its_process():
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = Path("/proc/self/comm").read_text().strip()
        assert holder_of(server.getsockname()[1]) == f"{name} (process {os.getpid()})"


def test_names_the_user_of_a_process_that_may_not_be_looked_into(tmp_path):
    table(tmp_path, user=0)
    assert holder_of(7071, tmp_path) == "a program of the user root"


def test_names_no_program_when_none_can_be_found(tmp_path):
    table(tmp_path, user=4_000_000)
    assert holder_of(7071, tmp_path) == "another program"
    assert holder_of(7072, tmp_path / "no proc") == "another program"


def test_names_the_emulator_behind_a_python_program_and_none_of_its_other_arguments(tmp_path):
    table(tmp_path, user=0)
    process = tmp_path / "4712"
    (process / "fd").mkdir(parents=True)
    (process / "fd" / "3").symlink_to("socket:[4711]")
    (process / "comm").write_text("python")
    (process / "cmdline").write_text("python\0-m\0emulators.key_vault\0--password\0x\0")
    assert holder_of(7071, tmp_path) == "emulators.key_vault of another platform (process 4712)"
