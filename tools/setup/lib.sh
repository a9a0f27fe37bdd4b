# Shared by the scripts beside it. Nothing here asks a question.
# shellcheck shell=bash
export DEBIAN_FRONTEND=noninteractive
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

# apt_install PACKAGE...: only as root, only where apt is; says what it does; fails quietly enough to be named later.
apt_install() {
    is_root && have apt-get || return 1
    say "setup: installing $* (apt-get)"
    if ! apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1; then
        apt-get update -qq >/dev/null 2>&1 || true
        apt-get install -qq -y --no-install-recommends "$@" >/dev/null
    fi
}
