#!/bin/sh
# Runs the team's commands one after another in a fresh checkout of the commit that will be pushed; then it waits to be
# asked for another turn (see shared.sh). POSIX sh only, so that it runs in any image that has /bin/sh. It always exits
# with 0; the results of each turn are written to verification/results-<turn>.
set -u
# shellcheck source=containers/base/shared.sh
. "${0%/*}/shared.sh"

control=$AUTOCODER_CONTROL verification=$AUTOCODER_VERIFICATION
orders=$control/verify answers=$verification
seconds=${AUTOCODER_SECONDS:-86400} temporary=${TMPDIR:-}

told_to_end() { [ -e "$control/done" ]; }

# Looks often for the first 20 seconds, while a quick agent may finish, and less often after that.
nap() {
    if [ "$looks" -lt 400 ]; then pause 0.05; else pause 0.2; fi
}

# run SCRIPT: runs a script for as long as the time limit of all commands together allows.
run() {
    if command -v timeout >/dev/null 2>&1; then
        timeout -k 5 "$(((deadline - now + 99) / 100))" /bin/sh -e "$1"
    else
        /bin/sh -e "$1"
    fi
}

# Runs the commands of a turn, and writes how the last one ended.
take_turn() {
    folder=$orders/$turn results=$verification/results-$turn status=0 reason=exited
    if [ -n "$temporary" ]; then TMPDIR=$temporary; else unset TMPDIR; fi # that of the turn before is gone
    make_home
    use_home
    mkdir -p "$results"
    allowed=$(cat "$folder/seconds" 2>/dev/null) || allowed=420
    setup=$(cat "$folder/setup" 2>/dev/null) || setup=0
    now
    began=$now deadline=$((now + allowed * 100))

    # This container cannot write to the checkout, so the commands work in a copy. If copying fails, nothing runs.
    cd "$verification" || { end_turn 1 exited; return; }
    rm -rf "$verification/checkout"
    cp -RP "$folder/checkout" "$verification/checkout" || rm -rf "$verification/checkout"
    run_commands
    end_others
    end_turn "$status" "$reason"
    rm -rf "$home" 2>/dev/null
}

run_commands() {
    number=1
    while [ -f "$folder/$number.sh" ]; do
        if told_to_end; then reason=stopped && break; fi
        cd "$verification/checkout" || break
        now
        if [ "$now" -ge "$deadline" ]; then reason=deadline && break; fi
        started=$now
        rm -rf "$results/$number.log"
        run "$folder/$number.sh" </dev/null 1<>"$results/$number.log" 2>&1
        status=$?
        elapsed "$started"
        put "$results/$number.seconds" "$elapsed"
        put "$results/$number.exit" "$status"
        if [ "$status" -ne 0 ] && [ "$number" -le "$setup" ]; then break; fi # the commands need a complete setup
        number=$((number + 1))
    done
}

turn=1
# The platform may start the container again: a turn that has an end is not taken a second time.
while [ -e "$answers/exit-$turn.json" ]; do turn=$((turn + 1)); done
now
limit=$((now + seconds * 100))
while await_turn; do
    reserve "$turn"
    take_turn
    turn=$((turn + 1))
done
exit 0
