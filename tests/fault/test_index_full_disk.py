"""A disk that takes no more (a limit on the size of files stands for it): a clear message, nothing lost, then on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = """
import resource, sys
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from broadsheet.search.follower import Follower, FollowerFailed
from broadsheet.search.rebuild import RebuildFailed, rebuild
from broadsheet.search.reader import IndexReader
from broadsheet.search.status import status
from tests.support import indexes, papers
home = Path(sys.argv[1])
follower = Follower(home / "index")
row = papers.add(1, "Sparse galaxies")
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
for failing in (follower.step, lambda: rebuild(home / "index")):
    try:
        failing()
    except (FollowerFailed, RebuildFailed) as problem:
        assert "free space" in str(problem), problem
    else:
        raise SystemExit("nothing was refused")
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
found = status(home / "index")
assert (found.state, found.lag) == ("behind", 1), found
follower.drain()
assert indexes.rows_with(IndexReader(home / "index").refresh(), "galaxy") == {row}
print("found")
"""


def test_a_full_disk_stops_the_index_with_a_message_and_nothing_is_lost(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    environment |= {"DJANGO_SETTINGS_MODULE": "broadsheet.settings", "BROADSHEET_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", _SCRIPT, str(tmp_path)], env=environment, cwd=ROOT, timeout=90,
                          capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "found", done.stderr
