"""Subscribing by the pages: two steps in, one out, and nothing that a stranger or a scanner could use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from tests.support import papers
from tests.support.accounts import account, client, sign_in, site

from broadsheet.catalogue.models import Paper
from broadsheet.digest import links, outbox, subscriptions
from broadsheet.digest.models import Asked, Outbox, Subscription
from broadsheet.editions import service
from broadsheet.readers.models import Mark, Vote
from broadsheet.web.limits import Buckets
from broadsheet.web.middleware import ReaderMiddleware
from broadsheet.web.views import mail as pages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def mail_site(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, smtp_url="smtp://mail.example.org", site_url="https://testserver")
    service.forget()
    monkeypatch.setattr(pages, "_askers", _endless)
    monkeypatch.setattr(ReaderMiddleware, "buckets", _endless())


def _endless() -> Buckets:
    return Buckets(1000, 1000)


def _body(row: Outbox) -> str:
    made = message_from_bytes(outbox.message_of(row), policy=policy.default)
    return str(made.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def _subscribed(browser: Client, email: str = "r@example.org", **more: str) -> Subscription:
    assert browser.post("/mail", {"email": email, **more}).status_code == 200
    row = Subscription.objects.get(email=email)
    assert browser.post(f"/mail/confirm/{row.key}").status_code == 302
    row.refresh_from_db()
    return row


def test_two_steps_in_and_one_out() -> None:
    browser = client()
    answer = browser.post("/mail", {"email": " R@Example.org "})
    assert answer.status_code == 200 and b"Look into your mailbox" in answer.content
    row = Subscription.objects.get()
    assert row.email == "r@example.org" and row.state == "asked" and not row.due_at
    link = re.search(r"https://testserver(/mail/confirm/\w+)", _body(Outbox.objects.get()))
    assert link
    assert b"Yes, send it to me" in browser.get(link[1]).content
    row = Subscription.objects.get()
    assert row.state == "asked", "scanners fetch links; only the button confirms"
    assert browser.post(link[1]).status_code == 302
    row.refresh_from_db()
    assert row.state == "active" and row.due_at is not None
    stranger = Client(enforce_csrf_checks=True, REMOTE_ADDR="198.51.100.7")
    assert stranger.get(f"/mail/stop/{row.key}").status_code == 200
    row.refresh_from_db()
    assert row.state == "active"
    answer = stranger.post(f"/mail/stop/{row.key}", "List-Unsubscribe=One-Click",
                           content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200 and not answer.cookies
    row.refresh_from_db()
    assert row.state == "stopped" and row.due_at is None
    assert browser.post(f"/mail/resume/{row.key}").status_code == 302
    row.refresh_from_db()
    assert row.state == "active" and row.due_at is not None


def test_nobody_is_bombed_and_nobody_is_probed() -> None:
    known, first = client(), client()
    _subscribed(known, "known@example.org")
    answers = [first.post("/mail", {"email": email}) for email in
               ("known@example.org", "new@example.org", "new@example.org", "known@example.org")]
    texts = {re.sub(r"\w+@example.org", "ADDRESS", answer.content.decode()) for answer in answers}
    assert len(texts) == 1 and {answer.status_code for answer in answers} == {200}
    assert Outbox.objects.filter(kind="confirm", subscription__email="new@example.org").count() == 1
    assert Outbox.objects.filter(kind="confirm", subscription__email="known@example.org").count() == 1
    for kind in ("topic", "search"):
        first.post("/mail", {"email": "new@example.org", "kind": "search", "value": kind})
    assert Outbox.objects.filter(kind="confirm", subscription__email="new@example.org").count() == 1
    assert Asked.objects.count() == 2 and "new@" not in "".join(Asked.objects.values_list("digest", flat=True))


def test_a_visitor_asks_six_times_and_then_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Buckets(pages.ASKS, pages.PAUSE)
    monkeypatch.setattr(pages, "_askers", lambda: one)
    browser = client()
    codes = [browser.post("/mail", {"email": f"r{n}@example.org"}).status_code for n in range(8)]
    assert codes == [200] * 6 + [429] * 2
    assert Subscription.objects.count() == 6


def test_other_sites_cannot_subscribe_their_visitors() -> None:
    for headers in ({"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_SEC_FETCH_SITE": "cross-site"},
                    {"HTTP_ORIGIN": "null"}):
        assert client(**headers).post("/mail", {"email": "r@example.org"}).status_code == 403
    assert client(HTTP_ORIGIN="https://testserver").post("/mail", {"email": "r@example.org"}).status_code == 200


@pytest.mark.parametrize("typed", ["", "r", "r@", "@example.org", "r@example", "a b@c@d.org", "r@exa mple..org",
                                   "r@example.org\nBcc: x@example.org", "r" * 300 + "@example.org"])
def test_what_is_no_address_is_said(typed: str) -> None:
    answer = client().post("/mail", {"email": typed})
    assert answer.status_code == 422 and not Subscription.objects.exists()


def test_settings_are_the_owners_and_checked() -> None:
    browser = client()
    row = _subscribed(browser)
    good = {"cadence": "weekly", "weekday": "4", "hour": "18", "timezone": "Asia/Tokyo", "most": "5", "fewest": "2",
            "pause": ""}
    assert browser.post(f"/mail/{row.key}", good).status_code == 302
    row.refresh_from_db()
    assert (row.cadence, row.weekday, row.hour, row.timezone, row.most, row.fewest) == (
        "weekly", 4, 18, "Asia/Tokyo", 5, 2)
    assert row.due_at and row.due_at.hour == 9 and row.due_at.weekday() == 4
    for name, value in (("hour", "25"), ("timezone", "Mars/Base"), ("most", "x"), ("cadence", "hourly"),
                        ("pause", "soon"), ("fewest", "9")):
        answer = browser.post(f"/mail/{row.key}", {**good, name: value})
        assert answer.status_code == 422 and f'href="#{name}"' in answer.content.decode()
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    browser.post(f"/mail/{row.key}", {**good, "pause": str(day)})
    row.refresh_from_db()
    assert row.due_at and row.due_at.date() >= day - timedelta(days=1) and b"pauses until" in browser.get(
        f"/mail/{row.key}").content
    for path in ("/mail/" + "0" * 32, "/mail/xyz", "/mail/stop/" + "f" * 32, "/mail/confirm/1"):
        assert browser.get(path).status_code == 404


def test_an_account_needs_no_confirmation_for_its_own_address() -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    answer = browser.post("/mail", {"email": "me@example.org"})
    row = Subscription.objects.get()
    assert answer.status_code == 302 and row.state == "active" and row.reader is not None
    assert row.key in browser.get("/mail").content.decode() and row.key not in client().get("/mail").content.decode()
    browser.post("/mail", {"email": "other@example.org"})
    other = Subscription.objects.get(email="other@example.org")
    assert other.state == "asked" and other.reader is None
    client().post(f"/mail/confirm/{other.key}")
    other.refresh_from_db()
    assert other.reader == row.reader, "who owns the address confirmed it"


def test_votes_and_saves_from_a_mail_are_confirmed_on_the_page() -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    browser.post("/mail", {"email": "me@example.org"})
    row = Subscription.objects.get()
    Paper.objects.filter(pk=papers.add(1, "One")).update(key="k000000001")
    paper = Paper.objects.get()
    today = datetime.now(UTC).date()
    for verb, model in (("vote", Vote), ("save", Mark)):
        link = "/mail/act/" + links.sign(links.Act(verb, paper.key, row.pk), today)
        assert client().get(link).status_code == 200 and not model.objects.exists()
        for _ in range(2):
            assert client().post(link).status_code == 200
        assert model.objects.filter(reader=row.reader).count() == 1
        assert client().post(link, {"undo": "1"}).status_code == 200
        assert not model.objects.exists()
        other = link.replace(verb, "save" if verb == "vote" else "vote")
        for wrong in (other, link[:-1] + ("A" if link[-1] != "A" else "B"), "/mail/act/x"):
            assert client().post(wrong).status_code == 404
    old = links.sign(links.Act("vote", paper.key, row.pk), today - timedelta(days=40))
    assert client().post(f"/mail/act/{old}").status_code == 404


def test_without_a_mail_server_feeds_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, smtp_url="")
    page = client().get("/mail").content.decode()
    assert "sends no mail yet" in page and "/feeds/front.atom" in page and 'name="email"' not in page
    assert client().post("/mail", {"email": "r@example.org"}).status_code == 409
    assert not Subscription.objects.exists()


def test_tomorrows_mail_is_shown_before_anyone_subscribes() -> None:
    papers.add(1, "A paper of today")
    Paper.objects.update(edition_day=datetime.now(UTC).date() - timedelta(days=1))
    page = client().get("/mail/preview")
    assert page.status_code == 200 and "frame-src 'self'" in page["Content-Security-Policy"]
    letter = client().get("/mail/preview/letter")
    assert "A paper of today" in letter.content.decode() and "sandbox" in letter["Content-Security-Policy"]
    text = client().get("/mail/preview/letter?as=text")
    assert text["Content-Type"].startswith("text/plain") and "A paper of today" in text.content.decode()
    assert client().get("/mail/preview?kind=topic&value=nothing-of-this").status_code == 404
    assert client().get("/mail/preview/letter?kind=category&value=cs.CL").status_code in {200, 404}


def test_a_members_site_shows_no_mail_to_strangers_and_lets_them_unsubscribe(monkeypatch: pytest.MonkeyPatch) -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    browser.post("/mail", {"email": "me@example.org"})
    row = Subscription.objects.get()
    site(monkeypatch, smtp_url="smtp://mail.example.org", privacy="members")
    for path in ("/mail", "/mail/preview", "/mail/preview/letter"):
        assert client().get(path).status_code in {302, 404}
    assert client().post(f"/mail/stop/{row.key}").status_code == 200
    row.refresh_from_db()
    assert row.state == "stopped"


def test_what_was_never_confirmed_is_forgotten() -> None:
    client().post("/mail", {"email": "r@example.org"})
    now = datetime.now(UTC)
    assert subscriptions.tidy(now) == 0 and subscriptions.tidy(now + timedelta(days=15)) >= 1
    assert not Subscription.objects.exists() and not Asked.objects.exists()
