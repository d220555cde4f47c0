#!/bin/sh
# Fills the volume `tools` for containers of an image that is not one of ours: the wrappers, the agent's folder, and
# two libraries that programs may need besides glibc. What an agent needs besides, its own tools.sh brings.
set -eu
umask 022

base=${0%/*}
mkdir -p "$AUTOCODER_TOOLS/base" "$AUTOCODER_TOOLS/agent" "$AUTOCODER_TOOLS/lib"
cp -R "$base/." "$AUTOCODER_TOOLS/base"
cp -R "$AUTOCODER_AGENT/." "$AUTOCODER_TOOLS/agent"
for library in /usr/lib/*/libstdc++.so.6 /usr/lib/*/libgcc_s.so.1 /usr/lib64/libstdc++.so.6 /usr/lib64/libgcc_s.so.1; do
    [ ! -e "$library" ] || cp -L "$library" "$AUTOCODER_TOOLS/lib"
done
if [ -f "$AUTOCODER_AGENT/tools.sh" ]; then
    /bin/sh "$AUTOCODER_AGENT/tools.sh"
fi
