#!/bin/sh
# Runs GitHub Copilot once and non-interactively: reads the prompt from standard input and prints events as JSON lines.
#
# The wrapper sets AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (with system.md), AUTOCODER_PROMPT (a file),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

export COPILOT_HOME="$HOME/.copilot"
mkdir -p "$COPILOT_HOME" "$HOME/.cache/copilot"
cp "$AUTOCODER_INPUTS/system.md" "$COPILOT_HOME/copilot-instructions.md" # where it reads the user's instructions

# It unpacks 235 MB into every new HOME. The installation in this folder has unpacked them already.
unpacked="$AUTOCODER_AGENT/node_modules/.cache/home/.cache/copilot/pkg"
if [ -d "$unpacked" ]; then
    ln -s "$unpacked" "$HOME/.cache/copilot/pkg"
fi

export COPILOT_PROVIDER_BASE_URL="$AUTOCODER_MODEL_URL/v1"
export COPILOT_PROVIDER_TYPE=openai COPILOT_PROVIDER_WIRE_API=responses
export COPILOT_PROVIDER_API_KEY=autocoder # a placeholder, which the gateway replaces with the real key
export COPILOT_MODEL="$AUTOCODER_MODEL"
export COPILOT_OFFLINE=true COPILOT_AUTO_UPDATE=false

set -- "$AUTOCODER_AGENT"/node_modules/@github/copilot-linux-*/copilot
exec "$1" --output-format json --stream off --no-color \
    --allow-all-tools --allow-all-paths --no-ask-user \
    --disable-builtin-mcps --no-remote --no-remote-export --disable-client-telemetry \
    --log-dir "$TMPDIR/copilot-log" \
    <"$AUTOCODER_PROMPT"
