"""A scripted model behind the addresses of the model providers, so that the real agents run without a key.

It speaks Anthropic Messages, OpenAI Chat Completions and Responses (also on Azure OpenAI's paths) and
Gemini's generateContent. What it does in answer to a prompt is a file in `conversations/`.
"""
