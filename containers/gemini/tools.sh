#!/bin/sh
# Brings Node.js into the volume of tools, for containers of an image that may not have it.
set -eu

mkdir -p "$AUTOCODER_TOOLS/node"
cp -L "$(command -v node)" "$AUTOCODER_TOOLS/node/node"
