#!/bin/sh
# Runs Crush once and non-interactively: reads the prompt from standard input and prints the final message as text.
#
# The wrapper sets AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (with system.md), AUTOCODER_PROMPT (a file),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

# These values become part of a JSON file, so they must not contain characters that need escaping.
for value in "$AUTOCODER_MODEL" "$AUTOCODER_MODEL_URL" "$HOME"; do
    case $value in
    *[\"\\\$\`]*)
        echo "crush/run.sh: the value contains a quote, backslash, backtick or dollar sign: $value" >&2
        exit 2
        ;;
    esac
done

export CRUSH_GLOBAL_CONFIG="$HOME/.config/crush" CRUSH_GLOBAL_DATA="$HOME/.local/share/crush"
export CRUSH_DISABLE_PROVIDER_AUTO_UPDATE=1 CRUSH_DISABLE_DEFAULT_PROVIDERS=1
export CRUSH_DISABLE_METRICS=1 DO_NOT_TRACK=1
# A server would outlive this process, and with it the end of the agent's turn.
export CRUSH_CLIENT_SERVER=0
mkdir -p "$CRUSH_GLOBAL_CONFIG" "$CRUSH_GLOBAL_DATA"
cp "$AUTOCODER_INPUTS/system.md" "$CRUSH_GLOBAL_CONFIG/system.md"

# The v1 API of Azure OpenAI accepts OpenAI's Chat Completions. The key is a placeholder, which the gateway
# replaces with the real key.
cat >"$CRUSH_GLOBAL_CONFIG/crush.json" <<EOF
{
  "\$schema": "https://charm.land/crush.json",
  "options": {
    "context_paths": ["$CRUSH_GLOBAL_CONFIG/system.md"],
    "disable_provider_auto_update": true,
    "disable_metrics": true,
    "attribution": {"trailer_style": "none", "generated_with": false}
  },
  "models": {
    "large": {"provider": "gateway", "model": "$AUTOCODER_MODEL"},
    "small": {"provider": "gateway", "model": "$AUTOCODER_MODEL"}
  },
  "providers": {
    "gateway": {
      "type": "openai-compat",
      "base_url": "$AUTOCODER_MODEL_URL/openai/v1",
      "api_key": "autocoder",
      "models": [
        {
          "id": "$AUTOCODER_MODEL",
          "name": "$AUTOCODER_MODEL",
          "context_window": 128000,
          "default_max_tokens": 16000
        }
      ]
    }
  }
}
EOF

# By default it stores its data in the workspace.
exec "$AUTOCODER_AGENT/node_modules/.bin/crush" run --quiet --data-dir "$HOME/.crush" \
    --model "gateway/$AUTOCODER_MODEL" \
    <"$AUTOCODER_PROMPT"
