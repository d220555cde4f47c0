"""The embedded task hub, read in its SQLite file, so that looking at it costs the host nothing.

https://www.sqlite.org/lang_createtrigger.html
"""

import sqlite3
import time

from emulators.platform.plan import Plan
from emulators.ports import FUNCTIONS_HOST

TERMINAL = ("Completed", "Failed", "Terminated", "Canceled")
LOOK_SECONDS = 0.05
WORKING = "select id from instances where status not in (?, ?, ?, ?)"
# When an orchestration continues as new, its rows are deleted; on Azure they have been paid for by then.
COUNTING = """
create table if not exists rows_written(number integer not null);
insert into rows_written select 0 where not exists (select 1 from rows_written);
create trigger if not exists count_rows after insert on history
  begin update rows_written set number = number + 1; end;
"""


class Hub:
    """The orchestrations of the platform of *plan*; those that work already are not waited for."""

    def __init__(self, plan: Plan) -> None:
        file = next(plan.folder(FUNCTIONS_HOST.name).glob("*.sqlite"))
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.executescript(COUNTING)
        self._earlier = self._working()

    def is_idle(self) -> bool:
        """Whether every orchestration has ended."""
        return self._working() <= self._earlier

    def wait(self, deadline: float) -> None:
        """Wait until every orchestration has ended, but not longer than until *deadline* (monotonic)."""
        while not self.is_idle() and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def rows_written(self) -> int:
        """Return how many rows of histories were written since the first `Hub` of this platform."""
        return int(self._connection.execute("select number from rows_written").fetchone()[0])

    def rows_kept(self) -> dict[str, int]:
        """Return how many rows the history of each orchestration has, by its id."""
        return dict(self._connection.execute("select instance, count(*) from history group by instance"))

    def _working(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._connection.execute(WORKING, TERMINAL))
