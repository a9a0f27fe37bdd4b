"""``python -m tests.soak.killed_imports FILE... --home DIR``: kill -9 of a large import at random points, and repeat.

Imports the files once without disturbance (or takes ``--whole DIR``, the data directory of an import of the same
files), then into a second data directory, where the command and its children are killed with -9 at ``--kills`` random
points of the progress and started again, the last time to the end. Then compares the databases row by row, checks
both files, and that the index has every live paper and lags behind nothing. The random seed
is printed; ``--seed`` repeats it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from tests.support.program import broadsheet, committed, digests, spawn


def kill_at(files: list[Path], data: Path, papers: int) -> int:
    """Import until ``papers`` are committed, then kill; how many were there. Ends by itself if there are fewer."""
    child = spawn("import", *files, data=data)
    while child.poll() is None:
        if committed(data) >= papers:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            break
        time.sleep(0.02)
    return committed(data)


def main(arguments: list[str]) -> int:
    """0 when nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--home", type=Path, required=True, help="an empty directory for the data directories")
    parser.add_argument("--whole", type=Path, help="data directory of an import of the same files that was not killed")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--papers", type=int, help="how many papers it makes, where --whole is still being imported")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}", flush=True)
    whole, torn = given.whole or given.home / "whole", given.home / "torn"
    if given.whole is None:
        print("whole:", broadsheet("import", *given.files, "--json", data=whole, timeout=None).stdout, flush=True)
    total = given.papers or committed(whole)
    chance = random.Random(given.seed)
    for point in sorted(chance.sample(range(1, max(total - 100, given.kills + 1)), given.kills)):
        started = time.monotonic()
        found = kill_at(given.files, torn, point)
        print(f"killed at {found:,} papers (wanted {point:,}) after {time.monotonic() - started:.0f} s", flush=True)
    last = broadsheet("import", *given.files, "--json", data=torn, timeout=None)
    print("to the end:", last.stdout, last.stderr[-2000:], flush=True)
    return compare(whole, torn) if last.returncode == 0 else 1


def compare(whole: Path, torn: Path) -> int:
    """Print what differs between the two databases, and between the second one and its index; 0 when nothing does."""
    one, two = digests(whole), digests(torn)
    differing = 0
    for table in one:
        lost, more = set(one[table]) - set(two[table]), set(two[table]) - set(one[table])
        same = one[table] == two[table]
        differing += not same
        print(f"{table}: {len(one[table]):,} and {len(two[table]):,} rows, {'equal' if same else 'different'}"
              f"{f' ({len(lost)} missing, {len(more)} too many)' if not same else ''}", flush=True)  # fmt: skip
    status = json.loads(broadsheet("status", "--json", data=torn).stdout)
    indexed, live = status["index"]["papers"], status["papers"]
    print(f"index: {indexed:,} of {live:,} papers, {status['index']['lag']} changes behind", flush=True)
    return int(bool(differing) or indexed != live or status["index"]["lag"] != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
