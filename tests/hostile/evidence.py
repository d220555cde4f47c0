"""Evidence from outside a platform: the places where a secret could leak, and the received calls."""

import base64
import sqlite3
import subprocess
import tempfile
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from emulators import azurite
from emulators.platform.app_settings import REPOSITORY
from tests.containers.blobs import KEY

RIGHTFUL = {"subscription", "pat"}  # where Azure DevOps itself keeps a password or the digest of a token


def forms(secret):
    """A secret in the encodings that a text or file may contain."""
    raw = secret.encode()
    encoded = [base64.b64encode(b" " * offset + raw).rstrip(b"=")[4:-2] for offset in range(3)]
    return {raw, quote(secret, safe="").encode(), *encoded}


def sightings(secrets, places):
    """The places of *secrets* (name -> value), as `place: name` without the value."""
    wanted = {name: forms(value) for name, value in secrets.items()}
    return [
        f"{place}: {name}"
        for place, data in places
        for name, found in wanted.items()
        if any(form in data for form in found)
    ]


def everything(platform):
    """Yield each place of *platform* where a run leaves data, with its bytes."""
    yield from _storage(platform)
    yield from _rows("Durable history", platform.state / "functions_host" / "autocoder.sqlite")
    yield from _rows("Azure DevOps", platform.state / "azure_devops" / "azure_devops.sqlite")
    for repository in (platform.state / "azure_devops" / "repositories").iterdir():
        command = ("git", "cat-file", "--batch", "--batch-all-objects", "--unordered")
        done = subprocess.run(command, cwd=repository, capture_output=True, check=True)
        yield f"repository {repository.name}", done.stdout
        yield (
            f"refs of {repository.name}",
            b"\n".join(bytes(path) for path in (repository / "refs").rglob("*")),
        )
    for log in (platform.state / "logs").iterdir():
        yield f"log {log.name}", log.read_bytes()


def bare_repository(platform, name):
    """The folder in which Azure DevOps keeps a repository."""
    found = platform.person.ask("GET", f"{platform.sample.project}/_apis/git/repositories/{name}")
    return platform.state / "azure_devops" / "repositories" / f"{found['id']}.git"


def tree_of(platform, branch, name=REPOSITORY):
    """The files at the tip of a pushed branch: path -> content."""
    git = ("git", "-C", bare_repository(platform, name))
    listed = subprocess.run([*git, "ls-tree", "-r", "-z", branch], capture_output=True, check=True).stdout
    files = {}
    for line in listed.decode().split("\0")[:-1]:
        (_, _, blob), path = line.split("\t")[0].split(), line.split("\t")[1]
        shown = subprocess.run([*git, "cat-file", "blob", blob], capture_output=True, check=True)
        files[path] = shown.stdout
    return files


def _storage(platform):
    base, trust = platform.plan.base_port, {"connection_verify": platform.plan.trust()["SSL_CERT_FILE"]}
    with BlobServiceClient(azurite.blob_url(base), credential=KEY, **trust) as blobs:
        for container in blobs.list_containers():
            inside = blobs.get_container_client(container.name)
            for blob in inside.list_blobs():
                content = inside.download_blob(blob.name).readall()
                yield f"blob {blob.name}", content
                if content[:4] == b"PACK":
                    yield f"unpacked {blob.name}", _unpacked(content)
    credential = AzureNamedKeyCredential(azurite.ACCOUNT, KEY)
    with TableServiceClient(azurite.table_url(base), credential=credential, **trust) as tables:
        for table in tables.list_tables():
            for row in tables.get_table_client(table.name).list_entities():
                yield f"table {table.name}", repr(row).encode()


def _unpacked(pack):
    with tempfile.TemporaryDirectory() as folder:
        git = ("git", "-C", folder)
        subprocess.run([*git, "init", "-q", "--bare"], check=True)
        subprocess.run([*git, "unpack-objects", "-q"], input=pack, check=True)
        listed = subprocess.run(
            [*git, "cat-file", "--batch", "--batch-all-objects"], capture_output=True, check=True
        )
    return listed.stdout


def _rows(name, file):
    """Every row of every table of an SQLite file, except those that legitimately hold a secret."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in database.execute(f'select * from "{table}"'):
                if not RIGHTFUL & {str(cell) for cell in row}:
                    yield f"{name}, table {table}", repr(row).encode()


class ProcessWatch:
    """Reads the process list repeatedly: every command line, and the environment of our containers."""

    WANTED = (b"CLONE_AUTHORIZATION", b"INPUT_URLS", b"MODEL_KEY", b"CALLBACK_TOKEN", b"OUTPUT_URLS")

    def __init__(self):
        self.commands, self.given = set(), set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.wait(0.03):
            self.look_once()

    def look_once(self):
        """Read the process list as it is now."""
        for process in Path("/proc").iterdir():
            if process.name.isdecimal():
                self._look(process)

    def _look(self, process):
        try:
            self.commands.add((process / "cmdline").read_bytes())
            variables = (process / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is another user's
            return
        for variable in variables:
            name, _, value = variable.partition(b"=")
            if name in self.WANTED and value:
                self.given.add((name.decode(), value.decode()))


class Canary:
    """An address outside every run, which only an escaped program can call; `calls` are methods and paths."""

    def __init__(self):
        self.calls, self.loot, self.headers = [], b"", []
        canary = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                canary.calls.append(f"{self.command} {self.path}")
                canary.headers.append(str(self.headers))
                canary.loot += self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_PUT = answer  # noqa: N815 - the base class names them so

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def call(self, path):
        """A shell command that calls the canary, from any container."""
        return f"""python3 -c 'import urllib.request as u; u.urlopen("{self.url}/{path}")'"""

    def close(self):
        self._server.shutdown()
        self._server.server_close()
