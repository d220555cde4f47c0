"""A client for every dialect: its way to offer tools, send results, and read answers."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx

KEY = "sk-test-0123456789"
SYSTEM = "You work here.\nPrimary working directory: /work/my project\nBe careful."
SCHEMAS = {
    "Read": {"file_path": {"type": "string"}},
    "Write": {"file_path": {"type": "string"}, "content": {"type": "string"}},
    "Edit": {
        "file_path": {"type": "string"},
        "old_string": {"type": "string"},
        "new_string": {"type": "string"},
    },
    "Bash": {"command": {"type": "string"}, "description": {"type": "string"}},
}


def schema(name):
    return {"type": "object", "properties": SCHEMAS[name], "required": list(SCHEMAS[name])}


@dataclass
class Said:
    """The content of an answer, independent of its dialect."""

    text: str
    call: tuple[str, Any] | None
    fresh: int
    cached: int
    output: int
    ended: str


def events_of(response):
    """The data of server-sent events, decoded; `[DONE]` is left out."""
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


class Anthropic:
    name, path, streamed_path = "anthropic", "/v1/messages", "/v1/messages"
    headers: ClassVar = {"x-api-key": KEY, "anthropic-version": "2023-06-01"}
    model = "claude-sonnet-5-5"

    def body(self, prompt, results=(), tools=SCHEMAS, stream=False):
        messages: list[Any] = [{"role": "user", "content": prompt}]
        for number, result in enumerate(results):
            call = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {}}
            messages.append({"role": "assistant", "content": [call]})
            back = {"type": "tool_result", "tool_use_id": f"t{number}", "content": result}
            messages.append({"role": "user", "content": [back]})
        offered = [{"name": name, "input_schema": schema(name)} for name in tools]
        head = {"model": self.model, "max_tokens": 100, "stream": stream}
        return {**head, "system": [{"type": "text", "text": SYSTEM}], "messages": messages, "tools": offered}

    def said(self, answer):
        text = "".join(block["text"] for block in answer["content"] if block["type"] == "text")
        calls = [(b["name"], b["input"]) for b in answer["content"] if b["type"] == "tool_use"]
        usage = answer["usage"]
        counts = usage["input_tokens"], usage["cache_read_input_tokens"], usage["output_tokens"]
        return Said(text, calls[0] if calls else None, *counts, answer["stop_reason"])

    def streamed(self, response):
        blocks, usage, ended = {}, {}, None
        for event in events_of(response):
            if event["type"] == "message_start":
                usage = event["message"]["usage"]
            elif event["type"] == "content_block_start":
                blocks[event["index"]] = {**event["content_block"], "parts": ""}
            elif event["type"] == "content_block_delta":
                delta = event["delta"]
                blocks[event["index"]]["parts"] += delta.get("text", delta.get("partial_json", ""))
            elif event["type"] == "message_delta":
                usage, ended = {**usage, **event["usage"]}, event["delta"]["stop_reason"]
        assert event["type"] == "message_stop"
        content = [self._closed(block) for _, block in sorted(blocks.items())]
        return self.said({"content": content, "usage": usage, "stop_reason": ended})

    @staticmethod
    def _closed(block):
        if block["type"] == "text":
            return {"type": "text", "text": block["parts"]}
        return {**block, "input": json.loads(block["parts"])}


class Chat:
    name, path, streamed_path = "chat", "/v1/chat/completions", "/v1/chat/completions"
    headers: ClassVar = {"Authorization": f"Bearer {KEY}"}
    model = "gpt-6.1-sol"

    def body(self, prompt, results=(), tools=SCHEMAS, stream=False):
        messages: list[Any] = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": [{"type": "text", "text": prompt}]},
        ]
        for number, result in enumerate(results):
            function = {"name": "Bash", "arguments": "{}"}
            call = {"id": f"c{number}", "type": "function", "function": function}
            messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
            messages.append({"role": "tool", "tool_call_id": f"c{number}", "content": result})
        offered = [{"type": "function", "function": {"name": n, "parameters": schema(n)}} for n in tools]
        options = {"include_usage": True}
        head = {"model": self.model, "stream": stream, **({"stream_options": options} if stream else {})}
        return {**head, "messages": messages, "tools": offered}

    def said(self, answer):
        choice = answer["choices"][0]
        calls = [call["function"] for call in choice["message"].get("tool_calls") or []]
        call = (calls[0]["name"], json.loads(calls[0]["arguments"])) if calls else None
        usage = answer["usage"]
        cached = usage["prompt_tokens_details"]["cached_tokens"]
        counts = usage["prompt_tokens"] - cached, cached, usage["completion_tokens"]
        return Said(choice["message"]["content"] or "", call, *counts, choice["finish_reason"])

    def streamed(self, response):
        assert response.text.rstrip().endswith("data: [DONE]")
        text, name, arguments, usage, ended = "", None, "", None, None
        for event in events_of(response):
            usage = event.get("usage") or usage
            for choice in event["choices"]:
                ended = choice["finish_reason"] or ended
                text += choice["delta"].get("content") or ""
                for call in choice["delta"].get("tool_calls", []):
                    name = call["function"].get("name") or name
                    arguments += call["function"]["arguments"]
        calls = [{"function": {"name": name, "arguments": arguments}}] if name else []
        message = {"content": text, "tool_calls": calls}
        return self.said({"choices": [{"message": message, "finish_reason": ended}], "usage": usage})


class Azure(Chat):
    name = "azure"
    path = "/openai/deployments/my-model/chat/completions?api-version=2024-10-21"
    streamed_path = path
    headers: ClassVar = {"api-key": KEY}
    model = "my-model"

    def body(self, *arguments, **named):
        body = super().body(*arguments, **named)
        del body["model"]  # the deployment is in the path
        return body


class Responses:
    name, path, streamed_path = "responses", "/v1/responses", "/v1/responses"
    headers: ClassVar = {"Authorization": f"Bearer {KEY}"}
    model = "gpt-6.1-sol"

    def body(self, prompt, results=(), tools=SCHEMAS, stream=False):
        items: list[Any] = [{"role": "user", "content": [{"type": "input_text", "text": prompt}]}]
        for number, result in enumerate(results):
            call = {"type": "function_call", "call_id": f"c{number}", "name": "Bash", "arguments": "{}"}
            items += [call, {"type": "function_call_output", "call_id": f"c{number}", "output": result}]
        offered = [{"type": "function", "name": name, "parameters": schema(name)} for name in tools]
        head = {"model": self.model, "stream": stream, "instructions": SYSTEM}
        return {**head, "input": items, "tools": offered}

    def said(self, answer):
        messages = [item for item in answer["output"] if item["type"] == "message"]
        text = "".join(part["text"] for item in messages for part in item["content"])
        calls = [item for item in answer["output"] if item["type"] == "function_call"]
        call = (calls[0]["name"], json.loads(calls[0]["arguments"])) if calls else None
        usage = answer["usage"]
        cached = usage["input_tokens_details"]["cached_tokens"]
        counts = usage["input_tokens"] - cached, cached, usage["output_tokens"]
        return Said(text, call, *counts, answer["status"])

    def streamed(self, response):
        events = events_of(response)
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        deltas = [e["delta"] for e in events if e["type"] == "response.function_call_arguments.delta"]
        said = self.said(events[-1]["response"])
        assert events[-1]["type"] == "response.completed"
        assert said.call is None or json.loads("".join(deltas)) == said.call[1]
        texts = [e["delta"] for e in events if e["type"] == "response.output_text.delta"]
        assert "".join(texts) == said.text
        return said


class Gemini:
    name, model = "gemini", "gemini-2.5-pro"
    path = "/v1beta/models/gemini-2.5-pro:generateContent"
    streamed_path = "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"
    headers: ClassVar = {"x-goog-api-key": KEY}

    def body(self, prompt, results=(), tools=SCHEMAS, stream=False):
        contents: list[Any] = [{"role": "user", "parts": [{"text": prompt}]}]
        for result in results:
            contents.append({"role": "model", "parts": [{"functionCall": {"name": "Bash", "args": {}}}]})
            back = {"name": "Bash", "response": {"output": result}}
            contents.append({"role": "user", "parts": [{"functionResponse": back}]})
        declared = [{"name": name, "parametersJsonSchema": schema(name)} for name in tools]
        offered = [{"functionDeclarations": declared}] if declared else []
        system = {"parts": [{"text": SYSTEM}]}
        return {"contents": contents, "systemInstruction": system, "tools": offered}

    def said(self, answer):
        candidate = answer["candidates"][0]
        parts = candidate["content"]["parts"]
        calls = [part["functionCall"] for part in parts if "functionCall" in part]
        usage = answer["usageMetadata"]
        cached = usage["cachedContentTokenCount"]
        return Said(
            "".join(part.get("text", "") for part in parts),
            (calls[0]["name"], calls[0]["args"]) if calls else None,
            usage["promptTokenCount"] - cached,
            cached,
            usage["candidatesTokenCount"],
            candidate.get("finishReason", ""),
        )

    def streamed(self, response):
        events = events_of(response)
        parts = [part for event in events for part in event["candidates"][0]["content"]["parts"]]
        last = events[-1]["candidates"][0]
        return self.said({**events[-1], "candidates": [{**last, "content": {"parts": parts}}]})


DIALECTS = (Anthropic(), Chat(), Azure(), Responses(), Gemini())


class Client:
    """A caller of the running model provider, in any dialect."""

    def __init__(self, url):
        self.http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def post(self, dialect, prompt, results=(), **options):
        """The raw answer to *prompt*, after the tool *results*."""
        headers = {**dialect.headers, **options.pop("headers", {})}
        path = dialect.streamed_path if options.get("stream") else dialect.path
        return self.http.post(path, json=dialect.body(prompt, results, **options), headers=headers)

    def ask(self, dialect, prompt, results=(), **options):
        """What the model says to *prompt*, after the tool *results*."""
        response = self.post(dialect, prompt, results, **options)
        assert response.status_code == 200, response.text
        return dialect.streamed(response) if options.get("stream") else dialect.said(response.json())

    def add(self, conversation):
        """Add a conversation at run time."""
        response = self.http.post("/_control/conversations", json=conversation)
        assert response.status_code == 201, response.text

    def requests(self):
        """The requests that the provider has recorded."""
        return self.http.get("/_control/requests").json()["requests"]

    def fault(self, **fault):
        """Make the next requests fail."""
        assert self.http.post("/_control/faults", json=fault).status_code == 200
