"""The engine's rounds, in this process."""

import threading

from emulators.functions_host.durable.engine import Engine

SECONDS = 20


def test_a_client_does_not_wait_for_the_turns_of_others(tmp_path):
    order, ended = [], threading.Event()

    def orchestrate(_):
        if not order:
            engine.call(lambda: order.append("client"))
        order.append("turn")
        if order.count("turn") == 3:
            ended.set()
        raise ValueError("it fails")

    engine = Engine(tmp_path / "hub.sqlite", {"one": orchestrate}, lambda *_: True, lambda *_: None)
    engine.start()
    engine.call(lambda: [engine.hub.start("one", None, f"id{number}") for number in range(3)]).result(SECONDS)
    assert ended.wait(SECONDS)
    engine.stop()
    assert order == ["turn", "client", "turn", "turn"]
