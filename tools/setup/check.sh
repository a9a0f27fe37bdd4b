#!/usr/bin/env bash
# check.sh [lint|test|soak]: everything that must hold, all of it even when one part fails, and a summary of what was lacking.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
what=${1:-test}
bin=.venv/bin
failed=()
missing=()
began=$SECONDS

step() { # step NAME COMMAND...
    local name=$1 start=$SECONDS
    shift
    say "== $name"
    "$@" || failed+=("$name")
    say "== $name: $((SECONDS - start)) s"
}

lint() {
    step ruff $bin/ruff check --quiet .
    step mypy $bin/mypy
    step import-linter $bin/lint-imports --no-cache --no-logo
}

# As a function, so that pytest's "no tests collected" (exit code 5) of an empty folder is no failure.
run_pytest() {
    $bin/python -m pytest "$@"
    local code=$?
    [ $code -eq 5 ] && return 0
    return $code
}

tests() {
    local workers extra=() only=()
    workers=${TEST_WORKERS:-$(($(nproc) > 4 ? 4 : $(nproc)))}
    [ "$what" = soak ] && extra=(--soak)
    export HYPOTHESIS_PROFILE=${HYPOTHESIS_PROFILE:-$([ "$what" = soak ] && echo soak || echo ci)}  # tests/support/counts.py
    MODEL_REQUIRED=1 tools/setup/model.sh || missing+=("the full embedding model")
    tools/setup/browser.sh || missing+=("Chromium")
    step "tests on SQLite" run_pytest -q -n "$workers" --dist loadfile "${extra[@]}" \
        --ignore tests/fault --ignore tests/browser "${PYTEST_ARGS[@]}"
    step "faults" run_pytest -q -n "$workers" --dist loadfile "${extra[@]}" tests/fault "${PYTEST_ARGS[@]}"
    # Those in a browser wait most of all: for a server, for a page to be drawn.
    step "browser" run_pytest -q -n "$((workers + 1))" --dist loadfile "${extra[@]}" tests/browser "${PYTEST_ARGS[@]}"
    if tools/setup/postgres.sh; then
        only=()
        for folder in tests/functional tests/property; do
            [ -n "$(find $folder -name 'test_*.py' 2>/dev/null)" ] && only+=("$folder")
        done
        # The commands run in processes and data directories of their own, on SQLite whatever the database here.
        only+=(--ignore-glob "tests/functional/test_cli*")
        for name in wheel docs user_commands doctor_mail; do only+=(--ignore "tests/functional/test_$name.py"); done
        step "tests on PostgreSQL" $bin/python -m tests.support.postgres \
            $bin/python -m pytest -q -n "$workers" --dist loadfile "${extra[@]}" "${only[@]}" "${PYTEST_ARGS[@]}"
    else
        missing+=("PostgreSQL")
    fi
    [ -d ../shared/data ] || missing+=("real data in ../shared/data")
}

read -r -a PYTEST_ARGS <<<"${PYTEST_ARGS:-}"
case $what in
lint) lint ;;
test | soak)
    lint
    tests
    ;;
*)
    say "usage: check.sh lint|test|soak"
    exit 2
    ;;
esac

say "== summary: $((SECONDS - began)) s"
for name in "${missing[@]}"; do say "   not tested here: $name"; done
for name in "${failed[@]}"; do say "   FAILED: $name"; done
[ ${#failed[@]} -eq 0 ] && say "   all that ran has passed"
[ ${#failed[@]} -eq 0 ]
