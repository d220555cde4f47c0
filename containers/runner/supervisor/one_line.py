"""Untrusted text as one line that is safe to show in a terminal, a page or the log of a pipeline.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
"""

import re

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # titles, links
    r"|\x1b[ -/]*[0-~]?"
)
_SPACE = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
# Control characters, marks of writing direction and other characters that cannot be seen.
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_COMMAND = re.compile(r"##(?=\w*\[)")


def one_line(text: str) -> str:
    """Return *text* as one line without control characters, terminal escapes and logging commands."""
    visible = _INVISIBLE.sub("", _SPACE.sub(" ", _ESCAPE.sub("", text)))
    return _COMMAND.sub("# #", _SURROGATE.sub("\ufffd", visible)).strip()
