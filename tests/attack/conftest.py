"""Ground of the attacks: the limit for walkers starts anew for each, for they all come from one address."""

from __future__ import annotations

import pytest

from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware


@pytest.fixture(autouse=True)
def fresh_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has asked for a page yet."""
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets())
