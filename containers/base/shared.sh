#!/bin/sh
# Functions that agent.sh and verify.sh share. Both source this file from the folder that they are in.
# POSIX sh only, so that it runs in any image that has /bin/sh.
# shellcheck disable=SC2034 # the variables that are set here are used by the scripts that source this file

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
