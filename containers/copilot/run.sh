#!/bin/sh
# Runs GitHub Copilot once, without a person: the prompt comes on standard input, events go out as JSON lines.
#
# Given by the wrapper: AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (prompt.md, system.md),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

export COPILOT_HOME="$HOME/.copilot"
mkdir -p "$COPILOT_HOME" "$HOME/.cache/copilot"
cp "$AUTOCODER_INPUTS/system.md" "$COPILOT_HOME/copilot-instructions.md" # its place for one's own instructions

# It unpacks 235 MB into every new HOME; this folder's installation has done so already.
unpacked="$AUTOCODER_AGENT/node_modules/.cache/home/.cache/copilot/pkg"
if [ -d "$unpacked" ]; then
    ln -s "$unpacked" "$HOME/.cache/copilot/pkg"
fi

export COPILOT_PROVIDER_BASE_URL="$AUTOCODER_MODEL_URL/v1"
export COPILOT_PROVIDER_TYPE=openai COPILOT_PROVIDER_WIRE_API=responses
export COPILOT_PROVIDER_API_KEY=autocoder # a placeholder: the gateway puts the real key in
export COPILOT_MODEL="$AUTOCODER_MODEL"
export COPILOT_OFFLINE=true COPILOT_AUTO_UPDATE=false

set -- "$AUTOCODER_AGENT"/node_modules/@github/copilot-linux-*/copilot
exec "$1" --output-format json --stream off --no-color \
    --allow-all-tools --allow-all-paths --no-ask-user \
    --disable-builtin-mcps --no-remote --no-remote-export --disable-client-telemetry \
    --log-dir "$TMPDIR/copilot-log" \
    <"$AUTOCODER_INPUTS/prompt.md"
