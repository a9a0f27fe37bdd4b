"""``python -m tests.support.kill_follower HOME SEED``: papers are written while a follower is killed with -9 again.

Runs on the database of the settings (its own, not a test database inside a transaction), so that the follower can be
another process. Ends with 0 when the index that was left equals a rebuild.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

KILLS = 6
WORDS = ("galaxy", "protein", "graph", "kernel")
_FOLLOW = """
import sys, time, django
django.setup()
from pathlib import Path
from broadsheet.search.follower import Follower
follower = Follower(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    if not follower.step(40):
        time.sleep(0.002)
"""


def write(random_: random.Random, rows: list[int], count: int) -> None:
    """``count`` random acts: papers added, edited, hidden, shown, deleted, merged."""
    from tests.support import papers

    from broadsheet.catalogue import changes

    for _ in range(count):
        lane = random_.choice(changes.LANES)
        title = " ".join(random_.choice(WORDS) for _ in range(3))
        act = random_.random()
        if act < 0.6 or not rows:
            rows.append(papers.add(len(rows), title, f"About the {title}.", lane=lane))
        elif act < 0.8:
            papers.edit(random_.choice(rows), title, lane=lane)
        else:
            papers.set_state(random_.choice(rows), random_.choice(("hidden", "live", "deleted")), lane=lane)


def scenario(home: Path, seed: int) -> None:
    """Write, kill, write, then compare. Raises AssertionError."""
    from tests.support import indexes

    from broadsheet.catalogue.models import Paper
    from broadsheet.search.follower import Follower
    from broadsheet.search.rebuild import rebuild

    random_, rows, index = random.Random(seed), [], home / "index"
    for _ in range(KILLS):
        child = subprocess.Popen([sys.executable, "-c", _FOLLOW, str(index)], stdout=subprocess.PIPE, text=True)
        try:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == "ready"
            ends = time.monotonic() + random_.uniform(0.05, 0.6)
            while time.monotonic() < ends:
                write(random_, rows, 5)
        finally:
            child.kill()
            child.wait()
    write(random_, rows, 20)
    follower = Follower(index)
    follower.drain()
    follower.close()
    followed = indexes.contents(index, WORDS)
    rebuild(index)
    assert followed == indexes.contents(index, WORDS), "the followed index differs from a rebuilt one"
    assert followed["rows"] == sorted(Paper.objects.filter(state="live").values_list("id", flat=True))


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    scenario(Path(sys.argv[1]), int(sys.argv[2]))
