"""The command, run on a folder of its own."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from tidy_names.__main__ import main


class Command(unittest.TestCase):
    """What the command prints and renames."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "My Notes.TXT").write_text("notes", encoding="utf-8")
        (self.folder / ".hidden File").write_text("", encoding="utf-8")

    def run_command(self, *arguments: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self.assertEqual(main([str(self.folder), *arguments]), 0)
        return printed.getvalue()

    def test_prints_what_it_would_rename(self) -> None:
        self.assertEqual(self.run_command(), "My Notes.TXT -> my-notes.txt\n")
        self.assertTrue((self.folder / "My Notes.TXT").exists())

    def test_renames_when_asked_to(self) -> None:
        self.run_command("--apply")
        self.assertEqual((self.folder / "my-notes.txt").read_text(encoding="utf-8"), "notes")

    def test_leaves_hidden_files_alone(self) -> None:
        self.run_command("--apply")
        self.assertTrue((self.folder / ".hidden File").exists())


if __name__ == "__main__":
    unittest.main()
