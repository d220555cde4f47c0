#!/bin/sh
# Copies Node.js into the volume `tools`, for images that may not have it.
set -eu

mkdir -p "$AUTOCODER_TOOLS/node"
cp -L "$(command -v node)" "$AUTOCODER_TOOLS/node/node"
