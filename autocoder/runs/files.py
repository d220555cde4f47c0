"""The names of a run's files in Blob Storage: of the whole run, and of each of its rounds."""

from autocoder.rounds import RoundFile, RunFile

REQUEST = RunFile("request.json")  # what was asked for
REPORT = RunFile("report.json")  # how it ends: settled before the work item is told

TEXTS = RoundFile("repository.json")  # what the target branch has for prompts and pull requests
INPUTS = RoundFile("inputs.json")  # the texts that its containers get, by the names of the files there
RUN_FILE, PROMPT, SYSTEM_PROMPT = "run.json", "prompt.md", "system.md"
PLAN = RoundFile("plan.json")  # written before the first container: with it, the round goes on to them
ATTEMPT = RoundFile("attempt")  # created once, by the supervisor that may spend the budget
PROGRESS = RoundFile("progress.json")  # of the containers while they work, as are the logs
LOG, STREAM = RoundFile("log.txt"), RoundFile("stream.txt")
RESULT, PACK = RoundFile("result.json"), RoundFile("changes.pack")  # what the containers brought
UNPUBLISHED = RoundFile("unpublished.tar")  # what they did not publish, for people with access to the storage
