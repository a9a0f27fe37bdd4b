"""A paper that came the usual way, readers with names, and a still clock: for tests of submitting and moderating."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.support import accounts

from broadsheet.catalogue import changes, forms
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.records import Author, Incoming, ParsedRecord, PartialDate
from broadsheet.editions import service
from broadsheet.readers import tallies
from broadsheet.readers.models import AuditEntry, Reader
from broadsheet.web import bringing, fragments, page_cache

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_PAGES = ("frontpage", "views.submit", "views.claims", "views.moderation", "views.edition", "views.paper")


def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages see 21 November 2026, nine o'clock, and keep nothing of an earlier test."""
    for name in _PAGES:
        monkeypatch.setattr(f"broadsheet.web.{name}.now", lambda: NOW)
    for forget in (page_cache.forget, service.forget, fragments.forget, tallies.forget):
        forget()
    bringing._fetches._full.clear()


def parse(body: bytes) -> ParsedRecord:
    """What :func:`paper` stores."""
    value, title, day = json.loads(body)
    return ParsedRecord(identifiers=(("arxiv", value),), title=title, abstract="We prove it.",
                        authors=(Author("Ada Example"), Author("Bo Sample")), published=PartialDate(day),
                        categories=("cs.LG",), rights="public")


def paper(number: int = 1, title: str = "Sparse attention", day: str = "2026-11-20") -> Paper:
    """A paper by Ada Example and Bo Sample, taken in as from a source."""
    forms.register("test/1", parse)
    body = json.dumps([f"2611.{number:05d}", title, day]).encode()
    intake([Incoming("arxiv-oai", f"2611.{number:05d}", body, "test/1", parse(body))], now=NOW,
           lane=changes.INTERACTIVE)
    return Paper.objects.get(identifier_rows__value=f"2611.{number:05d}")


def member(name: str, *roles: str, days: int = 90) -> tuple[Reader, Client]:
    """An account that is ``days`` old, signed in."""
    email = f"{name.lower()}@example.org"
    accounts.account(email, *roles, name=name)
    reader = Reader.objects.get(name=name)
    reader.joined_at = NOW - timedelta(days=days)
    reader.save(update_fields=["joined_at"])
    AuditEntry.objects.filter(act="account.add").delete()
    return reader, accounts.sign_in(email)
