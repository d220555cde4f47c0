"""Persistent JSON documents by kind, parent and key, in one SQLite file and in order of creation.

https://sqlite.org/wal.html
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
Key = str | int

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, parent NOT NULL, key NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, parent, key));
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Store:
    """The documents; each call is a transaction of its own, unless it is inside `transaction`."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")  # safe when the process is killed, not in a power cut
        self._db.executescript(SCHEMA)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Apply all changes inside the block, or none if it raises; do not `await` inside."""
        if self._depth == 0:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._db.execute("COMMIT")

    def put(self, kind: str, key: Key, body: JSON, *, parent: Key = "") -> JSON:
        """Write *body*, replacing the previous document, and return it."""
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?) "
            "ON CONFLICT (kind, parent, key) DO UPDATE SET body = excluded.body",
            (kind, parent, key, json.dumps(body)),
        )
        return body

    def get(self, kind: str, key: Key, *, parent: Key = "") -> JSON | None:
        """Return a document, or None."""
        row = self._db.execute(
            "SELECT body FROM documents WHERE kind = ? AND parent = ? AND key = ?", (kind, parent, key)
        ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def all(self, kind: str, *, parent: Key | None = None) -> list[JSON]:
        """Return the documents of *kind* (of one *parent*), oldest first."""
        where, values = ("", (kind,)) if parent is None else (" AND parent = ?", (kind, parent))
        rows = self._db.execute(
            f"SELECT body FROM documents WHERE kind = ?{where} ORDER BY rowid",  # noqa: S608 - both parts are constants
            values,
        )
        return [json.loads(row[0]) for row in rows]

    def remove(self, kind: str, key: Key, *, parent: Key = "") -> bool:
        """Delete a document; returns False if there was none."""
        done = self._db.execute(
            "DELETE FROM documents WHERE kind = ? AND parent = ? AND key = ?", (kind, parent, key)
        )
        return done.rowcount > 0

    def next(self, counter: str) -> int:
        """Return the next number of *counter*: 1, 2, 3 and so on, never twice."""
        row = self._db.execute(
            "INSERT INTO counters VALUES (?, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (counter,),
        ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the file."""
        self._db.close()
