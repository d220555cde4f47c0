#!/bin/sh
# Runs Gemini CLI once, without a person: the prompt comes on standard input, events go out as JSON lines.
#
# Given by the wrapper: AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (prompt.md, system.md),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

mkdir -p "$HOME/.gemini"
cp "$AUTOCODER_INPUTS/system.md" "$HOME/.gemini/GEMINI.md" # its place for instructions of one's own

export GOOGLE_GEMINI_BASE_URL="$AUTOCODER_MODEL_URL"
export GEMINI_API_KEY=autocoder # a placeholder: the gateway puts the real key in
export GEMINI_CLI_NO_RELAUNCH=true

# System settings count more than those that the repository brings.
export GEMINI_CLI_SYSTEM_SETTINGS_PATH="$AUTOCODER_AGENT/settings.json"

# In another image's container, tools.sh has brought Node.js.
node=$AUTOCODER_AGENT/../node/node
[ -x "$node" ] || node=node

exec "$node" --require "$AUTOCODER_AGENT/settings.cjs" \
    "$AUTOCODER_AGENT/node_modules/@google/gemini-cli/bundle/gemini.js" --output-format stream-json \
    --approval-mode yolo --skip-trust --extensions none \
    --model "$AUTOCODER_MODEL" \
    <"$AUTOCODER_INPUTS/prompt.md"
