#!/bin/sh
# Runs the agent's run.sh in a process group of its own, until it ends, its time is up or it is told to stop.
# POSIX sh, so that any image with /bin/sh can run it. It ends with 0: the result is in exchange/exit.json.
set -u

inputs=$AUTOCODER_INPUTS exchange=$AUTOCODER_EXCHANGE control=$AUTOCODER_CONTROL
seconds=${AUTOCODER_SECONDS%%.*} grace=${AUTOCODER_GRACE_SECONDS:-5}

# Hundredths of a second since the machine started, without a process where /proc is there.
now() {
    if read -r up _ 2>/dev/null </proc/uptime; then
        case $up in *.??) ;; *) up=${up%%.*}.00 ;; esac
        now=${up%.*}${up#*.}
        while case $now in 0?*) ;; *) false ;; esac do now=${now#0}; done # 008 would be octal
    else
        now=$(date +%s)00
    fi
}

pause() { sleep "$1" 2>/dev/null || sleep 1; }

# Not by `:`, with which a shell ends when the file cannot be written.
beat() { true >"$exchange/heartbeat"; } 2>/dev/null

# The one file that says how it ended, whole or not at all. It is written over what was reserved for it.
finish() {
    now
    hundredths=$((now - began))
    printf '{"exitCode": %d, "reason": "%s", "seconds": %d.%02d}\n' "$1" "$2" \
        $((hundredths / 100)) $((hundredths % 100)) 1<>"$exchange/.exit.json"
    mv -f "$exchange/.exit.json" "$exchange/exit.json"
    rm -rf "$home" 2>/dev/null
    exit 0
}

# Send a signal to the whole group, or, where there is none, to the process.
signal() { kill "-$1" "-$child" 2>/dev/null || kill "-$1" "$child" 2>/dev/null; }

# In a container of another image: lend it what it lacks of the tools beside this folder.
lend() {
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

# Beside the agent: the heartbeat, the deadline, the order to stop.
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

# The platform has started the container again: what was begun is not begun a second time.
if [ -e "$exchange/exit.json" ] || [ -e "$exchange/log" ]; then exit 0; fi
now
began=$now
# Without a word the app notices by itself that the agent never began.
beat || { echo "agent.sh: $exchange cannot be written to" >&2 && exit 0; }
printf '%256s\n' '' >"$exchange/.exit.json" # room for the last word, should the agent fill the volume
limit=$((began + (seconds + 120) * 100))
case $(cat "$inputs/clone.json" 2>/dev/null) in
*'"state": "ready"'* | *'"state":"ready"'*) ;;
*) exit 0 ;;
esac
home=$(mktemp -d 2>/dev/null) || { home=/tmp/autocoder-$$ && mkdir -m 700 "$home"; }
mkdir -p "$home/home" "$home/tmp"
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

export HOME="$home/home" TMPDIR="$home/tmp"
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
if [ -d "${0%/*}/../lib" ]; then lend; fi
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
while kill -0 "$child" 2>/dev/null; do # a signal to this shell ended the wait, not the agent
    wait "$child"
    status=$?
done
signal KILL # what the agent has started and left
kill "$watcher" 2>/dev/null
[ "$$" -ne 1 ] || kill -KILL -1 2>/dev/null # as the container's first process: everything else
reason=
{ read -r reason <"$home/reason"; } 2>/dev/null # its line has no end
finish "$status" "${reason:-exited}" # empty when the watch was ended as it began to write
