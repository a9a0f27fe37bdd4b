#!/usr/bin/env bash
# Renews requirements.lock and requirements-dev.lock from the ranges of pyproject.toml: names and versions, no addresses.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Debian's own Python is the oldest that must take the pins: a newer 3.11 would choose parts that it refuses.
python=$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)
freeze() { # freeze EXTRAS
    "$python" -m venv --clear "$scratch/venv"
    "$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$ROOT$1"
    "$scratch/venv/bin/python" -m pip freeze --exclude broadsheet | grep == | LC_ALL=C sort -f
}
freeze "" >"$scratch/run"
freeze "[dev]" >"$scratch/dev"
{
    echo "# Run-time pins, tested together. Renew: make lock"
    cat "$scratch/run"
} >requirements.lock
{
    echo "# Everything for tests, the model build and checks (includes requirements.lock). Renew: make lock"
    echo "-r requirements.lock"
    grep -vxFf "$scratch/run" "$scratch/dev"
} >requirements-dev.lock
