"""One row read in two languages: closed days, notifications, sources, mails made side by side in one run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from tests.support import accounts

from broadsheet.catalogue.models import Paper, PaperTerm
from broadsheet.digest import outbox, subscriptions
from broadsheet.digest.message import html_of
from broadsheet.digest.models import Outbox, Subscription
from broadsheet.digest.notes import list_late
from broadsheet.digest.prepare import Preparer, Setup
from broadsheet.editions import reasons, service, snapshots
from broadsheet.editions.models import Snapshot
from broadsheet.readers import notifications, votes
from broadsheet.readers.models import Notification
from broadsheet.sources import telling
from broadsheet.sources.errors import LATER, SourceError
from broadsheet.sources.models import SourceState
from broadsheet.spoken import as_json, in_a_row, spoken
from broadsheet.web import fragments, frontpage, page_cache

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 13, 8, 0, tzinfo=UTC)
SETUP = Setup("https://p.example.org", "Broadsheet", "Vision group", "paper@p.example.org", "p.example.org")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    yield


def _papers(number: int = 12, day: date = DAY) -> None:
    moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    Paper.objects.bulk_create([
        Paper(key=f"t{day.day:02d}{n:07d}", title=f"Paper {n}", abstract="We show that it holds.", rights="public",
              identifiers=[["arxiv", f"26{day.day:02d}.{n:05d}"]], categories=[("cs.CV", "cs.CL", "math.AG")[n % 3]],
              authors=[{"name": f"Ada {one}"} for one in range(6)], published=str(day), edition_day=day,
              imported_votes=40 if n == 1 else 0, vote_site="huggingface", added_at=moment, changed_at=moment)
        for n in range(number)])
    for paper in Paper.objects.filter(edition_day=day):
        PaperTerm.objects.get_or_create(paper=paper, kind="category", slug=paper.categories[0].lower())


def _page(path: str, language: str) -> str:
    client = Client()
    client.cookies["language"] = language
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_closed_day_is_one_truth_in_two_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.web.views.edition.now", lambda: NOW)
    _papers()
    with override("de"):  # whoever closes it: the row is in English
        assert service.close_due(NOW, NOW.date(), frontpage.site_from({})) == [DAY]
    stored = Snapshot.objects.get().choice
    lead = stored["zones"]["lead"][0]
    assert lead["reason"] == "40 votes at Hugging Face, the most of this day"
    assert lead["said"] == ["said there", 40, 0, "huggingface", True]
    english, german = _page(f"/papers/date/{DAY}", "en"), _page(f"/papers/date/{DAY}", "de")
    assert "40 votes at Hugging Face, the most of this day" in english
    assert "40 Stimmen bei Hugging Face, die meisten dieses Tages" in german
    assert "40 votes at" not in german
    assert Snapshot.objects.get().choice == stored, "looking changes nothing"
    again = snapshots.from_json(stored)
    with override("de"):
        assert again.lead is not None and again.lead.reason == lead["reason"], "what is compared stays English"
        assert {spoken(row.name) for row in again.sections} <= {
            "Bilder und Sehen", "Sprache", "Mathematik", "Weitere Fächer"}
        assert spoken(again.talked.title) in {"Worüber noch gesprochen wird", "Noch im Gespräch", "Auch heute"}


def test_a_closed_day_of_before_stays_readable() -> None:
    _papers()
    service.close_due(NOW, NOW.date(), frontpage.site_from({}))
    row = Snapshot.objects.get()
    for item in [*row.choice["zones"]["lead"], *row.choice["zones"]["seconds"]]:
        item.pop("said", None)
    row.save()
    snapshots.forget()
    with override("de"):
        front = snapshots.from_json(Snapshot.objects.get().choice)
        assert front.lead is not None and spoken(front.lead.reason) == "40 votes at Hugging Face, the most of this day"


@pytest.mark.parametrize(("said", "german"), [
    (reasons.said_here(1, 1, 0), "1 Stimme in Ihrer Gruppe"),
    (reasons.said_here(2, 2, 1), "2 Stimmen und 1 Kommentar in Ihrer Gruppe"),
    (reasons.said_here(1387, 1000, 0), "1.000 von 1.387 Stimmen in Ihrer Gruppe"),
    (reasons.said_there(0, 2, ""), "2 Kommentare bei einer anderen Seite"),
    (reasons.words(("graphs",)), "Passt zu Ihrem Interesse: graphs"),
    (reasons.words(("graphs", "trees", "forests")), "Passt zu Ihren Interessen: graphs, trees"),
    (telling.records_kept(1), "1 zuvor gelesener Datensatz ist behalten."),
])
def test_one_and_several(said: str, german: str) -> None:
    with override("de"):
        assert spoken(said) == german


def test_a_notification_is_told_in_the_reader_s_language() -> None:
    ada = accounts.account("ada@example.org", name="Ada").reader
    assert ada is not None
    from broadsheet.readers.news import _followed

    paper = _one()
    for papers in (1, 3):
        notifications.bundle([ada.pk], "followed", "followed:1:2026-05-12", NOW, paper=paper.pk,
                             text=_followed("Graphs", papers, "2026-05-12"))
    row = Notification.objects.get()
    assert row.text == "Graphs: 3 papers of 12 May 2026" == notifications.words(row)
    with override("de"):
        assert notifications.words(row) == "Graphs: 3 Arbeiten vom 12. Mai 2026"
        row.said = None
        assert notifications.words(row) == "Graphs: 3 papers of 12 May 2026", "rows of before say it in English"
        ring = "30 accounts that were made within 48 hours of each other voted for this paper on one day."
        assert votes.said_ring(ring).startswith("30 Konten, die innerhalb von 48 Stunden")
        assert votes.said_ring("spam") == "spam"


def _one() -> Paper:
    _papers(1)
    return Paper.objects.get()


def test_a_failing_source_is_told_in_the_reader_s_language() -> None:
    problem = SourceError("busy", telling.records_kept(2), LATER)
    assert str(problem) == "The 2 records read before were kept. It is asked again later."
    detail = in_a_row(problem.sentence, "", problem.step, telling.next_try("2026-05-12 08:00 UTC"))
    row = SourceState.objects.create(name="s", connector="hf-daily", detail=str(detail), said=as_json(detail))
    row.refresh_from_db()
    assert row.told == row.detail
    with override("de"):
        assert str(problem) == "2 zuvor gelesene Datensätze sind behalten. Später wird wieder gefragt."
        assert row.told == f"{problem} Nächster Versuch: 2026-05-12 08:00 UTC."
        assert row.detail.startswith("The 2 records"), "what is stored stays"


# -- mail ---------------------------------------------------------------------------------------------------------

def _subscription(number: int, language: str, **values: Any) -> Subscription:
    return Subscription.objects.create(**{
        "key": f"k{number:031d}", "email": f"r{number}@example.org", "state": "active", "asked_at": NOW,
        "confirmed_at": NOW, "due_at": NOW, "hour": 8, "timezone": "UTC", "language": language, **values})


def _message(row: Outbox) -> Any:
    return message_from_bytes(outbox.message_of(row), policy=policy.default)


def _parts(row: Outbox) -> tuple[str, str]:
    made = _message(row)
    return tuple(" ".join(str(made.get_body((kind,)).get_content()).split())  # type: ignore[return-value]
                 for kind in ("plain", "html"))


def test_mails_of_one_run_speak_each_their_language() -> None:
    _papers()
    late = list_late("cs.AI", "2026-05-13T05:00:00+00:00", True, 212)
    rows = [_subscription(number, language) for number, language in enumerate(("en", "de", "en", "de", "xx"), 1)]
    setup = Setup(SETUP.base, SETUP.site_name, SETUP.group, SETUP.mail_from, SETUP.host, (late,))
    assert Preparer(setup, service.Site(), NOW).run().mails == 5
    for row in rows:
        mail = Outbox.objects.get(subscription=row)
        german = row.language == "de"
        for text in _parts(mail):
            assert ("40 Stimmen bei Hugging Face, die meisten dieses Tages" in text) == german
            assert ("40 votes at Hugging Face, the most of this day" in text) == (not german)
            assert ("cs.AI ist seit 05:00 UTC verspätet, erwartet werden 212." in text) == german
            assert ("Dienstag" in text or "Mittwoch, 13. Mai 2026" in text) == german
            assert ("Ada 0, Ada 1, Ada 2 und 3 weitere" in text.replace("&nbsp;", " ").replace("\u00a0", " ")) == german
            assert ("because you asked for it" in text) == (not german)
        assert mail.subject.endswith("weitere" if german else "more")
        assert _message(mail)["Subject"] == mail.subject
        assert ('<html lang="de"' in _parts(mail)[1]) == german
        assert ("Neun Arbeiten von 12" in _parts(mail)[0]) == german


def test_a_preview_speaks_the_language_of_its_mail_whoever_looks() -> None:
    _papers()
    row = _subscription(1, "de")
    letter = Preparer(SETUP, service.Site(), NOW).preview(row)
    assert letter.language == "de" and "abbestellen" in html_of(letter).lower()
    with override("de"):
        fresh = Preparer(SETUP, service.Site(), NOW).preview(Subscription(kind="site", email="", asked_at=NOW))
    assert fresh.language == "de", "one that is not there yet speaks as the page does"


def test_the_page_s_language_is_the_mail_s_and_can_be_changed() -> None:
    with override("de"):
        subscriptions.ask("ada@example.org", subscriptions.About(), subscriptions.Wishes(), SETUP, NOW)
    row = Subscription.objects.get()
    assert row.language == "de"
    mail = Outbox.objects.get()
    assert mail.subject == "Bestätigen Sie, dass Sie Broadsheet per Mail möchten"
    assert "die ganze Zeitung" in _parts(mail)[0] and "täglich" in _parts(mail)[1]
    assert subscriptions.confirm(row.key, NOW) is not None
    checked = subscriptions.check({"language": "fr"}, NOW.date())
    assert set(checked.faults) == {"language"} and checked.wishes.language == ""
    with override("de"):
        subscriptions.change(row.key, subscriptions.Wishes(), NOW + timedelta(minutes=1))
    assert Subscription.objects.get().language == "de", "unsaid, it stays"
    subscriptions.change(row.key, subscriptions.Wishes(language="en"), NOW + timedelta(minutes=2))
    assert Subscription.objects.get().language == "en"
    with override("de"):
        subscriptions.ask("ada@example.org", subscriptions.About(), subscriptions.Wishes(), SETUP,
                          NOW + timedelta(days=1))
    assert Outbox.objects.order_by("-id")[0].subject == "You get Broadsheet by mail already", "in the mail's language"
