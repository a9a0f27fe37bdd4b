"""Whose waiting for another machine holds a thread that pages need: few at once, and of each reader one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

MOST = 2  # of the four threads that answer in a process: two are always left for pages
_lock, _waiting = Lock(), set[int]()


@contextmanager
def turn(reader: int) -> Iterator[bool]:
    """Whether the reader (row id) may wait now, for as long as the block lasts. Each process counts for itself."""
    with _lock:
        free = reader not in _waiting and len(_waiting) < MOST
        if free:
            _waiting.add(reader)
    try:
        yield free
    finally:
        if free:
            with _lock:
                _waiting.discard(reader)
