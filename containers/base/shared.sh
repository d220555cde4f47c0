#!/bin/sh
# Functions that agent.sh and verify.sh share. Both source this file from the folder that they are in.
# POSIX sh only, so that it runs in any image that has /bin/sh.
# shellcheck disable=SC2034,SC2154 # each of the variables is set in one file and used in the other

# Sets `now` to the time since the machine started, in hundredths of a second. Needs no process if /proc is mounted.
now() {
    if read -r up _ 2>/dev/null </proc/uptime; then
        case $up in *.??) ;; *) up=${up%%.*}.00 ;; esac
        now=${up%.*}${up#*.}
        while case $now in 0?*) ;; *) false ;; esac do now=${now#0}; done # 008 would be octal
    else
        now=$(date +%s)00
    fi
}

# elapsed START: sets `elapsed` to the seconds between START, a value of `now`, and this moment, such as 4.07.
elapsed() {
    now
    fraction=$(((now - $1) % 100))
    case $fraction in ?) fraction=0$fraction ;; esac
    elapsed=$(((now - $1) / 100)).$fraction
}

# pause SECONDS: sleeps for SECONDS, or for one second if this `sleep` takes whole numbers only.
pause() { sleep "$1" 2>/dev/null || sleep 1; }

# Sets `home` to a new private folder and creates the folders in it that become HOME and TMPDIR.
make_home() {
    home=$(mktemp -d 2>/dev/null) || { home=/tmp/autocoder-$$ && mkdir -m 700 "$home"; }
    mkdir -p "$home/home" "$home/tmp"
}

# Makes the folder of make_home the HOME and TMPDIR of every command from here on.
use_home() { export HOME="$home/home" TMPDIR="$home/tmp"; }

# The protocol of both wrappers: the supervisor writes what a turn needs into the folder $orders/<turn>, then the file
# $orders/start-<turn>; the wrapper takes that turn, writes $answers/exit-<turn>.json, and waits for the next one.

# await_turn: waits until the turn `turn` is started. Fails when `told_to_end` succeeds, or when the time is `limit`.
# Both and `nap`, which pauses between two looks and may use `looks`, are those of the script that sources this file.
await_turn() {
    looks=0
    until [ -e "$orders/start-$turn" ]; do
        if told_to_end; then return 1; fi
        now
        [ "$now" -lt "$limit" ] || return 1
        looks=$((looks + 1))
        nap
    done
    ! told_to_end
}

# What runs in a turn can write to the folders of the answers, and may leave a named pipe in the place of a file that a
# wrapper is going to write. Opening that with `>` would last until somebody reads it. So the wrappers make way for their
# files and open them with `1<>`, for reading and writing, which does not wait.

# make_way FILE: removes what is in the place of FILE, unless that is a file already.
make_way() { [ -f "$1" ] || rm -f "$1"; }

# put FILE TEXT: replaces FILE by a new one with the line TEXT.
put() {
    rm -rf "$1"
    printf '%s\n' "$2" 1<>"$1"
}

# reserve TURN: reserves the space for the turn's exit file, because what runs in it may fill the volume.
reserve() {
    make_way "$answers/.exit-$1.json"
    printf '%256s\n' '' 1<>"$answers/.exit-$1.json"
} 2>/dev/null

# end_turn CODE REASON: writes the exit file in one step, over the space that was reserved for it.
end_turn() {
    elapsed "$began"
    make_way "$answers/.exit-$turn.json"
    printf '{"exitCode": %d, "reason": "%s", "seconds": %s}\n' "$1" "$2" "$elapsed" 1<>"$answers/.exit-$turn.json"
    mv -f "$answers/.exit-$turn.json" "$answers/exit-$turn.json"
}

# As the container's first process: ends every other process, which a turn may have left running.
end_others() { [ "$$" -ne 1 ] || kill -KILL -1 2>/dev/null || :; }
