#!/usr/bin/env bash
# Installs the full embedding model into the shared cache, best effort: without it Broadsheet searches by words and sketches.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
.venv/bin/python -m broadsheet.search.embedding.install >&2 && exit 0
say "setup: going on without the full model; later: make model, or broadsheet model install"
exit "${MODEL_REQUIRED:-0}"
