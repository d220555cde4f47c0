#!/bin/sh
# Runs the agent's run.sh in its own process group until it exits, its time is up or it is told to stop; then it waits
# to be asked for another turn (see shared.sh), within the same time. POSIX sh only, so that it runs in any image that
# has /bin/sh. It always exits with 0; the outcome of each turn is written to exchange/exit-<turn>.json.
set -u
# shellcheck source=containers/base/shared.sh
. "${0%/*}/shared.sh"

inputs=$AUTOCODER_INPUTS exchange=$AUTOCODER_EXCHANGE control=$AUTOCODER_CONTROL
orders=$control/agent answers=$exchange
seconds=${AUTOCODER_SECONDS%%.*} grace=${AUTOCODER_GRACE_SECONDS:-5}
between=1200 # the seconds within which another turn begins: commit and checks of the one before take less

# Updates the heartbeat by writing its only byte again, because opening it with `1<>` alone would not change its time.
beat() {
    make_way "$exchange/heartbeat"
    printf . 1<>"$exchange/heartbeat"
} 2>/dev/null

# note REASON: leaves the reason for which the agent is ended.
note() {
    rm -rf "$home/reason"
    printf '%s' "$1" 1<>"$home/reason"
} 2>/dev/null

# Sets `reason` to what `note` has left, or else to `exited`: the watch may be killed before it had written its reason.
recall() {
    reason=
    # `read` fails, because the line has no end, but sets the variable.
    if [ -f "$home/reason" ]; then read -r reason <"$home/reason"; fi
    reason=${reason:-exited}
} 2>/dev/null

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

told_to_end() { [ -n "$over" ] || [ -e "$control/stop" ] || [ -e "$control/done" ]; }

nap() {
    if [ "$looks" -lt 100 ]; then pause 0.005; else pause 0.1; fi
    [ $((looks % 10)) -ne 0 ] || beat
}

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
    next=0
    while :; do
        now
        if [ "$now" -ge "$next" ]; then
            beat
            next=$((now + 100))
        fi
        reason=
        [ "$now" -lt "$deadline" ] || reason=deadline
        if told_to_end; then reason=stopped; fi
        if [ -n "$reason" ]; then
            note "$reason"
            end_group
            return
        fi
        pause 0.2
    done
}

# Starts the agent in the background, as the leader of its own process group if that is possible; sets `child`.
start_agent() {
    rm -f "$exchange/log-$turn"
    if command -v setsid >/dev/null 2>&1; then
        setsid /bin/sh "$AUTOCODER_AGENT/run.sh" </dev/null >"$exchange/log-$turn" 2>&1 &
    else
        set -m 2>/dev/null || :
        /bin/sh "$AUTOCODER_AGENT/run.sh" </dev/null >"$exchange/log-$turn" 2>&1 &
        set +m 2>/dev/null || :
    fi
    child=$!
}

# Lets the agent work until it ends, and writes how it did.
take_turn() {
    now
    began=$now
    [ "$turn" -gt 1 ] || deadline=$((began + seconds * 100)) # all turns together have this time
    reserve "$((turn + 1))"
    export AUTOCODER_PROMPT="$orders/$turn/prompt.md"
    [ -e "$AUTOCODER_PROMPT" ] || AUTOCODER_PROMPT=$inputs/prompt.md
    cd "$AUTOCODER_WORKSPACE" || { end_turn 1 exited; return; }
    rm -rf "$home/reason"
    start_agent
    trap 'over=stopped; note stopped; end_group' TERM INT
    watch &
    watcher=$!

    wait "$child"
    status=$?
    while kill -0 "$child" 2>/dev/null; do # a signal to this shell interrupted `wait`; the agent is still running
        wait "$child"
        status=$?
    done
    signal KILL # processes that the agent left running in its group
    # A TERM that comes before the new process has dropped this shell's trap is lost, and the `wait` lasts to the deadline.
    kill -KILL "$watcher" 2>/dev/null
    end_others
    wait "$watcher" 2>/dev/null
    trap 'over=stopped' TERM INT
    recall
    end_turn "$status" "$reason"
}

# The platform may start the container again. An agent that has started once is not started a second time.
if [ -e "$exchange/exit-1.json" ] || [ -e "$exchange/log-1" ]; then exit 0; fi
# Without a heartbeat the supervisor notices that the agent never started.
beat || { echo "agent.sh: cannot write to $exchange" >&2 && exit 0; }
turn=1 over=
reserve "$turn"
case $(cat "$inputs/clone.json" 2>/dev/null) in
*'"state": "ready"'* | *'"state":"ready"'*) ;;
*) exit 0 ;;
esac
trap 'over=stopped' TERM INT
make_home
use_home
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
if [ -d "${0%/*}/../lib" ]; then add_missing_tools; fi

now
began=$now limit=$((now + (seconds + 120) * 100))
while await_turn; do
    take_turn
    turn=$((turn + 1))
    now
    limit=$((now + between * 100))
    [ "$limit" -lt "$deadline" ] || limit=$deadline
done
if [ -e "$orders/start-$turn" ]; then end_turn 143 stopped; fi # it was told to end before it could begin the turn
rm -rf "$home" 2>/dev/null
exit 0
