"""Reads the result file that the supervisor wrote."""

import logging
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.clock import now
from autocoder.errors import TooLarge
from autocoder.models import AgentResult, Ended, Plan
from autocoder.runs.files import RESULT
from autocoder.runs.rows import usage_column, worked_columns

MAX_RESULT_BYTES = 1_000_000
log = logging.getLogger("autocoder.activities")


def read_result(connected: Clients, plan: Plan) -> AgentResult | Ended:
    """Return the result of the round's containers, or how the run ends when it is not valid."""
    try:
        content = connected.blobs.get(plan.run.current_round, RESULT, MAX_RESULT_BYTES)
        result = wire.load(AgentResult, (content or b"").decode())
    except (TooLarge, ValidationError, ValueError) as error:
        log.error("run %s: result.json is not valid: %s", plan.run.id, type(error).__name__)
        reason = "The containers wrote a result file that is not valid; look at the supervisor's log."
        return Ended(outcome="failed", reason=reason)
    foreign = result.pack is not None and result.base_commit != plan.base.commit
    if result.run_id != plan.run.id or foreign:
        reason = "The result file that the containers wrote belongs to another run or another commit."
        return Ended(outcome="refused", reason=reason)
    connected.known_secrets()  # reads all secrets, so that all are redacted
    return wire.redacted(result, connected.redact)


def result_columns(row: Mapping[str, Any], result: AgentResult) -> dict[str, Any]:
    """Return the columns that record the work behind *result* in the run's *row*."""
    return {**worked_columns(row, result.seconds, now()), **usage_column(result.usage)}
