#!/bin/sh
# Fills the volume `tools` for a run whose image is the team's own: the wrapper scripts, the agent's folder, and what
# many agents need besides glibc, which is bash and some libraries. An agent that needs more has its own tools.sh.
set -eu
umask 022

base=${0%/*}
for folder in base agent bin lib; do
    mkdir -p "$AUTOCODER_TOOLS/$folder"
done
cp -R "$base/." "$AUTOCODER_TOOLS/base"
cp -R "$AUTOCODER_AGENT/." "$AUTOCODER_TOOLS/agent"
if shell=$(command -v bash-static || command -v bash); then
    cp -L "$shell" "$AUTOCODER_TOOLS/bin/bash"
fi
for folder in /usr/lib/* /lib/* /usr/lib64; do
    for library in libstdc++.so.6 libgcc_s.so.1 libtinfo.so.6; do
        [ ! -e "$folder/$library" ] || cp -L "$folder/$library" "$AUTOCODER_TOOLS/lib"
    done
done
if [ -f "$AUTOCODER_AGENT/tools.sh" ]; then
    /bin/sh "$AUTOCODER_AGENT/tools.sh"
fi
