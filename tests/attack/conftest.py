"""Ground of the attacks: the limit for walkers starts anew for each, for they all come from one address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from tests.support import people
from tests.support.accounts import site

from broadsheet.api import dispatch
from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware
from broadsheet.web.views import mail


@pytest.fixture(autouse=True)
def fresh_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has asked for a page yet."""
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets())


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[people.World]:
    """The site with everybody in it."""
    patch = pytest.MonkeyPatch()
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        site(patch, smtp_url="smtp+plain://127.0.0.1:25", registration="invitation",
             data=tmp_path_factory.mktemp("data"))
        endless = limits.Buckets(1e9, 1e9)
        patch.setattr(ReaderMiddleware, "buckets", endless)
        patch.setattr(mail, "_askers", lambda: endless)
        patch.setattr(dispatch, "_buckets", endless)
        try:
            yield people.build()
        finally:
            patch.undo()
            call_command("flush", verbosity=0, interactive=False)
