#!/bin/sh
# Runs Gemini CLI once and non-interactively: reads the prompt from standard input and prints events as JSON lines.
#
# The wrapper sets AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (with system.md), AUTOCODER_PROMPT (a file),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

mkdir -p "$HOME/.gemini"
cp "$AUTOCODER_INPUTS/system.md" "$HOME/.gemini/GEMINI.md" # where it reads the user's instructions

export GOOGLE_GEMINI_BASE_URL="$AUTOCODER_MODEL_URL"
export GEMINI_API_KEY=autocoder # a placeholder, which the gateway replaces with the real key
export GEMINI_CLI_NO_RELAUNCH=true

# System settings override the repository's settings.
export GEMINI_CLI_SYSTEM_SETTINGS_PATH="$AUTOCODER_AGENT/settings.json"

# In a container with the team's own image, Node.js is the copy that tools.sh made.
node=$AUTOCODER_AGENT/../node/node
[ -x "$node" ] || node=node

exec "$node" --require "$AUTOCODER_AGENT/settings.cjs" \
    "$AUTOCODER_AGENT/node_modules/@google/gemini-cli/bundle/gemini.js" --output-format stream-json \
    --approval-mode yolo --skip-trust --extensions none \
    --model "$AUTOCODER_MODEL" \
    <"$AUTOCODER_PROMPT"
