#!/bin/sh
# Runs the agent's run.sh in its own process group until it exits, its time is up or it is told to stop.
# POSIX sh only, so that it runs in any image that has /bin/sh. It always exits with 0; the outcome is written to
# exchange/exit.json.
set -u
# shellcheck source=containers/base/shared.sh
. "${0%/*}/shared.sh"

inputs=$AUTOCODER_INPUTS exchange=$AUTOCODER_EXCHANGE control=$AUTOCODER_CONTROL
seconds=${AUTOCODER_SECONDS%%.*} grace=${AUTOCODER_GRACE_SECONDS:-5}

# Updates the heartbeat. A shell may exit if the redirection of `:`, a special built-in, fails, so this uses `true`.
beat() { true >"$exchange/heartbeat"; } 2>/dev/null

# finish CODE REASON: writes exit.json in one step, over the space that was reserved for it, and exits.
finish() {
    elapsed "$began"
    printf '{"exitCode": %d, "reason": "%s", "seconds": %s}\n' "$1" "$2" "$elapsed" 1<>"$exchange/.exit.json"
    mv -f "$exchange/.exit.json" "$exchange/exit.json"
    rm -rf "$home" 2>/dev/null
    exit 0
}

# signal NAME: sends a signal to the agent's process group, or to its process if there is no group.
signal() { kill "-$1" "-$child" 2>/dev/null || kill "-$1" "$child" 2>/dev/null; }

# In a container with the team's own image: adds those of the tools beside this folder that the image lacks.
add_missing_tools() {
    tools=${0%/*}/..
    if ! command -v bash >/dev/null 2>&1; then export SHELL="$tools/bin/bash" PATH="$PATH:$tools/bin"; fi
    mkdir "$home/lib"
    for library in "$tools"/lib/*.so*; do
        has_library "${library##*/}" || ln -s "$library" "$home/lib/"
    done
    export LD_LIBRARY_PATH="$home/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

has_library() {
    for found in /usr/lib/*/"$1" /lib/*/"$1" /usr/lib64/"$1" /lib64/"$1"; do
        [ ! -e "$found" ] || return 0
    done
    return 1
}

stopped() { [ -e "$control/stop" ] || [ -e "$control/done" ]; }

end_group() {
    signal TERM
    waited=0
    while kill -0 "-$child" 2>/dev/null && [ "$waited" -lt "$((grace * 10))" ]; do
        pause 0.1
        waited=$((waited + 1))
    done
    signal KILL
}

# Runs beside the agent: updates the heartbeat, and ends the agent at the deadline or when it is told to stop.
watch() {
    trap - TERM
    deadline=$((began + seconds * 100)) next=0
    while :; do
        now
        if [ "$now" -ge "$next" ]; then
            beat
            next=$((now + 100))
        fi
        reason=
        [ "$now" -lt "$deadline" ] || reason=deadline
        if stopped; then reason=stopped; fi
        if [ -n "$reason" ]; then
            printf '%s' "$reason" >"$home/reason"
            end_group
            return
        fi
        pause 0.2
    done
}

# The platform may start the container again. An agent that has started once is not started a second time.
if [ -e "$exchange/exit.json" ] || [ -e "$exchange/log" ]; then exit 0; fi
now
began=$now
# Without a heartbeat the supervisor notices that the agent never started.
beat || { echo "agent.sh: cannot write to $exchange" >&2 && exit 0; }
printf '%256s\n' '' >"$exchange/.exit.json" # reserves the space for exit.json, because the agent may fill the volume
limit=$((began + (seconds + 120) * 100))
case $(cat "$inputs/clone.json" 2>/dev/null) in
*'"state": "ready"'* | *'"state":"ready"'*) ;;
*) exit 0 ;;
esac
make_home
turns=0
until [ -e "$control/start" ]; do
    if stopped; then finish 143 stopped; fi
    now
    [ "$now" -lt "$limit" ] || finish 143 deadline
    turns=$((turns + 1))
    if [ "$turns" -lt 100 ]; then pause 0.005; else pause 0.1; fi
    [ $((turns % 10)) -ne 0 ] || beat
done
if stopped; then finish 143 stopped; fi

use_home
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
if [ -d "${0%/*}/../lib" ]; then add_missing_tools; fi
cd "$AUTOCODER_WORKSPACE" || finish 1 exited

now
began=$now
if command -v setsid >/dev/null 2>&1; then
    setsid /bin/sh "$AUTOCODER_AGENT/run.sh" </dev/null >"$exchange/log" 2>&1 &
else
    set -m 2>/dev/null || :
    /bin/sh "$AUTOCODER_AGENT/run.sh" </dev/null >"$exchange/log" 2>&1 &
    set +m 2>/dev/null || :
fi
child=$!
trap 'printf stopped >"$home/reason"; end_group' TERM INT
watch &
watcher=$!

wait "$child"
status=$?
while kill -0 "$child" 2>/dev/null; do # a signal to this shell interrupted `wait`; the agent is still running
    wait "$child"
    status=$?
done
signal KILL # processes that the agent left running in its group
kill "$watcher" 2>/dev/null
[ "$$" -ne 1 ] || kill -KILL -1 2>/dev/null # as the container's first process: every other process as well
reason=
{ read -r reason <"$home/reason"; } 2>/dev/null # `read` fails, because the line has no end, but sets the variable
finish "$status" "${reason:-exited}" # empty if the watch was killed before it had written its reason
