"""The providers' dialects: each reads a request into a `Question` and writes an `Answer` as its own JSON."""

from emulators.model_provider.dialects import anthropic, chat, gemini, responses_api
from emulators.model_provider.dialects.shape import Dialect

ANTHROPIC = Dialect("anthropic", anthropic.question, anthropic.whole, anthropic.events)
CHAT = Dialect("chat", chat.question, chat.whole, chat.events)
RESPONSES = Dialect("responses", responses_api.question, responses_api.whole, responses_api.events)
GEMINI = Dialect("gemini", gemini.question, gemini.whole, gemini.events)

__all__ = ["ANTHROPIC", "CHAT", "GEMINI", "RESPONSES", "Dialect"]
