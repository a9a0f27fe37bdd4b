#!/usr/bin/env bash
# A Chromium for the browser tests: found on the machine, else installed with apt when root, else named as missing.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
# Playwright's driver is a program that wants libatomic, which a bare Debian has not.
driver=$(find .venv/lib/python3*/site-packages/playwright/driver -maxdepth 1 -name node 2>/dev/null)
if [ -n "$driver" ] && ! "$driver" --version >/dev/null 2>&1 &&
    ! { apt_install libatomic1 && "$driver" --version >/dev/null 2>&1; }; then
    say "MISSING: libatomic (browser tests). As root: apt-get install libatomic1"
    exit 1
fi
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    have "$name" && exit 0
done
apt_install chromium fonts-dejavu-core && have chromium && exit 0
say "MISSING: Chromium (browser tests). As root: apt-get install chromium"
exit 1
