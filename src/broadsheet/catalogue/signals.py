"""What rooms above may listen to; each signal is sent inside the transaction of what it tells.

``papers_merged``: ``kept``, ``absorbed`` (row ids), ``now``. ``papers_split``: the same, when a merge is undone.
"""

from __future__ import annotations

from django.dispatch import Signal

papers_merged = Signal()
papers_split = Signal()
