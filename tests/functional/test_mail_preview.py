"""The next mail before anyone subscribes, and the same one sent once to one's own address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.support import mailserver, papers
from tests.support.accounts import account, client, sign_in, site

from broadsheet import config
from broadsheet.catalogue.models import Paper, PaperTerm
from broadsheet.digest.models import Subscription
from broadsheet.editions import service
from broadsheet.web.limits import Buckets
from broadsheet.web.middleware import ReaderMiddleware
from broadsheet.web.views import mail as pages
from broadsheet.web.views import mail_preview

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = datetime.now(UTC).date()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[mailserver.Handler]:
    """A site that sends by a server on this machine."""
    service.forget()
    handler = mailserver.Handler()
    trials = Buckets(mail_preview.TRIALS, mail_preview.PAUSE)
    monkeypatch.setattr(mail_preview, "_trials", lambda: trials)
    monkeypatch.setattr(pages, "_askers", lambda: Buckets(1000, 1000))
    monkeypatch.setattr(ReaderMiddleware, "buckets", Buckets(1000, 1000))
    with mailserver.running(handler) as port:
        site(monkeypatch, smtp_url=f"smtp+plain://127.0.0.1:{port}", site_url="https://testserver")
        yield handler


def _paper(number: int, title: str, days_ago: int, category: str = "cs.CL") -> None:
    row = papers.add(number, title, "We show that it holds.")
    Paper.objects.filter(pk=row).update(edition_day=TODAY - timedelta(days=days_ago), categories=[category],
                                        rights="public", key=f"p{number:09d}")
    PaperTerm.objects.create(paper_id=row, kind="category", slug=category.lower())


def _text(query: str = "") -> str:
    return client().get(f"/mail/preview/letter?{query}{'&' if query else ''}as=text").content.decode()


def test_a_mail_that_would_be_empty_shows_the_newest_edition_that_has_something(server: mailserver.Handler) -> None:
    _paper(1, "On graphs", 3)
    _paper(2, "On algebra", 1, "math.AG")
    assert "On algebra" in _text() and "is new now" not in _text()
    old = _text("kind=category&value=cs.CL")
    assert "On graphs" in old and "so no mail would come. This is from" in " ".join(old.split())
    Paper.objects.update(edition_day=TODAY - timedelta(days=200))
    service.forget()
    for query in ("", "kind=category&value=cs.CL", "cadence=weekly"):
        assert "On graphs" in _text(query), query
    Paper.objects.all().delete()
    service.forget()
    assert "No new paper was announced." in _text()


def test_nothing_in_a_preview_leads_nowhere(server: mailserver.Handler) -> None:
    _paper(1, "On graphs", 1)
    for query in ("", "kind=category&value=cs.CL"):
        page = client().get(f"/mail/preview/letter?{query}").content.decode()
        links = set(re.findall(r'href="https://testserver(/[^"]*)"', page))
        assert links and "/mail/stop" not in page and "you@example.org" not in page
        for link in links:
            if link.startswith("/papers/2605."):
                continue  # the paper's own page, which the rows of this test do not have
            assert client().get(link.replace("&amp;", "&")).status_code == 200, link


def test_the_mail_of_the_preview_is_sent_once_to_ones_own_address(server: mailserver.Handler) -> None:
    _paper(1, "On graphs", 1)
    account("me@example.org")
    browser = sign_in("me@example.org")
    page = browser.get("/mail/preview").content.decode()
    assert "Send me this one now" in page
    assert "Send me this one now" not in client().get("/mail/preview").content.decode()
    answer = browser.post("/mail/preview/send", {})
    assert answer.status_code == 200 and "The mail server took it" in answer.content.decode()
    (taken,) = server.taken
    assert taken.to == "me@example.org" and taken.message["List-Unsubscribe"] is None
    assert "On graphs" in str(taken.message["Subject"])
    sent = taken.message.get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[union-attr]
    seen = _text()
    assert sent.partition("Sent once to me@example.org")[0] == seen.partition("Each mail ends")[0] != seen
    assert not Subscription.objects.exists()


def test_a_trial_goes_to_nobody_else(server: mailserver.Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    assert client().post("/mail/preview/send", {"to": "me@example.org"}).status_code == 404
    browser.post("/mail", {"email": "other@example.org"})
    for to in ("other@example.org", "me@example.org\r\nRCPT TO:<x@example.org>", "x@example.org"):
        assert browser.post("/mail/preview/send", {"to": to}).status_code == 404
    browser.post(f"/mail/confirm/{Subscription.objects.get().key}")
    assert browser.post("/mail/preview/send", {"to": "other@example.org"}).status_code == 200
    assert [one.to for one in server.taken] == ["other@example.org"]
    account("boss@example.org", "administrator")
    monkeypatch.setattr(config, "_current", replace(config.current(), contact="keeper@example.org"))
    assert browser.post("/mail/preview/send", {"to": "keeper@example.org"}).status_code == 404
    assert sign_in("boss@example.org").post("/mail/preview/send", {"to": "keeper@example.org"}).status_code == 200
    assert server.taken[-1].to == "keeper@example.org"


def test_an_address_gets_three_trials_and_then_waits(server: mailserver.Handler) -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    answers = [browser.post("/mail/preview/send", {}) for _ in range(5)]
    assert [one.status_code for one in answers] == [200] * 3 + [429] * 2 and len(server.taken) == 3
    assert int(answers[-1]["Retry-After"]) > 60


@pytest.mark.parametrize(("said", "sentence"), [
    ("450 4.2.0 Greylisted", "come back later"), ("550 5.1.1 No such user", "refuses it")])
def test_what_the_server_says_is_told(server: mailserver.Handler, said: str, sentence: str) -> None:
    account("me@example.org")
    server.on_rcpt = lambda to: said
    answer = sign_in("me@example.org").post("/mail/preview/send", {})
    assert answer.status_code == 409 and sentence in answer.content.decode() and said[4:] in answer.content.decode()


def test_a_server_that_is_away_is_explained_to_the_keeper_alone(
        server: mailserver.Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, smtp_url="smtp+plain://127.0.0.1:9", site_url="https://testserver")
    for roles, sentence in (((), "doctor mail"), (("administrator",), "Nothing takes connections at 127.0.0.1:9")):
        email = f"{len(roles)}@example.org"
        account(email, *roles)
        answer = sign_in(email).post("/mail/preview/send", {})
        assert answer.status_code == 409 and sentence in answer.content.decode()
    site(monkeypatch, smtp_url="smtp+plain://127.0.0.1:9", site_url="https://testserver", offline=True)
    assert sign_in("0@example.org").post("/mail/preview/send", {}).status_code == 409
    assert server.taken == []
