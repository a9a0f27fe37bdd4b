"""Pages of what is a reader's own, by plain HTTP and so without JavaScript: done, undone, and nobody else's."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import feedparser
import pytest
from django.conf import settings as django
from django.test import Client
from tests.support.accounts import account, client, sign_in, site

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper
from broadsheet.editions import service as editions
from broadsheet.readers import collections, comments, service, streams, votes
from broadsheet.readers.accounts.models import Account
from broadsheet.readers.models import Collection, Comment, Follow, Kept, Mark, Note, Reader, Stream, TasteAct, Vote
from broadsheet.web import fragments, mine, page_cache

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
DAY = date(2026, 5, 12)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for forget in (page_cache.forget, editions.forget, fragments.forget, mine.forget):
        forget()
    site(monkeypatch)
    yield


def paper(number: int, title: str, day: date = DAY, **more: Any) -> Paper:
    from django.db import transaction

    from broadsheet.catalogue.models import Identifier, PaperAuthor, PaperTerm
    from broadsheet.text.folding import slug

    with transaction.atomic():
        made = Paper.objects.create(**{
            "key": f"m{number:09d}", "title": title, "abstract": "We show it.", "rights": "public",
            "identifiers": [["arxiv", f"2605.{number:05d}"]], "categories": ["cs.CV"], "published": str(day),
            "authors": [{"name": "Ada Lovelace"}], "edition_day": day, "added_at": NOW, "changed_at": NOW, **more})
        Identifier.objects.create(scheme="arxiv", value=f"2605.{number:05d}", paper=made)
        PaperTerm.objects.create(paper=made, kind="category", slug="cs.cv")
        PaperAuthor.objects.create(paper=made, position=0, folded=slug("Ada Lovelace"))
        changes.append([made.pk], changes.INTERACTIVE)
    return made


def two() -> tuple[Client, Reader, Client, Reader]:
    """Two members, each signed in."""
    ada, ben = account("ada@example.org", name="Ada"), account("ben@example.org", name="Ben")
    assert ada.reader is not None and ben.reader is not None
    return _as(ada), ada.reader, _as(ben), ben.reader


def _as(who: Account) -> Client:
    """A browser in which this account is signed in, without the password's slow hash."""
    browser = client()
    browser.force_login(who, backend=django.AUTHENTICATION_BACKENDS[0])
    return browser


def text(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.content[:500])
    return answer.content.decode()


def test_a_collection_from_the_papers_page_to_the_file() -> None:
    ada, reader, ben, _ = two()
    one, other = paper(1, "Sparse attention"), paper(2, "Dense attention")
    assert f"/keep/{one.key}" in text(ada, f"/papers/2605.{1:05d}")
    assert "New collection" in text(ada, f"/keep/{one.key}")
    form = {"collections": "1", "new": "Reading group", "note": "Compare", "tags": "a, b"}
    answer = ada.post(f"/keep/{one.key}", form)
    assert answer.status_code == 302 and answer["Location"] == "/papers/2605.00001"
    found = Collection.objects.get(reader=reader)
    assert "Reading group" in text(ada, "/papers/2605.00001") and "Compare" in text(ada, "/papers/2605.00001")
    ada.post(f"/keep/{other.key}", {"collections": "1", "in": found.key})
    page = text(ada, f"/collections/{found.key}")
    assert page.index("Sparse attention") < page.index("Dense attention")
    ada.post(f"/collections/{found.key}", {"do": f"up:{other.key}"})
    ada.post(f"/collections/{found.key}", {"do": f"remark:{one.key}", f"note-{one.key}": "<b>The first</b>"})
    page = text(ada, f"/collections/{found.key}")
    assert page.index("Dense attention") < page.index("Sparse attention")
    assert "&lt;b&gt;The first" in page and "<b>The first" not in page
    data = json.loads(text(ada, f"/collections/{found.key}/papers.json"))
    assert [row["id"] for row in data["papers"]] == ["arxiv:2605.00002", "arxiv:2605.00001"]
    assert text(ada, f"/collections/{found.key}/papers.bib").count("@misc{") == 2
    for path in (f"/collections/{found.key}", f"/collections/{found.key}/papers.json",
                 f"/feeds/collections/{found.key}.atom"):
        text(ben, path, 404)
        text(client(), path, 404)
    ada.post(f"/collections/{found.key}", {"do": "change", "name": "Group", "note": "All", "shared": "on"})
    assert "Group" in text(client(), f"/collections/{found.key}") and "Group" in text(ben, "/readers/ada")
    assert len(feedparser.parse(text(client(), f"/feeds/collections/{found.key}.atom")).entries) == 2
    ada.post(f"/collections/{found.key}", {"do": "remove"})
    text(ada, f"/collections/{found.key}", 404)
    ada.post("/acts", {"act": "undo"})
    assert "Group" in text(ada, f"/collections/{found.key}") and Kept.objects.count() == 2


