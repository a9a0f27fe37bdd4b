"""Whose session it is, by plain statements: the same answer as Django's own, in each case where it must say nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import papers
from tests.support.accounts import account, sign_in, site, who

from broadsheet.catalogue.models import Paper
from broadsheet.readers.accounts import sessions
from broadsheet.readers.models import Vote

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def open_site(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch)


@pytest.fixture
def signed_in() -> Client:
    account("reader@example.org", "editor", name="Ada")
    return sign_in()


def _key(browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_live_session_gives_the_account_and_its_reader_as_the_orm_does(signed_in: Client) -> None:
    found = sessions.account_of(_key(signed_in))
    assert found is not None and found.reader is not None
    own = type(found).objects.get(pk=found.pk)
    assert own.reader is not None

    def values(row: Any) -> dict[str, Any]:
        return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

    assert values(found) == values(own)
    assert values(found.reader) == values(own.reader)


@pytest.mark.parametrize("change", ["expired", "broken seal", "another password", "inactive", "without reader", "gone"])
def test_what_ends_a_session_ends_it_here(signed_in: Client, change: str) -> None:
    key, rows = _key(signed_in), Session.objects.filter(session_key=_key(signed_in))
    found = sessions.account_of(key)
    assert found is not None
    if change == "expired":
        rows.update(expire_date=timezone.now() - timedelta(seconds=1))
    elif change == "broken seal":
        rows.update(session_data=rows.get().session_data[:-1])
    elif change == "another password":
        found.set_password("another horse, another battery")
        found.save()
    elif change == "inactive":
        type(found).objects.filter(pk=found.pk).update(is_active=False)
    elif change == "without reader":
        type(found).objects.filter(pk=found.pk).update(reader=None)
    else:
        rows.delete()
    assert sessions.account_of(key) is None
    assert change == "without reader" or who(signed_in) == ""


@pytest.mark.parametrize("key", ["", "0" * 32, "' OR 1=1 --", "é" * 32, "a" * 4000])
def test_a_made_up_key_is_nobodys(signed_in: Client, key: str) -> None:
    assert sessions.account_of(key) is None


def test_a_vote_asks_the_database_as_often_with_many_votes_as_with_none(signed_in: Client) -> None:
    for number in range(1, 12):
        papers.add(number, f"Paper {number}")
    keys = list(Paper.objects.order_by("id").values_list("key", flat=True))
    counts = []
    for key in keys:
        with CaptureQueriesContext(connection) as seen:
            answer = signed_in.post("/acts", {"act": f"vote:{key}"}, headers={"X-Requested-With": "fetch"})
        assert answer.json()["votes"] == 1 and answer.json()["voted"]
        counts.append(len(seen))
    assert Vote.objects.count() == len(keys)
    assert max(counts[1:]) <= counts[1] + 2, "looking at what is too old to undo, every sixteenth time"
    assert counts[1] <= 17
