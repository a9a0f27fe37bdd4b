"""Accounts and signed-in clients for tests: the site listens for everybody, so there is no local mode."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from broadsheet import config
from broadsheet.readers.accounts import service
from broadsheet.readers.accounts.models import Account

NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def site(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """The settings of this test: reachable by everybody, plus what is given."""
    cache.clear()
    monkeypatch.setattr(config, "_current", replace(config.current(), **{"host": "0.0.0.0", **settings}))


def account(email: str = "reader@example.org", *roles: str, name: str = "", password: str | None = PASSWORD) -> Account:
    """An account with a verified address."""
    return service.add(email, name, roles, NOW, password=password)


def client(**headers: Any) -> Client:
    """A browser far away, which checks tokens of forms only where a test says so."""
    return Client(**{"REMOTE_ADDR": "203.0.113.9", **headers})


def sign_in(email: str = "reader@example.org", password: str = PASSWORD, browser: Client | None = None) -> Client:
    """Sign in through the page."""
    browser = browser or client()
    answer = browser.post("/sign-in", {"login": email, "password": password, "next": "/saved"})
    assert answer.status_code == 302, answer.content[:2000]
    return browser


def who(browser: Client) -> str:
    """The address under which this browser is signed in; empty when it is not."""
    answer = browser.get("/account")
    return str(answer.wsgi_request.user.email) if answer.status_code == 200 else ""
