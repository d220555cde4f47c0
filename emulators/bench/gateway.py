"""Measures the model gateway's overhead: the same calls to the scripted model, direct and through it.

The product is never imported here: its gateway runs in a process of its own.

https://docs.claude.com/en/api/messages
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from emulators.platform.processes import ROOT, PlatformError

CALLS = 60
PROMPT_BYTES = 200_000  # as long as the conversation of an agent that has read some files
MODEL = "claude-sonnet-5-5"
PRICES = [{"model": MODEL, "input": 2.0, "output": 10.0, "cached": 0.1}]
# Checked for each call, but never used up.
BUDGET = {"minutes": 60, "usd": 1_000, "tokens": 1_000_000_000, "turns": 100_000}
PROGRAM = """
import json, sys
from runner.gateway.server import Gateway
from runner.gateway.upstream import Upstream
from runner.gateway.budget import Meter
upstream = Upstream("anthropic", sys.argv[1], sys.stdin.readline().strip())
gateway = Gateway(("127.0.0.1", 0), upstream, Meter(*json.loads(sys.argv[2])))
print(gateway.port, flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class GatewayOverhead:
    """Median seconds of a call, direct and through the gateway, whole and streamed."""

    straight: float
    through: float
    straight_streamed: float
    through_streamed: float

    @property
    def seconds(self) -> float:
        """The overhead of the gateway per call, the larger of whole and streamed."""
        return max(self.through - self.straight, self.through_streamed - self.straight_streamed)


def added_by_gateway(provider_url: str, key: str) -> GatewayOverhead:
    """Measure alternating calls to *provider_url*; raises `PlatformError` when one is refused."""
    with _gateway(provider_url, key) as gateway_url, httpx.Client(trust_env=False, timeout=30) as http:
        found: dict[tuple[str, bool], list[float]] = {}
        for _ in range(CALLS):
            for url in (provider_url, gateway_url):
                for streamed in (False, True):
                    took = _call(http, url, key if url == provider_url else "autocoder", streamed=streamed)
                    found.setdefault((url, streamed), []).append(took)
    medians = {which: statistics.median(times[5:]) for which, times in found.items()}
    return GatewayOverhead(
        straight=medians[provider_url, False],
        through=medians[gateway_url, False],
        straight_streamed=medians[provider_url, True],
        through_streamed=medians[gateway_url, True],
    )


def _call(http: httpx.Client, url: str, key: str, *, streamed: bool) -> float:
    body = {
        "model": MODEL,
        "max_tokens": 100,
        "stream": streamed,
        "messages": [{"role": "user", "content": "x" * PROMPT_BYTES}],
    }
    content = json.dumps(body).encode()
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01", "content-type": "application/json"}
    began = time.perf_counter()
    answer = http.post(f"{url}/v1/messages", content=content, headers=headers)
    took = time.perf_counter() - began
    if answer.status_code != 200:
        raise PlatformError(f"A model call got {answer.status_code}: {answer.text[:300]}")
    return took


@contextmanager
def _gateway(upstream: str, key: str) -> Iterator[str]:
    """Run the runner's gateway for *upstream* with a budget inside the block; yields its address."""
    account = json.dumps([BUDGET, PRICES])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, upstream, account],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'containers'}:{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None  # noqa: S101  (a pipe was asked for)
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(f"{key}\n")
        process.stdin.flush()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
