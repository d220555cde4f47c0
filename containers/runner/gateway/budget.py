"""Enforces a run's budget: prices the calls that were made, and decides which call may still be made.

The token budget counts input (without cached tokens) plus output. The usage of a call is known only after
its answer, and many calls may be open at once. An open call therefore reserves its estimate (`Call.estimate`)
from the budgets of tokens and dollars. While booked and reserved amounts together reach a budget, a new call
waits; it is refused when the budget itself is spent. A call never waits if no other is open, so the rest of a
budget can always be used. A budget is exceeded by the last admitted call at most, as long as the others keep
to their estimates. Turns are counted when a call is admitted.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from runner.gateway.metering import Call, Tokens

LOOK_SECONDS = 0.05  # how often a waiting call checks that the agent still wants it
GIVEN_UP = "the call was cancelled while it waited for room in the budget"


class _Totals:
    def __init__(self) -> None:
        self.input = self.cached = self.output = self.turns = 0
        self.cost: float | None = 0.0
        self.models: list[str] = []


class Meter:
    """The usage of a run: every call is admitted before it is made and booked afterwards."""

    def __init__(self, budget: Mapping[str, Any], prices: Sequence[Mapping[str, Any]]) -> None:
        self._budget, self._prices = budget, prices
        self._lock = threading.Condition()
        self._totals = _Totals()
        self._open: list[Call] = []
        self.refused = ""  # why the last call was refused; empty if none was

    def admit(self, call: Call, is_wanted: Callable[[], bool] = lambda: True) -> str:
        """Admit *call* and return an empty string, or return the reason to refuse it.

        Waits while only the reservations of open calls stand in its way, as long as *is_wanted* returns true.
        Each admitted call must be booked or taken back exactly once.
        """
        with self._lock:
            while not (reason := self._spent(call)) and self._is_held():
                self._lock.wait(LOOK_SECONDS)
                if not is_wanted():  # checked even if there is room, because the end of a run makes room
                    return GIVEN_UP
            if reason:
                self.refused = reason
                return reason
            self._totals.turns += call.is_turn
            self._open.append(call)
            return ""

    def take_back(self, call: Call) -> None:
        """Forget *call*, which the provider did not serve."""
        with self._lock:
            self._totals.turns -= call.is_turn
            self._release(call)

    def book(self, call: Call, model: str, tokens: Tokens) -> None:
        """Add the usage of *call*; *model* is the model that its answer names, or empty without an answer."""
        with self._lock:
            totals = self._totals
            totals.input += tokens.input + tokens.written
            totals.cached += tokens.cached
            totals.output += tokens.output
            name = model or next(iter(call.models), "")
            if name and name not in totals.models:
                totals.models.append(name)
            others = () if model else totals.models  # the models that earlier answers have named
            cost = self._cost((model, *call.models, *others), tokens)
            totals.cost = None if totals.cost is None or cost is None else totals.cost + cost
            self._release(call)

    def reached(self, share: float) -> str:
        """Return the budget of which at least *share* is used, such as "40 turns"; empty if there is none."""
        with self._lock:
            totals, names = self._totals, ("usd", "tokens", "turns")
            limits = [self._budget.get(name) for name in names]
            used = (totals.cost, totals.input + totals.output, totals.turns)
            texts = ("${:,.2f}", "{:,} tokens", "{:,} turns")
            return next(
                (
                    text.format(limit)
                    for text, limit, spent in zip(texts, limits, used, strict=True)
                    if limit is not None and spent is not None and spent >= share * float(limit)
                ),
                "",
            )

    def usage(self) -> dict[str, Any]:
        """Return the usage so far, in the form of `usage` in result.json."""
        with self._lock:
            totals = self._totals
            return {
                "inputTokens": totals.input,
                "cachedTokens": totals.cached,
                "outputTokens": totals.output,
                "turns": totals.turns,
                "costUsd": None if totals.cost is None else round(totals.cost, 6),
                "models": list(totals.models),
            }

    def _release(self, call: Call) -> None:
        self._open.remove(call)  # or an equal call, which reserves the same amount
        self._lock.notify_all()

    def _is_held(self) -> bool:
        """Whether booked and reserved amounts together reach a budget."""
        if not self._open:
            return False
        usd, tokens = self._budget.get("usd"), self._budget.get("tokens")
        totals, held = self._totals, [call.estimate for call in self._open]
        if tokens is not None:
            used = totals.input + totals.output + sum(one.input + one.output for one in held)
            if used >= tokens:
                return True
        if usd is None or totals.cost is None:
            return False
        costs = [self._cost(call.models, call.estimate) for call in self._open]
        if None in costs and tokens is None:
            return True  # the cost is unknown until the answer names the model
        return totals.cost + sum(cost or 0.0 for cost in costs) >= float(usd)

    def _cost(self, models: tuple[str, ...], tokens: Tokens) -> float | None:
        price = next(
            (price for model in models for price in self._prices if _is_priced(model, price["model"])), None
        )
        if price is None:
            return 0.0 if tokens == Tokens() else None
        cached, written = price.get("cached"), price.get("cacheWrite")
        millionths = (
            tokens.input * price["input"]
            + tokens.cached * (price["input"] if cached is None else cached)
            + tokens.written * (price["input"] if written is None else written)
            + tokens.output * price["output"]
        )
        return float(millionths) / 1_000_000

    def _spent(self, call: Call) -> str:
        usd, tokens, turns = (self._budget.get(name) for name in ("usd", "tokens", "turns"))
        totals = self._totals
        if turns is not None and call.is_turn and totals.turns >= turns:
            return f"the run's budget of {turns:,} turns is spent"
        if tokens is not None and totals.input + totals.output >= tokens:
            return f"the run's budget of {tokens:,} tokens is spent"
        if usd is not None and totals.cost is None and tokens is None:
            return f"the model has no price, so the run's budget of ${usd:,.2f} cannot be enforced"
        if usd is not None and totals.cost is not None and totals.cost >= usd:
            return f"the run's budget of ${usd:,.2f} is spent"
        return ""


def _is_priced(model: str, glob: str) -> bool:
    return bool(model) and fnmatchcase(model.lower(), glob.lower())
