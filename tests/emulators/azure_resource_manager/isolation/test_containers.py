import socket
import ssl
from pathlib import Path

import pytest

from tests.emulators.azure_resource_manager.bodies import container, group, init
from tests.emulators.running import CHECKOUT

SECRET = "s3cret-value-that-must-not-show"
SERVE = """python3 -c "
import os, socket
where = os.environ['GATEWAY'].rsplit(':', 1)
server = socket.create_server((where[0].split('//')[-1], int(where[1])))
open('/exchange/listening', 'w').close()
peer, _ = server.accept()
peer.sendall(os.environ['WHO'].encode())
" """
ASK = """while [ ! -e /exchange/listening ]; do sleep 0.02; done
python3 -c "
import os, socket
where = os.environ['GATEWAY'].rsplit(':', 1)
print(socket.create_connection((where[0].split('//')[-1], int(where[1]))).recv(99).decode())
" """


def variables(**values):
    return [{"name": name, "value": value} for name, value in values.items()]


def only(script, **properties):
    return group(container("agent", script, cpu=1, **properties))


@pytest.fixture
def sandboxed(groups):
    if groups.isolation != "bubblewrap":
        pytest.skip("plain processes are not isolated")
    return groups


def test_secrets_are_never_returned(groups):
    body = only("echo $TOKEN | tr a-z A-Z", environmentVariables=[{"name": "TOKEN", "secureValue": SECRET}])
    body["properties"]["volumes"].append({"name": "secrets", "secret": {"key": "czNjcmV0"}})
    body["properties"]["imageRegistryCredentials"] = [{"server": "r", "username": "u", "password": SECRET}]
    answers = []
    groups.client.container_groups.begin_create_or_update(
        "rg",
        "secret",
        body,
        polling=False,
        raw_response_hook=lambda a: answers.append(a.http_response.text()),
    )
    ended = groups.ended("secret")
    assert groups.log("secret", "agent") == SECRET.upper() + "\n"
    assert [one.name for one in ended.containers[0].environment_variables] == ["TOKEN"]
    answers.append(str(ended.as_dict()))
    answers.append(
        str([one.as_dict() for one in groups.client.container_groups.list_by_resource_group("rg")])
    )
    assert not any(SECRET in answer or "czNjcmV0" in answer for answer in answers)


def test_secrets_do_not_stand_in_the_process_list(groups):
    body = only("sleep 600", environmentVariables=[{"name": "TOKEN", "secureValue": SECRET}])
    groups.put("hidden", body)
    groups.when("hidden", lambda _: groups.control.processes()["hidden"].get("agent"))
    shown = [command_line(folder) for folder in Path("/proc").glob("[0-9]*")]
    assert any(shown)
    assert not any(SECRET.encode() in line for line in shown)


def command_line(folder):
    """Return the command line of a process; one that has ended, or that is another user's, shows none."""
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_secret_volume_holds_its_files(groups):
    body = only("cat /keys/key", mounts=())
    body["properties"]["containers"][0]["properties"]["volumeMounts"] = [
        {"name": "secrets", "mountPath": "/keys"}
    ]
    body["properties"]["volumes"].append({"name": "secrets", "secret": {"key": "czNjcmV0"}})
    groups.run("keys", body)
    assert groups.log("keys", "agent") == "s3cret"


def test_a_container_has_exactly_its_own_environment(groups, monkeypatch):
    groups.run(
        "environment", only("env", environmentVariables=variables(EMPTY="", SPACES="a  b", PORT="8080"))
    )
    seen = dict(line.split("=", 1) for line in groups.log("environment", "agent").splitlines())
    assert (seen["EMPTY"], seen["SPACES"], seen["PORT"]) == ("", "a  b", "8080")
    assert not {"VIRTUAL_ENV", "USER", "SSH_AUTH_SOCK", "TERM"} & set(seen)


def test_two_groups_that_declare_the_same_port_do_not_meet(groups):
    def body(who):
        env = variables(GATEWAY="http://127.0.0.1:8080", WHO=who)
        server = container("supervisor", SERVE, environmentVariables=env, ports=[{"port": 8080}])
        return group(server, container("agent", ASK, environmentVariables=env))

    for who in ("one", "two"):
        groups.put(who, body(who))
    for who in ("one", "two"):
        assert groups.ended(who).instance_view.state == "Succeeded"
        assert groups.log(who, "agent") == who + "\n"


def test_paths_and_ports_are_replaced_only_where_they_stand_alone(groups):
    env = variables(A="/workspacex", B="x127.0.0.1:80801", C="https://host/workspace")
    groups.run("alone", only("echo $A $B $C", environmentVariables=env, ports=[{"port": 8080}]))
    assert groups.log("alone", "agent") == "/workspacex x127.0.0.1:80801 https://host/workspace\n"


def test_a_container_in_bubblewrap_sees_its_own_processes_only(sandboxed):
    sandboxed.run(
        "alone", only("cat /proc/[0-9]*/comm; echo; cat /proc/1/environ | tr '\\0' '\\n' | grep -c .")
    )
    assert "pytest" not in sandboxed.log("alone", "agent")
    assert "bwrap" not in sandboxed.log("alone", "agent").split("\n\n")[0].split()[1:]


