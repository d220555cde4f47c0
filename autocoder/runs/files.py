"""The names of a run's files in Blob Storage, under `<run id>/`."""

REQUEST, WORK_ITEM = "request.json", "work_item.json"  # what was asked for, and what it is about
PLAN = "plan.json"  # written before the first container group: with it, a run goes on to its containers
ATTEMPT = "attempt"  # created once, by the supervisor that may spend the budget
PROGRESS, LOG, STREAM = "progress.json", "log.txt", "stream.txt"  # of the containers while they work
RESULT, PACK = "result.json", "changes.pack"  # what the containers brought
REPORT, FINAL_COMMENT = "report.json", "comment.md"  # how the run ends, and what the work item is told
