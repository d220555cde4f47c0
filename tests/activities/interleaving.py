"""A table in memory, and jobs that stop before each of its operations.

Which job goes on, and which one dies, is up to the test: before an operation, or after it, when its answer is
lost. Operations of several rows are not one: a query reads in two halves.
"""

import threading

GONE = {}


class Died(BaseException):
    """The worker of a job died."""


class Job:
    """A call in a thread of its own, which does one operation at a time."""

    def __init__(self, call):
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.is_done, self.result, self.died, self.read_at = False, None, False, 0
        self._deaths = iter(())
        self._thread = threading.Thread(target=self._run, args=(call,), daemon=True)
        self._thread.job = self
        self._thread.start()

    def _run(self, call):
        self._go.acquire()
        try:
            self.result = call()
        except Died:
            self.died = True
        except BaseException as error:
            self.result = error
        self.is_done = True
        self._stopped.release()

    def go_on(self, *deaths):
        """Do the next operation, or die `before` or `after` it."""
        self._deaths = iter(deaths)
        self._go.release()
        self._stopped.acquire()
        if isinstance(self.result, BaseException):
            raise self.result

    def stop(self):
        """Wait, in the job's own thread, until it may do its next operation."""
        self._stopped.release()
        self._go.acquire()
        return next(self._deaths, None)


class Table:
    """Rows with ETags and the methods of `Tables`; `watch(key, before, job)` is called after each write."""

    def __init__(self, watch):
        self.rows, self.clock, self.watch = {}, 0, watch

    def insert(self, table, partition, row, columns):
        return self._write((table, partition, row), lambda old: None if old else dict(columns))

    def replace(self, table, partition, row, columns, read):
        return self._write((table, partition, row), _if_unchanged(read, lambda old: dict(columns)))

    def merge(self, table, partition, row, columns, read=None):
        key = (table, partition, row)
        return (
            self._write(key, _if_unchanged(read, lambda old: {**old, **columns})) and self.rows[key]["etag"]
        )

    def delete(self, table, partition, row, read=None):
        return self._write((table, partition, row), _if_unchanged(read, lambda old: GONE))

    def get(self, table, partition, row):
        return self._do(lambda: self.rows.get((table, partition, row)))

    def query(self, table, partition, equals):
        keys, read_at = self._do(lambda: (self.keys(table, partition), self.clock))
        half = len(keys) // 2
        rows = [self.rows[key] for key in keys[:half]]
        rows += self._do(lambda: [self.rows[key] for key in keys[half:] if key in self.rows])
        if this_job():
            this_job().read_at = read_at
        return rows

    def keys(self, table, partition):
        return sorted(key for key in self.rows if key[:2] == (table, partition))

    def _write(self, key, change):
        return self._do(lambda: self._changed(key, change))

    def _changed(self, key, change):
        before = self.rows.get(key)
        after = change(before)
        if after is None:
            return False
        self.clock += 1
        if after is GONE:
            del self.rows[key]
        else:
            self.rows[key] = {**after, "RowKey": key[2], "etag": self.clock}
        self.watch(key, before, this_job())
        return True

    def _do(self, operation):
        death = this_job().stop() if this_job() else None
        if death == "before":
            raise Died
        done = operation()
        if death == "after":
            raise Died
        return done


def this_job():
    """The job in whose thread this is called, or None."""
    return getattr(threading.current_thread(), "job", None)


def _if_unchanged(read, change):
    def changed(old):
        return None if old is None or (read and read["etag"] != old["etag"]) else change(old)

    return changed