def test_a_container_in_bubblewrap_runs_as_the_user_of_its_image(sandboxed):
    script = "id -u; id -un; echo $HOME; touch $HOME/x /workspace/x /tmp/x && grep CapEff /proc/self/status"
    sandboxed.run("user", only(script))
    assert sandboxed.log("user", "agent").split() == [
        *("1001", "autocoder", "/home/autocoder"),
        *("CapEff:", "0000000000000000"),
    ]


def test_a_container_in_bubblewrap_cannot_see_state_or_home_or_write_the_root(sandboxed):
    state, home = sandboxed.emulator.state, Path.home()
    key = state / "identity" / "signing.key"
    script = (
        f"cat '{key}'; ls -A '{home}'/.ssh '{home}'/.bashrc; touch /x /usr/x /opt/team/x; ls /work /var /root"
    )
    sandboxed.run("closed", only(script))
    log = sandboxed.log("closed", "agent")
    assert key.read_text() not in log
    assert log.count("No such file") >= 3
    assert log.count("Read-only") == 3


def test_a_read_only_mount_cannot_be_written_in_bubblewrap(sandboxed):
    body = only("touch /workspace/x && echo written")
    body["properties"]["containers"][0]["properties"]["volumeMounts"][0]["readOnly"] = True
    assert sandboxed.run("readonly", body).instance_view.state == "Failed"
    assert "Read-only" in sandboxed.log("readonly", "agent")


def test_a_volume_that_is_not_mounted_cannot_be_seen_in_bubblewrap(sandboxed):
    body = group(
        container("agent", "ls /exchange", mounts=("workspace",), cpu=1),
        inits=[init("clone", "echo hello > /exchange/x")],
    )
    assert sandboxed.run("unmounted", body).instance_view.state == "Failed"


def test_a_secret_volume_is_not_written_through_a_link(groups, tmp_path):
    target = tmp_path / "target"
    body = only(f"ln -sf {target} /keys/key", mounts=())
    body["properties"]["containers"][0]["properties"]["volumeMounts"] = [
        {"name": "secrets", "mountPath": "/keys"}
    ]
    body["properties"]["volumes"].append({"name": "secrets", "secret": {"key": "czNjcmV0"}})
    assert groups.run("linked", body).instance_view.state == "Succeeded"
    groups.control.restart_group("linked")
    groups.ended("linked")
    assert not target.exists()


def test_an_image_of_the_checkout_holds_its_folders(groups):
    groups.run(
        "runner",
        only(
            "python3 -c 'import runner, autocoder.shared.policy, autocoder.shared.redaction'",
            image="r.example/autocoder/runner:1",
        ),
    )
    assert groups.log("runner", "agent") == ""
    agent = next((CHECKOUT / "containers").glob("*/agent.toml")).parent.name
    script = "ls /opt/autocoder/agent/run.sh /opt/autocoder/base/agent.sh"
    assert groups.run("agent", only(script, image=f"autocoder/{agent}")).instance_view.state == "Succeeded"


def test_an_image_may_bring_its_own_root(tmp_path, sandboxed):
    pytest.importorskip("ctypes")
    from tests.emulators.azure_resource_manager.conftest import Groups
    from tests.emulators.running import running

    make_root(tmp_path / "root")
    (tmp_path / "images.toml").write_text(
        '[[image]]\nname = "team/own"\nroot = "root"\n[image.environment]\nPATH = "/bin"\n'
    )
    state = tmp_path / "state"
    with running("azure_resource_manager", state, "--images", str(tmp_path / "images.toml")) as emulator:
        groups = Groups(emulator)
        body = group(
            container(
                "agent", "command -v python3 git || echo none; echo > /workspace/x", image="team/own", cpu=1
            )
        )
        assert groups.run("own", body).instance_view.state == "Succeeded", groups.log("own", "agent")
        assert groups.log("own", "agent") == "none\n"


def make_root(root):
    """A file system with a shell, the C library and nothing else."""
    import shutil
    import subprocess

    shell = Path("/bin/sh").resolve()
    for folder in ("bin", "etc/ssl/autocoder", "proc", "dev", "tmp", "run", "home", "workspace", "exchange"):
        (root / folder).mkdir(parents=True)
    (root / "etc/ssl/autocoder/bundle.pem").touch()
    shutil.copy(shell, root / "bin" / "sh")
    linked = subprocess.run(["ldd", shell], capture_output=True, text=True, check=True).stdout.split()
    for library in (Path(word) for word in linked if word.startswith("/")):
        (root / library.parent.relative_to("/")).mkdir(parents=True, exist_ok=True)
        shutil.copy(library, root / library.relative_to("/"))


def test_tls_is_trusted_only_through_the_bundle(groups):
    host, port = groups.emulator.url.removeprefix("https://").split(":")
    context = ssl.create_default_context()
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection((host, int(port))) as plain,
        context.wrap_socket(plain, server_hostname=host),
    ):
        pass
