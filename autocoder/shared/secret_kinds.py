"""Well-known kinds of secrets, each with a display name and a pattern, for redaction and the secret scan.

Personal access tokens of Azure DevOps have 84 characters with `AZDO` near the end; older ones have 52:
https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate
"""

import re

_BEGIN = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
KEY_BEGIN = re.compile(_BEGIN)
KEY_REST = re.compile(r"(?:(?!-----)[A-Za-z0-9+/=\s:,.-])*(" + _END + ")?")

CALLBACK_PREFIX = "autocoder-callback-"  # of the tokens of the app's own runs

# The secret is what a group named `s...` matches; without such a group, it is the whole match.
_KINDS = {
    "private key": _BEGIN + r"(?:(?!-----)[A-Za-z0-9+/=\s\\:,.-])*(?:" + _END + ")?",
    "Azure DevOps token": r"\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b"
    r"|(?<![A-Za-z0-9+/=_-])[a-z2-7]{52}(?![A-Za-z0-9+/=_-])",
    "GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{30,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}",
    "model provider key": r"\bsk-[A-Za-z0-9_-]{20,300}|\bAIza[A-Za-z0-9_-]{35}",
    "callback token": rf"\b{CALLBACK_PREFIX}[0-9a-f]{{64}}\b",
    "AWS key id": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,200}",
    "JSON web token": r"\beyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,2000}",
    "shared access signature": r"(?i:\bsig=)(?P<s1>[A-Za-z0-9%+/=_-]{20,200})",
    "storage account key": r"(?i:\b(?:Account|SharedAccess)Key=)(?P<s2>[A-Za-z0-9+/=]{40,120})",
    "authorization header": r"(?i:\b(?:Bearer|Basic)\s{1,3})(?P<s3>[A-Za-z0-9._~+/=-]{20,8000})",
    "password in a URL": r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@\"']{0,200}:(?P<s4>[^\s/@\"']{1,500})@",
}
PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS.items())
