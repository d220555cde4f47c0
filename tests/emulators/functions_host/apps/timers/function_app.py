"""A sample app with timer triggers; each run is recorded in the file named by RUNS."""

import json
import os
import time
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp()


def _note(name: str, timer: func.TimerRequest) -> None:
    with Path(os.environ["RUNS"]).open("a") as file:
        file.write(
            json.dumps({"name": name, "pastDue": timer.past_due, "next": timer.schedule_status["Next"]})
            + "\n"
        )


@app.timer_trigger(arg_name="timer", schedule="*/1 * * * * *")
def every_second(timer: func.TimerRequest) -> None:
    _note("every_second begins", timer)
    time.sleep(1.1)
    _note("every_second ends", timer)


@app.timer_trigger(arg_name="timer", schedule="%NIGHTLY%")
@app.durable_client_input(client_name="client")
async def nightly(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    assert await client.get_status_all() == []
    _note("nightly", timer)


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
def at_startup(timer: func.TimerRequest) -> None:
    _note("at_startup", timer)


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def failing(timer: func.TimerRequest) -> None:
    _note("failing", timer)
    raise RuntimeError("no luck")
