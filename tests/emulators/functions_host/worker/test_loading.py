"""Apps that the real worker refuses to load are refused here, too."""

import subprocess
import sys
import textwrap

import pytest

from emulators.functions_host.errors import FunctionLoadError, HostError
from emulators.functions_host.timers.triggers import read_timer
from emulators.functions_host.worker.load_checks import IN, INOUT, OUT, Binding, check_function
from emulators.functions_host.worker.loader import load_app

HEAD = """
import azure.functions as func
import azure.durable_functions as df
from typing import Any, Optional, TYPE_CHECKING
if TYPE_CHECKING:
    from decimal import Decimal
app = df.DFApp()
"""


def write_app(folder, source, head=HEAD, host='{"version": "2.0"}'):
    folder.mkdir(exist_ok=True)
    (folder / "host.json").write_text(host)
    (folder / "function_app.py").write_text(head + textwrap.dedent(source))
    return folder


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """Load an app and return why it is refused."""

    def load(source, **options):
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.delitem(sys.modules, "function_app", raising=False)
        folder = write_app(tmp_path / "app", source, **options)
        with pytest.raises(HostError) as refused:
            for function in load_app(folder).of("timerTrigger"):
                read_timer(function)
        sys.modules.pop("function_app", None)
        return str(refused.value)

    return load


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            """
            @app.route()
            def extra(req: func.HttpRequest, other) -> str: ...
            """,
            "cannot load the extra function: the following parameters are declared in Python but not in",
        ),
        (
            """
            @app.route()
            def missing() -> str: ...
            """,
            "cannot load the missing function: the following parameters are declared in the function",
        ),
        (
            """
            @app.route()
            def bad_context(req: func.HttpRequest, context: str) -> str: ...
            """,
            'the "context" parameter is expected to be of type azure.functions.Context',
        ),
        (
            """
            @app.route()
            def union(req: func.HttpRequest | None) -> str: ...
            """,
            "binding req has invalid non-type annotation",
        ),
        (
            """
            @app.route()
            def unfit(req: int) -> str: ...
            """,
            'binding in function definition "httpTrigger" does not match its Python annotation "int"',
        ),
        (
            """
            @app.route()
            def optional(req: func.HttpRequest) -> Optional[func.HttpResponse]: ...
            """,
            "has invalid non-type return annotation",
        ),
        (
            """
            @app.route()
            def new_optional(req: func.HttpRequest) -> func.HttpResponse | None: ...
            """,
            "has invalid non-type return annotation",
        ),
        (
            """
            @app.route()
            def wrong_return(req: func.HttpRequest) -> dict: ...
            """,
            'Python return annotation "dict" does not match binding type "http"',
        ),
        (
            """
            @app.route(binding_arg_name="answer")
            def not_out(req: func.HttpRequest, answer: str) -> None: ...
            """,
            "is not a subclass of azure.functions.Out",
        ),
        (
            """
            @app.route()
            def in_as_out(req: func.Out[func.HttpRequest]) -> str: ...
            """,
            "but its annotation is azure.functions.Out in Python",
        ),
        (
            """
            @app.activity_trigger(input_name="price")
            def late(price: "Decimal") -> str: ...
            """,
            "name 'Decimal' is not defined",
        ),
        (
            """
            @app.activity_trigger(input_name="value")
            def twin(value: dict[str, Any]) -> list[int]: ...
            @app.function_name("twin")
            @app.activity_trigger(input_name="value")
            def other(value): ...
            """,
            "does not have a unique function name",
        ),
        ("second = func.FunctionApp()", "More than one"),
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("def broken(:", "SyntaxError"),
        (
            """
            @app.queue_trigger(arg_name="message", queue_name="q", connection="c")
            def queue(message: func.QueueMessage) -> None: ...
            """,
            "this host does not cover bindings of type queueTrigger",
        ),
        (
            """
            @app.entity_trigger(context_name="context")
            def entity(context): ...
            """,
            "this host does not cover bindings of type entityTrigger",
        ),
        (
            """
            @app.route()
            @app.durable_client_input(client_name="own")
            @app.durable_client_input(client_name="other", task_hub="other")
            async def clients(req: func.HttpRequest, own, other) -> func.HttpResponse: ...
            """,
            "cannot load the clients function: this host does not cover taskHub of durableClient",
        ),
        (
            """
            @app.route()
            @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:01")
            def again(req: func.HttpRequest) -> func.HttpResponse: ...
            """,
            "this host does not cover retry policies of functions",
        ),
        (
            """
            @app.timer_trigger(arg_name="timer", schedule="every day")
            def when(timer: func.TimerRequest) -> None: ...
            """,
            "is not a valid NCRONTAB expression",
        ),
        (
            """
            @app.timer_trigger(arg_name="timer", schedule="%NOT_SET%")
            def whenever(timer: func.TimerRequest) -> None: ...
            """,
            "'%NOT_SET%' does not resolve to a value",
        ),
    ],
)
def test_refuses_apps_that_the_worker_would_not_load(refusal, source, reason):
    assert reason in refusal(source)


