"""A sample app with HTTP triggers of every level; the orchestrations are in orchestrations.py."""

import asyncio
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func
from orchestrations import flows
from troubles import troubles

GREETING_AT_IMPORT = os.environ.get("GREETING")

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(flows)
app.register_functions(troubles)


def _answer(value) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(value), mimetype="application/json")


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    body = req.get_json() if req.get_body() else None
    instance_id = await client.start_new(req.route_params["name"], req.params.get("id"), body)
    return client.create_check_status_response(req, instance_id)


@app.route(route="client/{operation}/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def client(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    operation, instance_id = req.route_params["operation"], req.route_params["id"]
    if operation == "count":
        return _answer(len(await client.get_status_by(created_time_from=datetime(2020, 1, 1, tzinfo=UTC))))
    if operation == "status":
        status = await client.get_status(instance_id, show_input=True)
        return _answer(status.to_json())
    if operation == "raise":
        await client.raise_event(instance_id, req.params["event"], req.get_json())
    elif operation == "purge":
        return _answer((await client.purge_instance_history(instance_id)).instances_deleted)
    elif operation == "wait":
        return await client.wait_for_completion_or_create_check_status_response(req, instance_id, 5000, 100)
    else:
        await getattr(client, operation)(instance_id, "because")
    return func.HttpResponse("done")


@app.route(route="open", auth_level=func.AuthLevel.ANONYMOUS)
def anyone(req: func.HttpRequest) -> str:
    return "open"


@app.route(route="admins", auth_level=func.AuthLevel.ADMIN)
def admins(req: func.HttpRequest) -> str:
    return "admins"


@app.route(methods=["GET"])
def unrouted(req: func.HttpRequest) -> str:
    return "by its name"


@app.route(route="items/{id:int}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def item(req: func.HttpRequest) -> func.HttpResponse:
    return _answer({"item": req.route_params["id"]})


@app.route(route="items/first", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def first_item(req: func.HttpRequest) -> func.HttpResponse:
    return _answer({"item": "first"})


@app.route(route="pages/{page:int?}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def page(req: func.HttpRequest) -> func.HttpResponse:
    return _answer(dict(req.route_params))


@app.route(route="files/{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def file(req: func.HttpRequest) -> func.HttpResponse:
    return _answer(dict(req.route_params))


@app.route(route="echo", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    logging.getLogger("app").info("echo of\nsomething")
    headers = {"X-Invocation": context.invocation_id, "X-Function": context.function_name}
    return func.HttpResponse(req.get_body(), status_code=201, headers=headers)


@app.route(route="seen", auth_level=func.AuthLevel.ANONYMOUS)
def seen(req: func.HttpRequest) -> func.HttpResponse:
    return _answer(
        {"params": dict(req.params), "headers": list(req.headers.items()), "body": req.get_body().decode()}
    )


@app.route(route="none", auth_level=func.AuthLevel.ANONYMOUS)
def none(req: func.HttpRequest) -> func.HttpResponse:
    return None


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("it broke")


@app.route(route="out", auth_level=func.AuthLevel.ANONYMOUS, binding_arg_name="answer")
def out(req: func.HttpRequest, answer: func.Out[func.HttpResponse]) -> None:
    answer.set(func.HttpResponse("through the output", status_code=202))


@app.route(route="settings", auth_level=func.AuthLevel.ANONYMOUS)
def settings(req: func.HttpRequest) -> func.HttpResponse:
    names = ("GREETING", "OVERRIDDEN", "FUNCTIONS_WORKER_RUNTIME", "AZURE_FUNCTIONS_ENVIRONMENT")
    return _answer(
        {"atImport": GREETING_AT_IMPORT, "folder": str(Path.cwd())} | {n: os.environ.get(n) for n in names}
    )


@app.route(route="sleep", auth_level=func.AuthLevel.ANONYMOUS)
async def sleep(req: func.HttpRequest) -> str:
    await asyncio.sleep(float(req.params["seconds"]))
    return "slept"
