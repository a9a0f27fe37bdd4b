#!/usr/bin/env bash
# A Chromium for the browser tests: found on the machine, else installed with apt when root, else named as missing.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    have "$name" && exit 0
done
apt_install chromium fonts-dejavu-core && have chromium && exit 0
say "MISSING: Chromium (browser tests). As root: apt-get install chromium"
exit 1