def test_a_host_that_cannot_serve_says_why_and_ends(own_host, tmp_path):
    host = own_host(write_app(tmp_path / "app", "second = func.FunctionApp()"))
    done = subprocess.run(host.command(), capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr.startswith("functions_host cannot serve")
    assert "More than one" in done.stderr


def test_refuses_a_folder_without_an_app(refusal, tmp_path):
    assert "Could not find top level function app instances" in refusal("", head="")
    (tmp_path / "empty").mkdir()
    with pytest.raises(HostError, match=r"has no function_app\.py"):
        load_app(tmp_path / "empty")


def test_a_taken_port_is_explained(own_host):
    first, second = own_host().start(), own_host()
    second.port = first.port
    done = subprocess.run(second.command(), capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert f"cannot listen on port {first.port}" in done.stderr


def test_a_second_host_over_the_same_state_is_refused(own_host):
    first, second = own_host().start(), own_host()
    second.state = first.state
    done = subprocess.run(second.command(), capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert "another functions_host uses" in done.stderr


def test_serves_apps_that_the_worker_would_load(own_host, tmp_path):
    folder = tmp_path / "app with spaces"
    folder.mkdir()
    (folder / "host.json").write_text('{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}')
    source = """
    @app.activity_trigger(input_name="values")
    def generic(values: dict[str, Any]) -> list[int]: ...

    @app.route(route="hello", auth_level=func.AuthLevel.ANONYMOUS)
    async def hello(req: func.HttpRequest, context: func.Context) -> str:
        return "hello"

    @app.route(route="text", auth_level=func.AuthLevel.ANONYMOUS)
    def unannotated(req):
        return func.HttpResponse("text")
    """
    (folder / "function_app.py").write_text(HEAD + textwrap.dedent(source))
    host = own_host(folder).start()
    assert host.http.get("/hello").text == "hello"
    assert host.http.get("/text").text == "text"


@pytest.mark.parametrize(
    ("binding", "reason"),
    [
        (Binding("x", "blob", INOUT), '"inout" bindings are not supported'),
        (Binding("$return", "http", IN), '"$return" binding must have direction set to "out"'),
    ],
)
def test_refuses_directions_that_no_decorator_makes(binding, reason):
    with pytest.raises(FunctionLoadError, match=reason.replace("$", r"\$")):
        check_function("f", lambda x: x, [binding])


def test_an_unknown_output_binding_takes_only_text_and_bytes():
    def gives_text() -> str: ...

    def gives_number() -> int: ...

    output = [Binding("$return", "unheardOf", OUT)]
    assert check_function("f", gives_text, output) is False
    with pytest.raises(FunctionLoadError, match="does not match binding type"):
        check_function("f", gives_number, output)
