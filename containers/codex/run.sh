#!/bin/sh
# Runs Codex once, without a person: the prompt comes on standard input, events go out as JSON lines.
#
# Given by the wrapper: AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (prompt.md, system.md),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

export OPENAI_API_KEY=autocoder # a placeholder: the gateway puts the real key in
export CODEX_HOME="$HOME/.codex"
mkdir -p "$CODEX_HOME"
cp "$AUTOCODER_INPUTS/system.md" "$CODEX_HOME/AGENTS.md" # its place for instructions of one's own

# The default retries go on for more than a minute.
gateway="{name=\"gateway\", base_url=\"$AUTOCODER_MODEL_URL/v1\", env_key=\"OPENAI_API_KEY\", \
wire_api=\"responses\", request_max_retries=2, stream_max_retries=2}"

# The program itself, not its launcher in JavaScript: no Node is needed, and a signal reaches it at once.
set -- "$AUTOCODER_AGENT"/node_modules/@openai/codex-linux-*/vendor/*/bin/codex
exec "$1" exec --json --ephemeral --skip-git-repo-check \
    --dangerously-bypass-approvals-and-sandbox \
    --model "$AUTOCODER_MODEL" \
    -c 'model_provider="gateway"' -c "model_providers.gateway=$gateway" \
    --disable hooks --disable apps --disable plugins -c project_doc_max_bytes=0 \
    -c check_for_update_on_startup=false -c analytics.enabled=false \
    - <"$AUTOCODER_INPUTS/prompt.md"