@pytest.mark.parametrize("do", ["remove", "change", "up:m000000001", "out:m000000001", "remark:m000000001"])
def test_nobody_changes_anothers_collection_even_when_it_is_shared(do: str) -> None:
    _, reader, ben, _ = two()
    one = paper(1, "Sparse attention")
    found = collections.make(reader, "Ours", NOW, shared=True)
    collections.add(reader, found, [one.pk], NOW)
    before = collections.as_row(found)
    for browser in (ben, client()):
        answer = browser.post(f"/collections/{found.key}", {"do": do, "name": "Mine now"})
        assert answer.status_code == (404 if browser is ben else 302)
    found.refresh_from_db()
    assert collections.as_row(found) == before


def test_one_keeps_nothing_in_anothers_collection() -> None:
    _, reader, ben, _ = two()
    one = paper(1, "Sparse attention")
    found = collections.make(reader, "Ours", NOW, shared=True)
    ben.post(f"/keep/{one.key}", {"collections": "1", "in": found.key, "note": ""})
    assert not Kept.objects.exists()


def test_private_notes_are_seen_by_nobody_else() -> None:
    ada, _, ben, _ = two()
    one = paper(1, "Sparse attention")
    ada.post(f"/keep/{one.key}", {"note": "My secret thought", "tags": "secret-tag"})
    assert "My secret thought" in text(ada, "/notes") and "secret-tag" in text(ada, "/notes?tag=secret-tag")
    account("root@example.org", "administrator")
    for browser in (ben, client(), sign_in("root@example.org")):
        for path in ("/papers/2605.00001", "/notes", f"/keep/{one.key}", "/notes?tag=secret-tag"):
            page = browser.get(path).content.decode()
            assert "My secret thought" not in page and "secret-tag</a>" not in page


