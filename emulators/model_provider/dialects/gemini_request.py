"""The fields of Gemini's requests.

https://ai.google.dev/api/generate-content, https://ai.google.dev/api/tokens,
https://protobuf.dev/programming-guides/json/
"""

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from emulators.model_provider.dialects.shape import Strict
from emulators.model_provider.script.turns import JSON


class Proto(Strict):
    """A message of the API; its fields may be written in camel case or with underscores."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class Part(Proto):
    """One part of a content."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    inline_data: JSON | None = None
    file_data: JSON | None = None
    function_call: JSON | None = None
    function_response: JSON | None = None
    executable_code: JSON | None = None
    code_execution_result: JSON | None = None
    video_metadata: JSON | None = None
    media_resolution: Any = None


class Content(Proto):
    """The content of one turn, by the user or the model."""

    role: str | None = None
    parts: list[Part] | None = None


class OfferedTool(Proto):
    """Functions of the client, or tools of the provider."""

    function_declarations: list[JSON] | None = None
    google_search: JSON | None = None
    google_search_retrieval: JSON | None = None
    code_execution: JSON | None = None
    url_context: JSON | None = None
    file_search: JSON | None = None
    computer_use: JSON | None = None
    google_maps: JSON | None = None


class GenerationConfig(Proto):
    """The parameters of the generated answer."""

    candidate_count: int | None = None
    enable_enhanced_civic_answers: bool | None = None
    frequency_penalty: float | None = None
    image_config: JSON | None = None
    logprobs: int | None = None
    max_output_tokens: int | None = None
    media_resolution: str | None = None
    presence_penalty: float | None = None
    response_json_schema: Any = None
    response_logprobs: bool | None = None
    response_mime_type: str | None = None
    response_modalities: list[str] | None = None
    response_schema: JSON | None = None
    seed: int | None = None
    speech_config: JSON | None = None
    stop_sequences: list[str] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    thinking_config: JSON | None = None
    top_k: float | None = None
    top_p: float | None = None


class Request(Proto):
    """The fields of `models.generateContent`."""

    model: str | None = None
    contents: list[Content] | None = None
    cached_content: str | None = None
    generation_config: GenerationConfig | None = None
    safety_settings: list[JSON] | None = None
    service_tier: str | None = None
    store: bool | None = None
    system_instruction: Content | None = None
    tool_config: JSON | None = None
    tools: list[OfferedTool] | None = None


class Counted(Proto):
    """The fields of `models.countTokens`: contents, or a whole request."""

    model: str
    contents: list[Content] | None = None
    generate_content_request: Request | None = None
