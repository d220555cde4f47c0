"""Installing packages with progress, by installers that need no network."""

import subprocess
import sys

from emulators.platform.installing import count
from emulators.platform.processes import ROOT

LOCK = '{"packages": {"": {}, "node_modules/a": {}, "node_modules/b": {}}}'
REQUIREMENTS = "a==1 \\\n    --hash=sha256:00\n    # via b\nb[extra]==2.0 \\\n    --hash=sha256:11\n"


def install(tmp_path, program):
    manifest = tmp_path / "requirements.txt"
    manifest.write_text(REQUIREMENTS)
    command = [
        "-m",
        "emulators.platform.installing",
        "the tests",
        str(manifest),
        sys.executable,
        "-c",
        program,
    ]
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)


def test_counts_the_packages_of_a_manifest(tmp_path):
    lock, requirements = tmp_path / "package-lock.json", tmp_path / "requirements.txt"
    lock.write_text(LOCK)
    requirements.write_text(REQUIREMENTS)
    assert (count(lock), count(requirements)) == (2, 2)


def test_says_what_is_installed_how_much_of_it_and_when_it_is_ready(tmp_path):
    done = install(tmp_path, "print('Collecting a==1')")
    assert done.returncode == 0
    assert done.stdout.startswith("Installing 2 packages for the tests ...\n")
    assert "the tests: ready in" in done.stdout


def test_a_failed_installation_shows_what_the_installer_printed_last(tmp_path):
    done = install(tmp_path, "print('ERROR: no route to the registry'); raise SystemExit(3)")
    assert done.returncode == 3
    assert "ERROR: no route to the registry" in done.stderr
    assert "The packages for the tests were not installed." in done.stderr


def test_a_terminal_shows_each_package_on_one_line(monkeypatch, capsys):
    from emulators.platform import installing

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    progress = installing.Progress("claude", 2)
    progress.read("npm http fetch GET 200 https://registry.invalid/a/-/a-1.0.0.tgz 12ms (cache miss)\n")
    progress.read("npm http fetch GET 200 https://registry.invalid/a 12ms (cache miss)\n")
    assert capsys.readouterr().out.endswith("claude: 1 of about 2 packages, a-1.0.0")
