"""The token with which a run's supervisor authenticates to the app.

It begins with words of its own, so that every process hides the token of every run (`secret_kinds.py`).
"""

import hashlib
import hmac

from autocoder.shared.secret_kinds import CALLBACK_PREFIX


def callback_token(secret: str, run_id: str) -> str:
    """Return the token of run *run_id*, an HMAC-SHA256 under the *secret* in Key Vault."""
    digest = hmac.new(secret.encode(), b"finished:" + run_id.encode(), hashlib.sha256).hexdigest()
    return f"{CALLBACK_PREFIX}{digest}"


def is_callback_token(secret: str, run_id: str, token: str) -> bool:
    """Whether *token* is the token of run *run_id*, compared in constant time."""
    return hmac.compare_digest(callback_token(secret, run_id).encode(), token.encode())
