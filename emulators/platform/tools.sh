#!/bin/sh
# Names the required tools that this machine lacks, and says how to install them.
# usage: tools.sh PYTHON
set -u

missing=0
lacks() {
    echo "$1 is required and was not found: $2" >&2
    missing=1
}

"${1:-python3}" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null ||
    lacks "Python 3.11, 3.12 or 3.13" "install it (https://www.python.org), or name it: make PYTHON=/path/to/python3.11"
"${1:-python3}" -c 'import ensurepip' 2>/dev/null ||
    lacks "Python's venv module" "install it (Debian: apt-get install python3-venv)"
command -v git >/dev/null || lacks "git" "install it (https://git-scm.com)"
[ -x "$(git --exec-path 2>/dev/null)/git-http-backend" ] ||
    lacks "git http-backend" "install git with its HTTP server part"
command -v npm >/dev/null || lacks "npm" "install Node 20 or later with npm (https://nodejs.org)"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null ||
    lacks "Node 20 or later" "install it (https://nodejs.org)"
[ "$missing" -eq 0 ] || echo "Then run the same command again." >&2
exit "$missing"
