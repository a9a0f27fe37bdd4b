"""A minute of votes and comments by eight readers with the server killed twice, on SQLite and on PostgreSQL.

    python -m tests.soak.killed_votes [SECONDS]

Prints one JSON object for each database; ends with 1 when an act was lost or doubled or a count is wrong.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tests.support.postgres import postgres_server
from tests.support.storm import Storm


def _place(database: str) -> AbstractContextManager[str]:
    return postgres_server() if database == "postgresql" else nullcontext("")


def main(seconds: float) -> int:
    """Run both; the exit status."""
    wrong = 0
    for database in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, _place(database) as url:
            storm = Storm(Path(folder) / "data", url)
            storm.fill(2000)
            storm.blow(seconds=seconds)
            found = storm.outcome()
            print(json.dumps({"database": database, "seconds": seconds, **found, "faults": storm.faults[:5]}))
            wrong += found["lost"] + found["doubled"] + found["counts_wrong"] + len(storm.faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0))