def test_an_author_is_followed_in_two_steps_and_left_in_one() -> None:
    ada, reader, ben, _ = two()
    paper(1, "Sparse attention")
    page = text(ada, "/authors/ada-lovelace")
    assert 'value="follow"' in page
    answer = ada.post("/following", {"do": "follow", "kind": "author", "value": "ada-lovelace",
                                     "label": "Ada Lovelace", "next": "/authors/ada-lovelace"})
    assert answer["Location"] == "/authors/ada-lovelace" and 'value="unfollow"' in text(ada, "/authors/ada-lovelace")
    assert "Ada Lovelace" in text(ada, "/following") and "Ada Lovelace" not in text(ben, "/following")
    ada.post("/following", {"do": "unfollow", "kind": "author", "value": "ada-lovelace"})
    assert not Follow.objects.exists()
    answer = ada.post("/following", {"do": "follow", "kind": "reader", "value": "nobody-here", "label": "x"})
    assert answer.status_code == 422 and not Follow.objects.exists()
    answer = ada.post("/following", {"do": "follow", "kind": "topic", "value": "x", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/following"
    assert Follow.objects.get().reader == reader


WORDS = {"wanted": "diffusion", "unwanted": "survey", "categories": "", "seeds": "", "cap": "20"}


def test_a_stream_is_previewed_made_changed_shared_and_read_as_a_feed() -> None:
    ada, reader, ben, _ = two()
    paper(1, "Diffusion models")
    paper(2, "Diffusion: a survey")
    paper(3, "Diffusion, earlier", date(2026, 5, 8))
    paper(4, "Diffusion, long ago", date(2026, 4, 1))
    preview = ada.post("/streams/new", {**WORDS, "do": "preview"}).content.decode()
    assert "Diffusion models" in preview and "a survey" not in preview.partition('id="preview"')[2]
    assert "long ago" not in preview and not Stream.objects.exists()
    piece = ada.post("/streams/preview", WORDS).content.decode()
    assert "Diffusion models" in piece and "<html" not in piece
    answer = ada.post("/streams/new", {**WORDS, "do": "make"})
    made = Stream.objects.get(reader=reader)
    assert answer["Location"] == f"/streams/{made.key}" and made.name == "diffusion"
    page = text(ada, f"/streams/{made.key}")
    assert page.index("Diffusion models") < page.index("Diffusion, earlier") and "long ago" not in page
    assert "long ago" in text(ada, f"/streams/{made.key}?until=2026-04-03")
    text(ada, f"/streams/{made.key}?until=2999-01-01", 404)
    for path in (f"/streams/{made.key}", f"/streams/{made.key}/edit", f"/feeds/streams/{made.key}.atom"):
        text(ben, path, 404)
    assert ben.post(f"/streams/{made.key}/edit", {"do": "remove"}).status_code == 404
    ada.post(f"/streams/{made.key}/edit", {**WORDS, "name": "Diffusion", "shared": "on", "do": "make"})
    assert "Diffusion models" in text(client(), f"/streams/{made.key}")
    text(ben, f"/streams/{made.key}/edit", 404)
    titles = [one.title for one in feedparser.parse(text(client(), f"/feeds/streams/{made.key}.atom")).entries]
    assert titles == ["Diffusion models", "Diffusion, earlier"]
    service.mark(reader, [Paper.objects.get(key="m000000001").pk], service.HIDDEN, NOW)
    assert "Diffusion models" not in text(ada, f"/streams/{made.key}")


@pytest.mark.parametrize("wrong", [{"wanted": ""}, {"cap": "0"}, {"cap": "many"}, {"seeds": "2605.99999"},
                                   {"categories": "c c"}, {"wanted": "x" * 90}])
def test_a_stream_that_is_not_right_is_not_made_and_nothing_typed_is_lost(wrong: dict[str, str]) -> None:
    ada, _, _, _ = two()
    answer = ada.post("/streams/new", {**WORDS, "name": "Kept name", **wrong, "do": "make"})
    assert answer.status_code == 422 and b"Kept name" in answer.content and not Stream.objects.exists()


def test_a_search_becomes_a_stream() -> None:
    ada, _, _, _ = two()
    paper(1, "Diffusion of protein chains")
    page = text(ada, "/streams/new?q=diffusion+protein+-survey+cat%3Acs.CV")
    assert "diffusion + protein" in page and "Diffusion of protein chains" in page and ">survey</textarea>" in page


def test_private_feeds_have_a_secret_that_is_shown_once_and_can_be_renewed() -> None:
    ada, reader, ben, _ = two()
    one = paper(1, "Diffusion models", rights="members", abstract="Members read all of this text. " * 20)
    made = streams.make(reader, "Mine", streams.Wish(wanted=("diffusion",)), NOW)
    service.mark(reader, [one.pk], service.SAVED, NOW)
    page = ada.post("/settings/feeds", {"do": "renew"}).content.decode()
    secret = page.partition("/feeds/private/")[2].partition("/")[0]
    assert len(secret) == 32 and secret not in text(ada, "/settings/feeds")
    stranger = client()
    for name in (f"streams/{made.key}", "saved"):
        answer = stranger.get(f"/feeds/private/{secret}/{name}.atom")
        assert "private" in answer["Cache-Control"] and answer["Referrer-Policy"] == "no-referrer"
        entry = feedparser.parse(answer.content).entries[0]
        assert entry.title == "Diffusion models" and entry.link == "http://testserver/papers/2605.00001"
        assert str(entry).count("Members read all") > 5
    listed = text(stranger, f"/feeds/private/{secret}/mine.opml")
    assert f"/feeds/private/{secret}/streams/{made.key}.atom" in listed
    assert 'htmlUrl="http://testserver/streams/' in listed
    for wrong in ("x" * 32, secret[:-1], "", "..", secret + "a"):
        text(stranger, f"/feeds/private/{wrong}/saved.atom", 404)
    text(stranger, f"/feeds/private/{secret}/notes.atom", 404)
    text(stranger, f"/feeds/private/{secret}/collections/none.atom", 404)
    ada.post("/settings/feeds", {"do": "renew"})
    text(stranger, f"/feeds/private/{secret}/saved.atom", 404)
    assert ben.get("/feeds/mine.opml").status_code == 200 and secret not in text(ada, "/feeds/mine.opml")


def test_private_feeds_pass_the_door_of_a_members_site(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, privacy="members")
    ada, reader, _, _ = two()
    service.mark(reader, [paper(1, "Diffusion models").pk], service.SAVED, NOW)
    secret = ada.post("/settings/feeds", {}).content.decode().partition("/feeds/private/")[2].partition("/")[0]
    text(client(), f"/feeds/private/{secret}/saved.atom")
    text(client(), "/feeds/private/" + "x" * 32 + "/saved.atom", 404)
    made = collections.make(reader, "Shared", NOW, shared=True)
    assert client().get(f"/collections/{made.key}").status_code == 302


def test_hidden_is_hidden_for_ever_in_every_list() -> None:
    ada, reader, _, _ = two()
    gone, stays = paper(1, "Gone for ever"), paper(2, "Staying")
    found = streams.make(reader, "S", streams.Wish(categories=("cs.CV",)), NOW)
    lists = ("/papers/date/2026-05-12", "/papers/week/2026-W20", "/papers/month/2026-05", f"/streams/{found.key}",
             "/field/vision", "/topics/cs.CV", "/authors/ada-lovelace", "/papers/2605.00002")
    for path in lists:
        assert "Gone for ever" in text(ada, path), path
    assert ada.post("/acts", {"act": f"hide:{gone.key}"}).status_code == 302
    page_cache.forget()
    for path in lists:
        page = text(ada, path)
        assert "Gone for ever" not in page and "Staying" in page, path
    assert "Gone for ever" in text(ada, "/papers/2605.00001") and stays.key
    ada.post("/acts", {"act": "undo"})
    page_cache.forget()
    assert "Gone for ever" in text(ada, lists[0])


def test_the_next_paper_leads_where_the_leading_one_is_hidden() -> None:
    ada, _, _, _ = two()
    for number in range(1, 9):
        paper(number, f"On number {number}")
    leads = re.findall(r'class="entry lead" id="p(\w+)"', text(ada, "/"))
    ada.post("/acts", {"act": f"hide:{leads[0]}"})
    page_cache.forget()
    after = re.findall(r'class="entry lead" id="p(\w+)"', text(ada, "/"))
    assert len(leads) == len(after) == 1 and leads != after


def test_undo_is_told_to_the_script_and_listed_on_a_page() -> None:
    ada, reader, _, _ = two()
    one = paper(1, "Sparse attention")
    ada.post("/acts", {"act": f"vote:{one.key}"})
    ada.post("/acts", {"act": f"save:{one.key}"})
    page = text(ada, "/undo")
    assert page.index("Saving") < page.index("Your vote") and "Sparse attention" in page
    script = {"X-Requested-With": "fetch"}
    told = ada.post("/acts", {"act": "undo"}, headers=script).json()
    assert told == {"undone": "mark", "key": one.key, "now": "unsave"}
    told = ada.post("/acts", {"act": "undo"}, headers=script).json()
    assert told == {"undone": "vote", "key": one.key, "now": "unvote", "votes": 0, "voted": False, "seen": "Vote",
                    "name": "Vote for: {title}"}
    assert ada.post("/acts", {"act": "undo"}, headers=script).status_code == 204
    assert not Mark.objects.exists() and not Vote.objects.filter(reader=reader).exists()


LIBRARY = b"""@article{a, title={Whatever}, eprint={2605.00001}, archivePrefix={arXiv}}
@misc{b, title={Not here at all}, doi={10.1000/none}}
@article{c, title = {Broken"""


def _bring(browser: Client, content: bytes, where: str, name: str = "library.bib") -> Any:
    file = io.BytesIO(content)
    file.name = name
    return browser.post("/settings/import", {"file": file, "where": where})


def test_a_library_begins_a_stream_a_collection_or_my_order() -> None:
    ada, reader, _, _ = two()
    one = paper(1, "Sparse attention")
    page = _bring(ada, LIBRARY, "stream").content.decode()
    assert "/streams/new?seeds=m000000001" in page and "Not here at all" in page
    assert "Sparse attention" in text(ada, "/streams/new?seeds=m000000001")
    _bring(ada, LIBRARY, "collection")
    assert Kept.objects.get().paper == one
    _bring(ada, LIBRARY, "order")
    assert TasteAct.objects.get().kind == "library"
    ada.post("/acts", {"act": "undo"})
    assert not TasteAct.objects.exists() and reader.collections.exists()


@pytest.mark.parametrize("content", [
    b"PK\x03\x04" + b"0" * 200, b"\x1f\x8b\x08" + b"0" * 200, b"", b"no entry here", b"{" * 5000,
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><l>&b;</l>', b"<html>", b"@a{b\0}",
    b"@misc{a, title={x}}" + b" " * (2 * 1024 * 1024)])
def test_what_is_no_library_is_refused_with_a_reason(content: bytes) -> None:
    ada, _, _, _ = two()
    answer = _bring(ada, content, "collection")
    assert answer.status_code == 422 and b"brought in" in answer.content
    assert not Collection.objects.exists()


def test_everything_can_be_taken_out() -> None:
    ada, reader, _, _ = two()
    one = paper(1, "Sparse attention")
    votes.cast(reader, one.pk, NOW)
    comments.write(reader, one.pk, "A comment", NOW)
    service.mark(reader, [one.pk], service.SAVED, NOW)
    ada.post(f"/keep/{one.key}", {"new": "Group", "note": "A note", "tags": "t"})
    ada.post("/following", {"do": "follow", "kind": "topic", "value": "robots", "label": "Robots"})
    streams.make(reader, "S", streams.Wish(wanted=("x",)), NOW)
    data = json.loads(text(ada, "/settings/export"))
    assert data["votes"][0]["paper"] == one.key and data["comments"][0]["text"] == "A comment"
    assert data["collections"][0]["papers"][0]["id"] == "arxiv:2605.00001"
    assert data["notes"][0]["text"] == "A note" and data["follows"][0]["value"] == "robots"
    assert data["streams"][0]["wanted"] == ["x"] and data["marks"][0]["kind"] == "saved"
    assert text(ada, "/settings/export.bib").count("@misc{") == 1


@pytest.mark.parametrize("choice", ["keep", "remove"])
def test_leaving_keeps_the_counts_and_does_to_comments_what_was_chosen(choice: str) -> None:
    ada, reader, _, other = two()
    one = paper(1, "Sparse attention")
    votes.cast(reader, one.pk, NOW)
    first = comments.write(reader, one.pk, "Words of Ada", NOW)
    comments.write(other, one.pk, "An answer of Ben", NOW, parent=first)
    comments.write(reader, one.pk, "More words of Ada", NOW)
    ada.post(f"/keep/{one.key}", {"new": "Group", "note": "A note", "tags": "t"})
    assert ada.post("/settings/leave", {"comments": choice, "sure": "no"}).status_code == 422
    assert Reader.objects.filter(pk=reader.pk).exists()
    assert ada.post("/settings/leave", {"comments": choice, "sure": "leave"}).status_code == 302
    assert not Reader.objects.filter(pk=reader.pk).exists() and not Note.objects.exists()
    assert votes.of(one.pk) == ((1, 1, 3) if choice == "keep" else (1, 1, 1)) or votes.of(one.pk).votes == 1
    page = text(client(), "/papers/2605.00001")
    assert ("Words of Ada" in page) == (choice == "keep") and "An answer of Ben" in page
    assert not Comment.objects.filter(reader__isnull=False).exclude(reader=other).exists()
    assert "Sign in" in text(ada, "/")


def test_the_last_administrator_does_not_leave() -> None:
    account("root@example.org", "administrator")
    root = sign_in("root@example.org")
    assert root.post("/settings/leave", {"sure": "leave"}).status_code == 422
    assert Reader.objects.get().roles == ["administrator"]


OWN = ("/collections", "/notes", "/streams", "/streams/new", "/following", "/settings/feeds", "/keep/m000000001")


@pytest.mark.parametrize("path", OWN)
def test_a_stranger_signs_in_and_comes_back(path: str) -> None:
    paper(1, "Sparse attention")
    answer = client().get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/collections", "/keep/m000000001", "/streams/new", "/streams/preview", "/following",
                                  "/settings/feeds", "/settings/import", "/settings/leave"])
def test_an_act_without_the_forms_token_is_refused(path: str) -> None:
    account("ada@example.org", name="Ada")
    paper(1, "Sparse attention")
    browser = sign_in("ada@example.org")
    browser.handler.enforce_csrf_checks = True
    assert browser.post(path, {"name": "x", "do": "make", "sure": "leave"}).status_code == 403
    assert not Collection.objects.exists() and Reader.objects.count() == 1
