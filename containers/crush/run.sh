#!/bin/sh
# Runs Crush once, without a person: the prompt comes on standard input, the final message goes out as text.
#
# Given by the wrapper: AUTOCODER_AGENT (this folder), AUTOCODER_INPUTS (prompt.md, system.md),
# AUTOCODER_MODEL, AUTOCODER_MODEL_URL, a fresh HOME and TMPDIR, and the workspace as working directory.
set -eu

# Its configuration is JSON, so what is put into it must not need quoting.
for value in "$AUTOCODER_MODEL" "$AUTOCODER_MODEL_URL" "$HOME"; do
    case $value in
    *[\"\\\$\`]*)
        echo "a quote, backslash or dollar sign in a model, address or folder: $value" >&2
        exit 2
        ;;
    esac
done

export CRUSH_GLOBAL_CONFIG="$HOME/.config/crush" CRUSH_GLOBAL_DATA="$HOME/.local/share/crush"
export CRUSH_DISABLE_PROVIDER_AUTO_UPDATE=1 CRUSH_DISABLE_DEFAULT_PROVIDERS=1
export CRUSH_DISABLE_METRICS=1 DO_NOT_TRACK=1
mkdir -p "$CRUSH_GLOBAL_CONFIG" "$CRUSH_GLOBAL_DATA"
cp "$AUTOCODER_INPUTS/system.md" "$CRUSH_GLOBAL_CONFIG/system.md"

# Azure OpenAI's version-free address speaks OpenAI's Chat Completions. The key is a placeholder: the
# gateway puts the real one in.
cat >"$CRUSH_GLOBAL_CONFIG/crush.json" <<EOF
{
  "\$schema": "https://charm.land/crush.json",
  "options": {
    "context_paths": ["$CRUSH_GLOBAL_CONFIG/system.md"],
    "disable_provider_auto_update": true,
    "disable_metrics": true
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

# Its data would otherwise lie in the workspace.
exec "$AUTOCODER_AGENT/node_modules/.bin/crush" run --quiet --data-dir "$HOME/.crush" \
    --model "gateway/$AUTOCODER_MODEL" \
    <"$AUTOCODER_INPUTS/prompt.md"
