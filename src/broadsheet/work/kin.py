"""Processes that end with the one that started them, however that one ends (prctl(2), PR_SET_PDEATHSIG; Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def end_with(parent: int, number: int = signal.SIGTERM) -> None:
    """From now on this process gets signal ``number`` when its parent (process ``parent``) dies, be it by kill -9.

    Holds through exec, not through fork. If ``parent`` is gone already, this process ends here with status 3. Call it
    from the child of a main thread: the death of the *thread* that started the child counts.
    """
    if sys.platform.startswith("linux"):
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os._exit(3)
