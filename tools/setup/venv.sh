#!/usr/bin/env bash
# venv.sh run|dev: makes .venv with the pinned parts and this package (editable). Does nothing when it is up to date.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
kind=${1:-run}
venv=.venv

fail() {
    say "setup: $*"
    exit 3
}

find_python() {
    local name
    for name in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
        if have "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

whole() { [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

# A plain user's way on a bare Debian: apt fetches (and checks) the package that carries pip as a wheel, which needs no
# rights; it is unpacked, not installed, and puts pip into an environment made without it.
pip_from_debian() {
    local python=$1 scratch wheel done=1
    scratch=$(mktemp -d)
    say "setup: fetching pip for .venv (apt-get download, nothing is installed on the system)"
    if (cd "$scratch" && apt-get download -qq python3-pip-whl >/dev/null 2>&1 && dpkg-deb -x ./*.deb .); then
        wheel=$(find "$scratch" -name 'pip-*.whl' | head -1)
        rm -rf "$venv"
        [ -n "$wheel" ] && "$python" -m venv --without-pip "$venv" &&
            "$venv/bin/python" "$wheel/pip" --disable-pip-version-check install --quiet --no-index "$wheel" >&2 && done=0
    fi
    rm -rf "$scratch"
    return $done
}

# Debian's python3 comes without ensurepip: python3-venv brings it. Others: virtualenv, or a pip that can fetch it.
make_venv() {
    local python=$1 scratch
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 && whole && return
    if is_root && have apt-get; then
        apt_install "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" ||
            apt_install python3-venv || true
        "$python" -m venv --clear "$venv" >/dev/null 2>&1 && whole && return
    fi
    rm -rf "$venv"
    if have uv; then
        uv venv --quiet --seed --python "$python" "$venv" && whole && return
    fi
    if have virtualenv; then
        virtualenv --quiet --python "$python" "$venv" && whole && return
    fi
    if "$python" -m pip --version >/dev/null 2>&1; then
        scratch=$(mktemp -d)
        "$python" -m pip install --quiet --disable-pip-version-check --target "$scratch" virtualenv >&2 || true
        PYTHONPATH="$scratch" "$python" -m virtualenv --quiet "$venv" >&2 || true
        rm -rf "$scratch"
        whole && return
    fi
    if have apt-get && have dpkg-deb; then
        pip_from_debian "$python" && whole && return
    fi
    rm -rf "$venv"
    fail "$python cannot make a virtual environment (no ensurepip, no virtualenv, no pip). Nothing was installed." \
        "As root: apt-get install python3-venv. Then run the same command again."
}

stamp=$(cat requirements*.lock pyproject.toml tools/setup/venv.sh | sha256sum | cut -d' ' -f1)
up_to_date() {
    whole && [ "$("$venv/bin/python" -c 'import sys; print(sys.prefix)')" = "$ROOT/$venv" ] || return 1
    [ "$(cat "$venv/.made-$kind" 2>/dev/null)" = "$stamp" ] || [ "$(cat "$venv/.made-dev" 2>/dev/null)" = "$stamp" ]
}
up_to_date && exit 0

python=$(find_python) || fail "Python 3.11 or newer is needed and none was found on PATH." \
    "Nothing was installed. On Debian: apt-get install python3 python3-venv."
# One at a time: two terminals may both say make.
exec 9>"$ROOT/.setup.lock"
have flock && flock 9
up_to_date && exit 0
if ! whole || [ "$("$venv/bin/python" -c 'import sys; print(sys.prefix)')" != "$ROOT/$venv" ]; then
    say "setup: making $venv with $python"
    make_venv "$python"
fi
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock
say "setup: installing the pinned parts of $lock (first time: a minute or two)"
pip="$venv/bin/python -m pip --disable-pip-version-check --no-input --quiet"
if ! { $pip install -r "$lock" && $pip install --no-deps --editable .; } 2>.setup.log; then
    grep -v '^WARNING' .setup.log >&2 || true
    fail "pip could not install the parts of $lock (its words stand above). What was installed is kept;" \
        "look at the network, proxy or index settings of pip and run the same command again."
fi
rm -f .setup.log
printf '%s\n' "$stamp" >"$venv/.made-$kind"
