#!/bin/sh
# Runs the team's commands one after another in a fresh checkout of the commit that will be pushed.
# POSIX sh only, so that it runs in any image that has /bin/sh. It always exits with 0; the results are written to
# verification/results.
set -u
# shellcheck source=containers/base/shared.sh
. "${0%/*}/shared.sh"

control=$AUTOCODER_CONTROL verification=$AUTOCODER_VERIFICATION
results=$verification/results

# Looks often for the first 20 seconds, while a quick agent may finish, and less often after that.
nap() {
    naps=$((naps + 1))
    if [ "$naps" -lt 400 ]; then pause 0.05; else pause 0.2; fi
}

# run SCRIPT: runs a script for as long as the time limit of all commands together allows.
run() {
    if command -v timeout >/dev/null 2>&1; then
        timeout -k 5 "$(((deadline - now + 99) / 100))" /bin/sh -e "$1"
    else
        /bin/sh -e "$1"
    fi
}

[ ! -e "$verification/done" ] || exit 0 # the platform has started the container again
naps=0
until [ -e "$control/verify.ready" ]; do
    [ ! -e "$control/done" ] || exit 0
    nap
done

make_home
use_home
mkdir -p "$results"
seconds=$(cat "$control/verify/seconds" 2>/dev/null) || seconds=420
setup=$(cat "$control/verify/setup" 2>/dev/null) || setup=0
now
deadline=$((now + seconds * 100))

# This container cannot write to the checkout, so the commands work in a copy. If copying fails, nothing runs.
rm -rf "$verification/checkout"
cp -RP "$control/checkout" "$verification/checkout" || rm -rf "$verification/checkout"

number=1
while [ -f "$control/verify/$number.sh" ] && [ ! -e "$control/done" ]; do
    cd "$verification/checkout" || break
    now
    [ "$now" -lt "$deadline" ] || break
    began=$now
    run "$control/verify/$number.sh" </dev/null >"$results/$number.log" 2>&1
    status=$?
    elapsed "$began"
    printf '%s\n' "$elapsed" >"$results/$number.seconds"
    printf '%d\n' "$status" >"$results/$number.exit"
    if [ "$status" -ne 0 ] && [ "$number" -le "$setup" ]; then break; fi # the commands need a complete setup
    number=$((number + 1))
done
: >"$verification/done"
rm -rf "$home" 2>/dev/null
exit 0
