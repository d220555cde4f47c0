#!/bin/sh
# Runs OpenCode once and non-interactively: reads the prompt from standard input and prints events as JSON lines.
#
# The wrapper sets AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (with system.md), AUTOCODER_PROMPT (a file),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

# This file takes model, gateway and system prompt from the environment. The repository's own file is ignored.
export OPENCODE_CONFIG="$AUTOCODER_AGENT/opencode.json"
export OPENCODE_DISABLE_PROJECT_CONFIG=1
export OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_MODELS_FETCH=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1
export OPENCODE_DISABLE_DEFAULT_PLUGINS=1 OPENCODE_DISABLE_CLAUDE_CODE=1 OPENCODE_DISABLE_SHARE=1
export OPENCODE_DISABLE_EXTERNAL_SKILLS=1 OPENCODE_DISABLE_TERMINAL_TITLE=1

# At every start it would install a package for plugins from npm, unless a lock file says that it is installed.
mkdir -p "$HOME/.config/opencode/node_modules"
echo '{"packages": {"": {"dependencies": {"@opencode-ai/plugin": "*"}}}}' \
    >"$HOME/.config/opencode/package-lock.json"

exec "$AUTOCODER_AGENT/node_modules/opencode-linux-x64/bin/opencode" run --format json --auto --pure \
    --title run --model "gateway/$AUTOCODER_MODEL" \
    <"$AUTOCODER_PROMPT"
