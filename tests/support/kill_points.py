"""``python -m tests.support.kill_points HOME POINT ACT``: a follower is killed with -9 exactly at POINT of its work.

The child patches the named step of the writers so that it ends there by SIGKILL; the product knows nothing of it.
Before the kill one paper is committed and a second one, an edit of the first and new categories are on the way; after
it, ACT happens to both papers while nobody follows, a third is added, and the next follower goes on. Ends with 0 when
the index that was left equals a rebuild.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS = ("galaxy", "protein", "graph", "kernel")
NAMES = (
    "nothing written", "room taken", "half the vectors", "vectors without seals", "rows in the columns",
    "rows in both", "rows on the disk", "names of categories", "columns committed", "all committed",
)  # fmt: skip


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(owner: Any, name: str) -> None:
    """End the process when ``owner.name`` has done its work."""
    whole: Callable[..., Any] = getattr(owner, name)

    def patched(*given: Any, **named: Any) -> Any:
        whole(*given, **named)
        _die()

    setattr(owner, name, patched)


def _half_the_vectors(writer: Any, rows: Any, vectors: Any, *_: Any) -> None:
    """A vector is there, its codes, hash, kind and seal are not."""
    from broadsheet.search import columns

    whole, _scales, _codes = columns.quantise(vectors)
    writer.arrays["vectors"][rows] = whole
    _die()


def _points() -> dict[str, Callable[[], None]]:
    """What to patch so that the process dies at each of ``NAMES``."""
    from broadsheet.search import follower, store, writing

    columns, both = writing.ColumnWriter, follower.GenerationWriter

    def files_replaced(name: str) -> None:
        whole = store.replace_file

        def patched(path: Path, data: bytes, **named: Any) -> None:
            whole(path, data, **named)
            if path.name == name:
                _die()

        setattr(writing, "replace_file", patched)  # noqa: B010

    return {
        "nothing written": lambda: setattr(columns, "put", _die),
        "room taken": lambda: _after(columns, "grow"),
        "half the vectors": lambda: setattr(columns, "_write_vectors", _half_the_vectors),
        "vectors without seals": lambda: _after(columns, "_write_vectors"),
        "rows in the columns": lambda: _after(columns, "put"),
        "rows in both": lambda: _after(both, "put"),
        "rows on the disk": lambda: _after(columns, "_sync"),
        "names of categories": lambda: files_replaced("categories.json"),
        "columns committed": lambda: _after(columns, "commit"),
        "all committed": lambda: _after(both, "commit"),
    }


def child(index: Path, point: str) -> None:
    """Follow what waits and die on the way."""
    from broadsheet.search.follower import Follower

    follower = Follower(index)
    _points()[point]()
    follower.drain()
    raise SystemExit(f"the point {point!r} was never reached")


def scenario(home: Path, point: str, act: str) -> None:
    """Kill at ``point``, then ``act``, then compare. Raises AssertionError."""
    from tests.support import indexes, papers

    from broadsheet.catalogue import changes
    from broadsheet.catalogue.models import Paper
    from broadsheet.search.follower import Follower
    from broadsheet.search.rebuild import rebuild

    index = home / "index"
    follower = Follower(index)
    first = papers.add(1, "Sparse galaxy")
    follower.drain()
    follower.close()
    papers.edit(first, "Dense protein", lane=changes.BULK)
    second = papers.add(2, "A graph of graphs", lane=changes.BULK)
    Paper.objects.filter(pk__in=[first, second]).update(categories=["math.CO", "cs.DM"])
    killed = subprocess.run(
        [sys.executable, "-m", "tests.support.kill_points", str(home), point], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL, killed.returncode
    for row in (first, second):
        if act == "hide":
            papers.set_state(row, "hidden", lane=changes.BULK)
        elif act == "edit":
            papers.edit(row, "A kernel", lane=changes.BULK)
    follower = Follower(index)
    follower.drain()
    papers.add(3, "Another kernel", lane=changes.BULK)  # a step later: its row lies beyond those of the killed one
    follower.drain()
    follower.close()
    followed = indexes.contents(index, WORDS)
    rebuild(index)
    assert followed == indexes.contents(index, WORDS), "the followed index differs from a rebuilt one"
    living = sorted(Paper.objects.filter(state="live").values_list("id", flat=True))
    assert followed["rows"] == followed["live"] == living


if __name__ == "__main__":
    import django

    django.setup()
    if len(sys.argv) == 3:
        child(Path(sys.argv[1]) / "index", sys.argv[2])
    else:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        scenario(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
