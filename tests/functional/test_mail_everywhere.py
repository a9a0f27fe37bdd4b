"""Mail about what one is looking at: the form stands beside the feed of every list, and each kind chooses truly."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from tests.support import papers
from tests.support.accounts import account, client, sign_in, site

from broadsheet.catalogue.models import Paper, PaperAuthor, PaperTerm
from broadsheet.digest.models import Subscription
from broadsheet.editions import service
from broadsheet.readers import collections, streams
from broadsheet.readers.accounts.models import Account
from broadsheet.web.limits import Buckets
from broadsheet.web.middleware import ReaderMiddleware
from broadsheet.web.views import mail as pages

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
YESTERDAY = NOW.date() - timedelta(days=1)
LISTS = {"topic": ("/topics/graph-theory", "graph-theory"), "category": ("/topics/cs.CL", "cs.CL"),
         "author": ("/authors/ada-lovelace", "ada-lovelace"), "organisation": ("/organisations/cern", "cern")}


def _endless() -> Buckets:
    return Buckets(1000, 1000)


@pytest.fixture(autouse=True)
def mail_site(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, smtp_url="smtp://mail.example.org", site_url="https://testserver")
    monkeypatch.setattr(pages, "_askers", _endless)
    monkeypatch.setattr(ReaderMiddleware, "buckets", _endless())
    service.forget()
    row = papers.add(1, "A paper of yesterday")
    Paper.objects.filter(pk=row).update(edition_day=YESTERDAY, organisation="CERN", topics=["Graph Theory"],
                                        abstract="We show that it holds.", rights="public")
    paper = Paper.objects.get()
    PaperTerm.objects.create(paper=paper, kind="category", slug="cs.cl")
    PaperTerm.objects.create(paper=paper, kind="topic", slug="graph-theory")
    PaperAuthor.objects.create(paper=paper, position=0, folded="ada-lovelace")


def _fields(page: str) -> dict[str, str]:
    """What the form of the page sends, beside the address."""
    form = re.search(r'<form method="post" action="/mail">(.*?)</form>', page, re.S)
    assert form, "no form of the mail"
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[1]))


def _asked(browser: Client, address: str, email: str) -> Subscription:
    """Subscribe by the form of a page, and confirm: two steps."""
    assert browser.post("/mail", {**_fields(browser.get(address).content.decode()), "email": email}).status_code == 200
    row = Subscription.objects.get(email=email)
    assert browser.post(f"/mail/confirm/{row.key}").status_code == 302
    row.refresh_from_db()
    return row


@pytest.mark.parametrize("kind", LISTS)
def test_a_stranger_subscribes_to_a_list_where_it_stands(kind: str) -> None:
    address, value = LISTS[kind]
    row = _asked(client(), address, "r@example.org")
    assert (row.state, row.kind, row.value) == ("active", kind, value)
    letter = client().get("/mail/preview/letter?" + urlencode({"kind": kind, "value": value, "as": "text"}))
    assert "A paper of yesterday" in letter.content.decode() and "you follow" in letter.content.decode()


def test_all_spellings_of_a_name_are_one_mail() -> None:
    for value in ("Graph Theory", "graph-theory", "GRAPH THEORY"):
        client().post("/mail", {"kind": "topic", "value": value, "email": "r@example.org"})
    for value in ("CERN", "cern"):
        client().post("/mail", {"kind": "organisation", "value": value, "email": "r@example.org"})
    assert set(Subscription.objects.values_list("kind", "value", "label")) == {
        ("topic", "graph-theory", "Graph Theory"), ("organisation", "cern", "CERN")}


def test_a_member_takes_one_step_and_the_page_says_so_afterwards() -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    page = browser.get(LISTS["topic"][0]).content.decode()
    assert 'value="me@example.org"' in page
    browser.post("/mail", {**_fields(page), "email": "me@example.org"})
    row = Subscription.objects.get()
    assert row.state == "active" and f"/mail/{row.key}" in browser.get(LISTS["topic"][0]).content.decode()
    assert row.key not in client().get(LISTS["topic"][0]).content.decode()


def test_what_is_shared_can_be_had_by_everybody_and_what_is_private_by_its_owner() -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    reader = Account.objects.get(email="me@example.org").reader
    wish, faults = streams.read(["paper"], [], [], [], "20")
    assert not faults
    for shared in (True, False):
        made = [f"/streams/{streams.make(reader, f'S{shared}', wish, NOW, shared=shared).key}",
                f"/collections/{collections.make(reader, f'C{shared}', NOW, shared=shared).key}"]
        for address in made:
            kind, value = address.strip("/").split("/")
            asked = {"kind": kind.rstrip("s"), "value": value, "email": f"{value}@example.org"}
            assert client().post("/mail", asked).status_code == (200 if shared else 404)
            assert _fields(browser.get(address).content.decode())["value"] == value
            if shared:
                assert _fields(client().get(address).content.decode())["kind"] == kind.rstrip("s")
    letters = [client().get("/mail/preview/letter?" + urlencode({"kind": "stream", "value": one.value, "as": "text"}))
               for one in Subscription.objects.filter(kind="stream")]
    assert len(letters) == 1 and "In your stream" not in letters[0].content.decode()
    assert "In the stream STrue" in letters[0].content.decode()


def test_for_you_needs_somebody() -> None:
    assert client().get("/mail?kind=foryou").status_code == 404
    account("me@example.org")
    browser = sign_in("me@example.org")
    assert browser.get("/mail?kind=foryou").status_code == 200
    assert browser.post("/mail", {"kind": "foryou", "email": "me@example.org"}).status_code == 302
    assert Subscription.objects.get().kind == "foryou"


def test_what_is_followed_leads_to_its_mail() -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    browser.post("/following", {"do": "follow", "kind": "topic", "value": "Graph Theory", "label": "Graph Theory"})
    page = browser.get("/following").content.decode()
    link = re.search(r'href="(/mail\?kind=topic[^"]*)"', page)
    assert link and browser.get(link[1].replace("&amp;", "&")).status_code == 200


def test_without_a_mail_server_the_link_says_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, smtp_url="")
    page = client().get(LISTS["author"][0]).content.decode()
    assert 'action="/mail"' not in page and 'href="/mail?kind=author' in page
