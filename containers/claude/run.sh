#!/bin/sh
# Runs Claude Code once and non-interactively: reads the prompt from standard input and prints events as JSON lines.
#
# The wrapper sets AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (with system.md), AUTOCODER_PROMPT (a file),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

export ANTHROPIC_BASE_URL="$AUTOCODER_MODEL_URL"
export ANTHROPIC_API_KEY=autocoder # a placeholder, which the gateway replaces with the real key
export CLAUDE_CODE_MAX_RETRIES=2   # the gateway waits, for minutes in each call; its own 10 retries only add to that
export CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
export DISABLE_AUTOUPDATER=1 DISABLE_TELEMETRY=1 DISABLE_ERROR_REPORTING=1

# As root it refuses to skip permissions unless this says that it is in a sandbox.
if [ "$(id -u)" -eq 0 ]; then
    export IS_SANDBOX=1
fi

# Ignores settings, hooks, MCP servers, commands and skills of the repository.
exec "$AUTOCODER_AGENT/node_modules/.bin/claude" --print \
    --output-format stream-json --verbose \
    --model "$AUTOCODER_MODEL" \
    --append-system-prompt-file "$AUTOCODER_INPUTS/system.md" \
    --dangerously-skip-permissions \
    --setting-sources user --strict-mcp-config --disable-slash-commands \
    --no-session-persistence \
    <"$AUTOCODER_PROMPT"
