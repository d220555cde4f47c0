"""A repository behind `git http-backend` that requires a token, as an Azure DevOps repository does."""

import os
import subprocess
from http.server import BaseHTTPRequestHandler

from tests.containers.serving import Quiet, Server

AUTHORIZATION = "Bearer clone-token-of-this-run-0123456789"
WHO = ("-c", "user.name=A Person", "-c", "user.email=person@example.com")
FILES = {
    "README.md": "# Sample\n",
    "src/app.py": "def hello():\n    return 'hello'\n",
    "src/deep/er/data.txt": "one\ntwo\n",
    "docs/guide.md": "guide\n",
    "AGENTS.md": "Be good.\n",
    ".github/workflows/ci.yml": "on: push\n",
    ".gitignore": "build/\n*.log\n",
    "windows.bat": "echo hi\r\n",
    ".gitattributes": "*.bat text eol=crlf\n*.psd filter=lfs -text\n",
    "old.txt": "to be deleted\n",
    "art.psd": "version https://git-lfs.github.com/spec/v1\n",
}


def git(folder, *arguments, **options):
    done = subprocess.run(
        ["git", "-C", str(folder), *WHO, *arguments], capture_output=True, check=True, **options
    )
    return done.stdout.decode(errors="surrogateescape").strip()


class Remote:
    """A bare repository and its server."""

    def __init__(self, folder):
        self.folder = folder
        self.requests = []
        self.bare = folder / "sample repo.git"
        self.broken = 0  # how many requests are answered with 503
        self.refused = 0  # how many requests are answered with 401

    def __enter__(self):
        work = self.folder / "work"
        subprocess.run(["git", "init", "-q", "-b", "main", str(work)], check=True)
        for name, text in FILES.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(text.encode())
        (work / "link").symlink_to("README.md")
        git(work, "add", "-A")
        git(work, "commit", "-qm", "first")
        git(work, "commit", "-qm", "second", "--allow-empty")
        subprocess.run(["git", "clone", "-q", "--bare", str(work), str(self.bare)], check=True)
        git(self.bare, "config", "http.receivepack", "true")
        self.head = git(self.bare, "rev-parse", "main")
        self.server = Server(_Handler, remote=self)
        self.url = f"{self.server.url}/sample%20repo.git"
        return self

    def __exit__(self, *_):
        self.server.close()


class _Handler(Quiet, BaseHTTPRequestHandler):
    remote: Remote

    def do_GET(self):
        self.remote.requests.append((self.path, dict(self.headers)))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.remote.broken > 0:
            self.remote.broken -= 1
            self._answer("503 Busy", {}, b"")
            return
        self.remote.refused -= self.remote.refused > 0
        if self.remote.refused or self.headers.get("Authorization") != AUTHORIZATION:
            self._answer("401 Unauthorized", {"WWW-Authenticate": "Basic"}, b"")
            return
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.remote.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path.replace("%20", " "),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self._answer(headers.pop("Status", "200 OK"), headers, content)

    def do_POST(self):
        self.do_GET()

    def _answer(self, status, headers, body):
        self.send_response(int(status.split(" ")[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
