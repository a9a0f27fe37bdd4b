"""Comments, readers' pages and notifications over HTTP, without a script."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.support import accounts, papers

from broadsheet.catalogue import site
from broadsheet.catalogue.models import Identifier, Paper
from broadsheet.editions import service as editions
from broadsheet.readers import comments, tallies
from broadsheet.readers.accounts.models import Account
from broadsheet.readers.models import Comment, Reader, Submission
from broadsheet.web import fragments, page_cache

pytestmark = pytest.mark.django_db(transaction=True)
KEY, PAGE = "k000000001", "/papers/2605.00001"


@pytest.fixture(autouse=True)
def paper(monkeypatch: pytest.MonkeyPatch) -> int:
    for forget in (page_cache.forget, editions.forget, fragments.forget, tallies.forget):
        forget()
    accounts.site(monkeypatch)
    row = papers.add(1, "Sparse attention, denser text", "We show that it holds.")
    Paper.objects.filter(pk=row).update(key=KEY, edition_day=date(2026, 5, 12), primary_category="cs.CL")
    Identifier.objects.create(paper_id=row, scheme="arxiv", value="2605.00001")
    return row


def member(name: str, *roles: str) -> Client:
    accounts.account(f"{name.lower()}@example.org", *roles, name=name)
    return accounts.sign_in(f"{name.lower()}@example.org")


def reader(name: str) -> Reader:
    return Account.objects.get(email=f"{name.lower()}@example.org").reader


def write(browser: Client, text: str, place: str = "new", once: str = "", **more: str) -> Any:
    return browser.post("/comments", {"paper": KEY, "place": place, "text": text, "once": once, **more})


def page(browser: Client, path: str = PAGE) -> str:
    return browser.get(path).content.decode()


def test_a_comment_stands_on_the_page_for_everybody_at_once() -> None:
    ada, stranger = member("Ada"), accounts.client()
    assert "Be the first to comment" in page(ada) and "Sign in to comment" in page(stranger)
    answer = write(ada, "Does it hold for $n > 3$? <script>alert(1)</script>")
    found = Comment.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"{PAGE}#c{found.key}"
    for browser in (ada, stranger):
        text = page(browser)
        assert f'id="c{found.key}"' in text and "<math" in text and "<script>alert" not in text
    day = page(stranger, "/papers/date/2026-05-12")
    assert f'<a href="{PAGE}#comments">1\u00a0comment</a>' in day
    assert stranger.get(f"/comments/{found.key}")["Location"] == f"{PAGE}#c{found.key}"
    assert "Does it hold" in page(stranger, "/comments")


def test_the_same_form_sent_twice_is_one_comment_and_another_text_is_another() -> None:
    ada = member("Ada")
    once = re.search(r'name="once" value="(\w+)"', page(ada))
    assert once
    for text in ("First", "First", "Second"):
        assert write(ada, text, once=once[1]).status_code == 302
    assert list(Comment.objects.order_by("id").values_list("text", flat=True)) == ["First", "Second"]


def test_faults_keep_what_was_typed_and_the_preview_sends_nothing() -> None:
    ada = member("Ada")
    for text, fault in (("   ", "empty"), ("x" * 10_001, "10,001 characters")):
        answer = write(ada, text)
        body = answer.content.decode()
        assert answer.status_code == 422 and "<title>Error: " in body and fault in body
        assert text.strip()[:500] in body and 'aria-invalid="true"' in body
    answer = write(ada, "It is *so*", do="preview")
    body = answer.content.decode()
    assert answer.status_code == 200 and "<em>so</em>" in body and "It is *so*</textarea>" in body
    assert not Comment.objects.exists()


def test_reply_edit_take_back_and_undo() -> None:
    ada, ben = member("Ada"), member("Ben")
    write(ada, "First")
    top = Comment.objects.get()
    assert write(ben, "Yes, @Ada", f"reply:{top.key}").status_code == 302
    reply = Comment.objects.get(parent=top)
    assert "replying" in page(ada) and 'href="/readers/ada" rel="nofollow ugc noopener">@Ada</a>' in page(ada)
    assert ben.post(f"/comments/{top.key}", {"do": "edit", "text": "mine"}).status_code == 404, "not Ben's"
    ada.post(f"/comments/{top.key}", {"do": "edit", "text": "First, better"})
    assert ", edited " in page(ben) and "First, better" in page(ben)
    ada.post(f"/comments/{top.key}", {"do": "take-back"})
    assert "Taken back by its author" in page(ben) and "First, better" not in page(ben)
    assert "You took this comment back" in page(ada)
    assert ben.get(f"/comments/{top.key}").status_code == 404
    ada.post(f"/comments/{top.key}", {"do": "bring-back"})
    assert "First, better" in page(ben)
    comments.hide(reply, "off topic", timezone.now())
    assert "Hidden by a moderator: off topic" in page(ben) and "off topic" not in page(ada)
    answer = ben.post(f"/comments/{reply.key}", {"do": "edit", "text": "again and again"})
    assert answer.status_code == 422 and "again and again" in answer.content.decode()


def test_who_may_not_write_gets_the_text_back() -> None:
    ada, stranger = member("Ada"), accounts.client()
    answer = write(stranger, "A long thought")
    assert answer.status_code == 403 and "A long thought" in answer.content.decode()
    Reader.objects.update(blocked_at=timezone.now())
    answer = write(ada, "Another")
    assert answer.status_code == 403 and "Another" in answer.content.decode()
    assert not Comment.objects.exists()


def test_the_page_of_a_reader_shows_what_is_public_and_no_more(paper: int) -> None:
    ada, stranger = member("Ada"), accounts.client()
    write(ada, "A remark")
    ada.post("/acts", {"act": f"vote:{KEY}"})
    ada.post("/acts", {"act": f"save:{KEY}"})
    Submission.objects.create(paper_id=paper, reader=reader("Ada"), note="Read this", day=date(2026, 5, 12),
                              made_at=timezone.now())
    text = page(stranger, "/readers/ada")
    assert "<h1>Ada</h1>" in text and "A remark" in text and "Read this" in text
    assert "Votes" not in text and "example.org" not in text
    site.choose("vote_names", True)
    assert "Votes" not in page(stranger, "/readers/ada"), "the reader has not asked for it"
    ada.post("/settings", {"order": "chosen", "theme": "system", "keys": "on", "show_votes": "on"})
    assert "Votes" in page(stranger, "/readers/ada")
    assert '<dt>Voted</dt><dd><a href="/readers/ada">Ada</a></dd>' in page(stranger)
    Reader.objects.filter(slug="ada").update(blocked_at=timezone.now())
    page_cache.forget()
    assert stranger.get("/readers/ada").status_code == 404 == stranger.get("/readers/nobody").status_code


def test_names_are_ones_own() -> None:
    ada, bea = member("Ada"), member("Bea")
    for wanted, why in (("Аda", "looks like"), ("A.d.a", "looks like"), ("Administrator", "speak for the site"),
                        ("  ", "1 to 60"), ("B\u200bea", "cannot be seen"), ("…", "a letter")):
        answer = bea.post("/settings/name", {"name": wanted})
        assert answer.status_code == 422 and why in answer.content.decode(), wanted
    assert reader("Bea").name == "Bea"
    assert bea.post("/settings/name", {"name": "Beatrix P."}).status_code == 302
    assert (reader("Bea").name, reader("Bea").slug) == ("Beatrix P.", "beatrix-p")
    assert ada.post("/settings/name", {"name": "Ada"}).status_code == 302, "one's own name is no fault"
    assert accounts.client().post("/settings/name", {"name": "X"})["Location"].startswith("/sign-in")


def test_new_accounts_of_one_name_come_apart() -> None:
    accounts.account("ada@example.org", name="Ada")
    accounts.account("ada@example.com", name="Ada")
    accounts.account("admin@example.com")
    assert sorted(Reader.objects.values_list("name", "slug")) == [
        ("Ada", "ada"), ("Ada 2", "ada-2"), ("admin 2", "admin-2")]


def test_notifications_are_counted_in_the_header_until_seen() -> None:
    ada, ben = member("Ada"), member("Ben")
    write(ada, "First")
    top = Comment.objects.get()
    for text in ("One", "Two"):
        write(ben, text, f"reply:{top.key}")
    write(ben, "@ada look")
    assert ">3 new</a>" in page(ada, "/") or ">3 new</a>" in page(ada)
    text = page(ada, "/notifications")
    assert text.count("Ben replied to you") == 2 and text.count("Ben mentioned you") == 1
    assert text.count('<span class="flag">New</span>') == 3
    (up_to,) = re.findall(r'name="up_to" value="(\d+)"', text)
    ada.post("/notifications", {"up_to": up_to})
    assert " new</a>" not in page(ada) and "Nothing new" in page(ada, "/notifications")
    assert "Nothing has been told" in page(ben, "/notifications")
    assert accounts.client().get("/notifications")["Location"].startswith("/sign-in")


def test_pages_of_comments_end(paper: int) -> None:
    ada, now = member("Ada"), timezone.now()
    who = reader("Ada")
    for number in range(55):
        comments.write(who, paper, f"Number {number} here", now - timedelta(hours=3 * number))
    text = page(ada, "/comments")
    assert text.count('<article class="comment"') == 50
    (before,) = re.findall(r"/comments\?before=(\d+)", text)
    assert page(ada, f"/comments?before={before}").count('<article class="comment"') == 5
    assert ada.get("/comments?before=x").status_code == 404
