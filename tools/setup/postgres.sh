#!/usr/bin/env bash
# A PostgreSQL server for the tests: found on the machine, else the wheel of the dev parts, else apt when root.
# The wheel comes before apt because Debian's package would start a cluster of its own on the user's machine.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
.venv/bin/python -m tests.support.postgres >/dev/null 2>&1 && exit 0
apt_install postgresql && .venv/bin/python -m tests.support.postgres >/dev/null 2>&1 && exit 0
say "MISSING: PostgreSQL (tests on PostgreSQL). As root: apt-get install postgresql"
exit 1
