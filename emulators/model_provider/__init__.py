"""A scripted model behind the APIs of the model providers, so that the real agents run without a key.

It serves Anthropic Messages, OpenAI Chat Completions and Responses (also on Azure OpenAI's paths) and
Gemini's generateContent. The files in `conversations/` define its answers.
"""
