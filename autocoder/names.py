r"""Names that people gave to branches, projects and repositories: Git's rules, and those of Azure DevOps.

Stricter than Git in three points: a name is given without `refs/heads/`, is at most 250 bytes long, and has
no characters that cannot be told from others, because a reviewer reads it before they merge.

https://git-scm.com/docs/git-check-ref-format
https://learn.microsoft.com/azure/devops/organizations/settings/naming-restrictions
"""

import re
import unicodedata

from autocoder.texts.markdown import INVISIBLE

MAX_BRANCH_BYTES = 250  # as a file, with `.lock`, Git needs 255; percent-encoded, the URL stays under 2,000
MAX_NAME_LENGTH = 64
_FOR_GIT = (
    (r"\A\Z", "it is empty"),
    (r"[\x00-\x1f\x7f]", "it contains a control character"),
    (r"\Arefs/", "give it without refs/heads/"),
    (r"\A-", "it begins with -"),
    (" ", "it contains a blank"),
    (r"[~^:?*\[\\]", r"it contains one of ~ ^ : ? * [ and \ "),
    (r"\.\.", "it contains .."),
    (r"@\{", "it contains @{"),
    (r"\A/|/\Z|//", "it begins or ends with /, or contains //"),
    (r"(\A|/)\.", "it begins with . or contains /."),
    (r"\.\Z", "it ends with ."),
    (r"\.lock(/|\Z)", "one of its parts ends with .lock"),
    (r"\A(@|HEAD)\Z", "Git uses it for the current commit"),
)
_FOR_AZURE_DEVOPS = (
    (r"\A\s*\Z", "it is empty"),
    (r"[\x00-\x1f\x7f]", "it contains a control character"),
    (r'[\\/:*?"<>|;#${},+=\[\]]', r"it contains one of \ / : * ? " + '" < > | ; # $ { } , + = [ and ]'),
    (r"\A_", "it begins with _"),
    (r"\A\.|\.\Z", "it begins or ends with ."),
    (r"\A\s|\s\Z", "it begins or ends with a blank"),
    (r"[\U00010000-\U0010ffff]", "it contains a character outside Unicode's basic plane"),
)
_GIT_RULES, _AZURE_DEVOPS_RULES = (
    tuple((re.compile(pattern), why.strip()) for pattern, why in rules)
    for rules in (_FOR_GIT, _FOR_AZURE_DEVOPS)
)
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")
_SLASHES = "\u2044\u2215\u29f8"  # Unicode does not map them to the plain slash
# Letters of other alphabets that are drawn as Latin ones: https://www.unicode.org/reports/tr39/
_TWINS = frozenset(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d"  # Cyrillic
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0405\u0406\u0408"
    "\u03bf\u03bd\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f"  # Greek
    "\u03a1\u03a4\u03a5\u03a7"
)


def branch_problem(name: str) -> str | None:
    """Return why *name* cannot be a branch (without `refs/heads/`), or None when it can."""
    if len(name.encode("utf-8", "replace")) > MAX_BRANCH_BYTES:
        return f"it is longer than {MAX_BRANCH_BYTES} bytes"
    return _broken_rule(name, _GIT_RULES) or _look_alike(name)


def name_problem(name: str) -> str | None:
    """Return why *name* cannot be a project or a repository of Azure DevOps, or None when it can.

    The web portal refuses `~ & % @ '` in new names, but the REST API and older versions accepted them.
    """
    if len(name) > MAX_NAME_LENGTH:
        return f"it is longer than {MAX_NAME_LENGTH} characters"
    return _broken_rule(name, _AZURE_DEVOPS_RULES) or _look_alike(name.replace(" ", ""))


def _broken_rule(name: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str | None:
    return next((why for pattern, why in rules if pattern.search(name)), None)


def _look_alike(name: str) -> str | None:
    """Return which character of *name* is invisible, or easily taken for another one; None if none is."""
    for sign in name:
        if not sign.isprintable() or INVISIBLE.match(sign):
            return f"it contains an invisible character, {_point(sign)}"
        folded = unicodedata.normalize("NFKC", sign)
        if sign in _SLASHES or (folded != sign and _PLAIN.fullmatch(folded)):
            return f"it contains {_point(sign)}, which looks like another character"
    for word in _WORD.findall(name):
        twins = [sign for sign in word if sign in _TWINS]
        if twins and _LATIN.search(word):
            return f"it contains {_point(twins[0])} among Latin letters, which looks like one of them"
    return None


def _point(sign: str) -> str:
    return f"U+{ord(sign):04X}"
