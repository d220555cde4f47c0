#!/bin/sh
# Runs Codex once and non-interactively: reads the prompt from standard input and prints events as JSON lines.
#
# The wrapper sets AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (with system.md), AUTOCODER_PROMPT (a file),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

export OPENAI_API_KEY=autocoder # a placeholder, which the gateway replaces with the real key
export CODEX_HOME="$HOME/.codex"
mkdir -p "$CODEX_HOME"
cp "$AUTOCODER_INPUTS/system.md" "$CODEX_HOME/AGENTS.md" # where it reads the user's instructions

# By default it retries for more than a minute. The gateway waits for the model, up to four minutes in each call; two
# retries let a wait take its ten minutes, and repeat a call whose answer broke off.
gateway="{name=\"gateway\", base_url=\"$AUTOCODER_MODEL_URL/v1\", env_key=\"OPENAI_API_KEY\", \
wire_api=\"responses\", request_max_retries=2, stream_max_retries=2}"

# Starts the program itself, not its JavaScript launcher: this needs no Node, and signals reach it directly.
set -- "$AUTOCODER_AGENT"/node_modules/@openai/codex-linux-*/vendor/*/bin/codex
exec "$1" exec --json --ephemeral --skip-git-repo-check \
    --dangerously-bypass-approvals-and-sandbox \
    --model "$AUTOCODER_MODEL" \
    -c 'model_provider="gateway"' -c "model_providers.gateway=$gateway" \
    --disable hooks --disable apps --disable plugins -c project_doc_max_bytes=0 \
    -c check_for_update_on_startup=false -c analytics.enabled=false \
    - <"$AUTOCODER_PROMPT"
