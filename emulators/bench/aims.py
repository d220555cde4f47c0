"""The parts of the benchmark, and what each of its figures should be; `docs/emulators.md` lists them.

https://learn.microsoft.com/azure/well-architected/performance-efficiency/performance-targets
"""

from dataclasses import dataclass

CROWD = 100  # runs at once, for which the aims hold
PER_RUN = ("quiet", "crowd")
PARTS = {
    "import": "the cold start",
    "policy": "the app's checks of a large change",
    "runs": "a run and a bare script on a small repository, alternately",
    "large": "the same on a large repository",
    "quiet": "what one run costs while nothing else happens, as the services count it",
    "crowd": f"{CROWD} runs of an agent that takes no time, started at once, and what each of them costs",
    "sleepers": f"{CROWD} runs of an agent that takes 60 s, started at once with a place for each",
    "answers": (
        "the app's answers to service hooks at 100 a second and to requests at 20 a second, for 10 s; with "
        "`DURABLE_EXTENSION=<program>` also to service hooks at 20 a second on the Durable extension"
    ),
    "durable": f"one run, and {CROWD} at once, on the Durable extension; needs `DURABLE_EXTENSION=<program>`",
    "looks": "a run of 20 minutes on the Durable extension, which takes as long; only if it is selected",
    "gateway": "the model gateway",
    "history": "the history of a run whose callback never arrives",
}

DEFAULT_PARTS = tuple(part for part in PARTS if part != "looks")


@dataclass(frozen=True, slots=True)
class Aim:
    """The most that a figure of *parts* may be, and a better value to work towards."""

    parts: tuple[str, ...]
    what: str
    most: float
    unit: str = ""
    better: float | None = None

    @property
    def words(self) -> str:
        """The aim as people read it."""
        most = f"at most {self.most:g}{self.unit}"
        return most if self.better is None else f"{most}, better {self.better:g}"

    def is_met(self, value: float) -> bool:
        """Whether *value* is within the aim."""
        return value <= self.most


IMPORT = Aim(("import",), "import of function_app", 0.4, " s")
RATIO = Aim(("runs",), "10 files: run / script", 4, better=3)
LARGE_RATIO = Aim(("large",), "5,000 files, 100 MB: run / script", 1.2, better=1.1)
STORAGE = Aim(PER_RUN, "storage operations by the app", 30)
AZURE_DEVOPS = Aim(PER_RUN, "Azure DevOps calls by the app", 11)
RESOURCE_MANAGER = Aim(PER_RUN, "resource manager calls", 4)
HISTORY = Aim(PER_RUN, "history rows written", 40)
HOST_CPU = Aim(PER_RUN, "CPU of the functions host", 0.15, " s")
FAILURES = Aim(("crowd", "sleepers"), "failures", 0)
MAKESPAN = Aim(("crowd",), f"makespan of {CROWD} runs of no time", 45, " s")
SLEEPERS = Aim(("sleepers",), f"makespan of {CROWD} runs of 60 s", 100, " s")
HOOKS = Aim(("answers",), "p99 of service hooks, run starts held back", 50, " ms")
REQUESTS = Aim(("answers",), "p99 of POST /api/runs, run starts held back", 250, " ms")
HUB = Aim(("durable",), "requests to storage by the Durable extension", 90)
LOOKS = Aim(("looks",), "the same with 20 minutes of looks", 250)
GATEWAY = Aim(("gateway",), "added by the gateway", 5, " ms")
GROWTH = Aim(("history",), "rows that more looks add to the history of the run", 0)

AIMS = (
    IMPORT, RATIO, LARGE_RATIO, STORAGE, AZURE_DEVOPS, RESOURCE_MANAGER, HISTORY, HOST_CPU, FAILURES,
    MAKESPAN, SLEEPERS, HOOKS, REQUESTS, HUB, LOOKS, GATEWAY, GROWTH,
)  # fmt: skip
