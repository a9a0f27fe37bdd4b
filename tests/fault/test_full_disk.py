"""No room: a sentence and exit code 3, the database whole, and the same command goes on when there is room again."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.incoming import jsonl, record
from tests.support.program import broadsheet, committed, rows

COUNT = 2_400
SMALL = 8 << 20  # bytes; the tables alone want half of them in the log of the first start


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A file that needs more than ``SMALL`` in the database."""
    path = tmp_path / "papers.jsonl"
    path.write_bytes(jsonl(*(record(n, abstract=os.urandom(2_000).hex()) for n in range(COUNT))))
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of ``SMALL`` bytes; only root may make one."""
    path = tmp_path / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", path]
    try:
        made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("MISSING: the right to mount a small tmpfs (a limit on file sizes is tested instead)")
    yield path
    subprocess.run(["umount", "-l", path], check=False)


def check(papers: Path, data: Path, make_room: Callable[[], object], **limited: Any) -> None:
    """Import without room, look, import with room."""
    refused = broadsheet("import", papers, "--no-index", data=data, **limited)
    assert refused.returncode == 3, refused.stderr
    assert "make room" in refused.stderr and "nothing is added twice" in refused.stderr
    assert "Traceback" not in refused.stderr
    known = committed(data)
    assert 0 < known < COUNT
    make_room()
    rows(data)  # checks that the database is whole
    again = broadsheet("import", papers, "--no-index", data=data)
    assert again.returncode == 0, again.stderr
    assert f"{COUNT - known:,} added" in again.stdout and f"{known:,} unchanged" in again.stdout
    assert len(rows(data)["sourcerecord"]) == COUNT


def test_a_full_disk(papers: Path, small_disk: Path) -> None:
    room = ["mount", "-o", "remount,size=256m", str(small_disk)]
    check(papers, small_disk / "data", lambda: subprocess.run(room, check=True))


def test_a_limit_on_file_sizes(papers: Path, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL))

    check(papers, tmp_path / "data", lambda: None, preexec_fn=limit)


def test_a_backup_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(*(record(n, abstract="We show it. " * 40) for n in range(1, 200))))
    assert broadsheet("import", tmp_path / "a.jsonl", "--no-index", data=tmp_path / "data").returncode == 0
    before = rows(tmp_path / "data")
    place = tmp_path / "kept"
    place.mkdir()
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # noqa: E731
    done = broadsheet("backup", place / "b.tar", data=tmp_path / "data", preexec_fn=small)
    assert done.returncode == 3 and "could not be written" in done.stderr and "Traceback" not in done.stderr
    assert list(place.iterdir()) == [] and rows(tmp_path / "data") == before
