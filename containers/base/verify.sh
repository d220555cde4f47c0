#!/bin/sh
# Runs the team's commands, one after the other, in a fresh checkout of the commit that will be pushed.
# POSIX sh, so that any image with /bin/sh can run it. It ends with 0: results are in verification/results.
set -u

control=$AUTOCODER_CONTROL verification=$AUTOCODER_VERIFICATION
results=$verification/results

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

# Short naps while the agent may be quick, longer ones when it evidently takes its time.
nap() {
    naps=$((naps + 1))
    if [ "$naps" -lt 400 ]; then sleep 0.05 2>/dev/null || sleep 1; else sleep 0.2 2>/dev/null || sleep 1; fi
}

# Run a script, for as long as is left of the time that all have together.
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

home=$(mktemp -d 2>/dev/null) || { home=/tmp/autocoder-$$ && mkdir -m 700 "$home"; }
mkdir -p "$home/home" "$home/tmp" "$results"
export HOME="$home/home" TMPDIR="$home/tmp"
seconds=$(cat "$control/verify/seconds" 2>/dev/null) || seconds=420
setup=$(cat "$control/verify/setup" 2>/dev/null) || setup=0
now
deadline=$((now + seconds * 100))

# The checkout lies where nothing of this container can write; the commands work in a copy of it.
rm -rf "$verification/checkout"
cp -RP "$control/checkout" "$verification/checkout" || rm -rf "$verification/checkout" # all of it, or nothing runs

number=1
while [ -f "$control/verify/$number.sh" ] && [ ! -e "$control/done" ]; do
    cd "$verification/checkout" || break
    now
    [ "$now" -lt "$deadline" ] || break
    began=$now
    run "$control/verify/$number.sh" </dev/null >"$results/$number.log" 2>&1
    status=$?
    now
    hundredths=$((now - began))
    printf '%d.%02d\n' $((hundredths / 100)) $((hundredths % 100)) >"$results/$number.seconds"
    printf '%d\n' "$status" >"$results/$number.exit"
    if [ "$status" -ne 0 ] && [ "$number" -le "$setup" ]; then break; fi # nothing to verify without it
    number=$((number + 1))
done
: >"$verification/done"
rm -rf "$home" 2>/dev/null
exit 0
