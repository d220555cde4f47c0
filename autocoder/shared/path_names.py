"""What may be wrong with the name of a changed path, and how any name is shown to people.

A path is text as `os.fsdecode` returns it: a byte that is not UTF-8 is a lone surrogate.
https://docs.python.org/3/library/os.html#os.fsdecode
"""

import re
import unicodedata

from autocoder.shared.rulings import Kind

MAX_PATH_LENGTH, MAX_NAME_LENGTH = 4096, 255  # characters, and bytes

_INVISIBLE = {"Cc", "Zl", "Zp"}  # control characters and line separators
MAX_DEPTH = 100  # names in a path, as many as the app reads of a tree
_UNDECODED = "Cs"  # lone surrogates
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SHORT_NAME = re.compile(r"git~\d+")  # Windows' short names for `.git`
_MODULES = re.compile(r"\.gitmodules|gitmod~\d+")


def kind_of_name(path: str) -> Kind | None:
    """Return what is wrong with *path*, None if nothing is; what endangers the whole change comes first."""
    names = path.split("/")
    if any(name in ("", ".", "..") for name in names):
        return "no name"
    if any(is_git(name) for name in names):
        return "git folder"
    if _MODULES.fullmatch(_plain(names[-1])):
        return "submodules"
    if len(path) > MAX_PATH_LENGTH or len(names) > MAX_DEPTH or any(_is_long(name) for name in names):
        return "long name"
    return _kind_of_characters(path)


def is_git(name: str) -> bool:
    """Whether a file system may read *name* as `.git`: case, ignored characters, streams, short names."""
    plain = _plain(name)
    return plain == ".git" or _SHORT_NAME.fullmatch(plain) is not None


def has_odd_characters(text: str) -> bool:
    """Whether *text*, the target of a link, has a character that some system reads in its own way."""
    return _kind_of_characters(text) is not None


def shown(path: str) -> str:
    r"""Return *path* fit for JSON, logs and pages, one line of UTF-8: what cannot be shown is escaped.

    A byte that is not UTF-8 becomes `\xe9`, another character `\x0a` or `\u202e`, a backslash two, so that
    no two paths look the same.
    """
    if path.isascii() and path.isprintable() and "\\" not in path:
        return path
    return "".join(map(_escaped, path))


def _kind_of_characters(text: str) -> Kind | None:
    if text.isascii() and text.isprintable():
        return "backslash" if "\\" in text else None
    if any(unicodedata.category(char) == _UNDECODED for char in text):
        return "not UTF-8"
    if any(_is_hidden(char) for char in text):
        return "control characters"
    return "backslash" if "\\" in text else None


def _is_long(name: str) -> bool:
    if len(name) * 4 <= MAX_NAME_LENGTH:  # no character takes more than four bytes
        return False
    return len(name.encode("utf-8", "surrogateescape")) > MAX_NAME_LENGTH


def _is_hidden(char: str) -> bool:
    category = unicodedata.category(char)
    return category == _UNDECODED or category in _INVISIBLE or char in _BIDI


def _escaped(char: str) -> str:
    if char == "\\":
        return "\\\\"
    if not _is_hidden(char):
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # the byte that it stands for
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _plain(name: str) -> str:
    """Return *name* as the most lenient file system reads it."""
    visible = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().split(":")[0].rstrip(". ")
