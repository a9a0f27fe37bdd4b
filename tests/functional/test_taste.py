"""My order over HTTP and at the service: learning at once, the cause of each place, undo, reset, the group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Change, Paper
from broadsheet.editions import service as editions
from broadsheet.readers import follows, taste, undo, votes
from broadsheet.readers import service as readers
from broadsheet.readers.models import Reader, TasteAct, TasteRemoved
from broadsheet.search import cloud
from broadsheet.web import fragments, page_cache, tasting

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)


def vector(number: int) -> np.ndarray:
    """Three clouds, by the remainder of the number; unit length."""
    found = np.random.default_rng(number).normal(0, 0.05, 384).astype(np.float32)
    found[number % 3] += 1
    return found / np.linalg.norm(found)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of another test, and vectors without an index."""
    for forget in (page_cache.forget, editions.forget, fragments.forget, tasting.forget):
        forget()
    monkeypatch.setattr(cloud, "vectors", lambda rows: np.array([vector(row) for row in rows], np.float32).reshape(
        len(rows), 384))
    monkeypatch.setattr(cloud, "sample", lambda limit=3000: list(Paper.objects.values_list("id", flat=True)))
    monkeypatch.setattr(cloud, "mark", lambda: ("steady",))
    yield


@pytest.fixture
def browser() -> Client:
    """A browser that keeps cookies."""
    return Client(headers={"host": "localhost"})


def make(number: int, **more: Any) -> Paper:
    """One paper of the day."""
    made = Paper.objects.create(**{
        "id": number, "key": f"{number:010d}", "title": f"On number {number}", "abstract": "We show that it is so.",
        "rights": "public", "authors": [{"name": f"Ada Author{number % 7}"}, {"name": f"Bo Writer{number}"}],
        "published": "2026-05-11", "identifiers": [["arxiv", f"2605.{number:05d}"]], "categories": ["cs.CV"],
        "primary_category": "cs.CV", "edition_day": DAY, "added_at": NOW, "changed_at": NOW, **more})
    Change.objects.create(lane=0, paper_id=made.id, kind="put")
    return made


def many(count: int = 60) -> None:
    for number in range(1, count + 1):
        make(number)


def reader() -> Reader:
    return readers.make(timezone.now())


def order(who: Reader) -> list[int]:
    """All papers of the day in the reader's order, without open places."""
    mine = tasting.of(who)
    ids = list(Paper.objects.filter(state="live").order_by("id").values_list("id", flat=True))
    return [one.paper for one in mine.order(ids, every=0)] if mine else ids


def scores(who: Reader) -> dict[int, float]:
    mine = tasting.of(who)
    return mine.scores(list(range(1, 61))) if mine else dict.fromkeys(range(1, 61), 0.0)


def test_one_act_moves_what_is_like_it_at_once() -> None:
    many()
    who = reader()
    assert tasting.of(who) is None
    taste.record(who, [3], taste.MORE, 1, NOW)
    assert {paper % 3 for paper in order(who)[:15]} == {0}
    taste.record(who, [4], taste.LESS, -1, NOW)
    assert sum(paper % 3 == 1 for paper in order(who)[-15:]) >= 12  # an author shared by another field is there too


def test_votes_saves_and_hidden_papers_teach_and_reading_does_not() -> None:
    many()
    who = reader()
    readers.mark(who, [1, 2, 3], readers.READ, NOW)
    assert tasting.of(who) is None
    readers.mark(who, [5], readers.SAVED, NOW)
    votes.cast(who, 8, NOW)
    readers.mark(who, [6], readers.HIDDEN, NOW)
    told = {one.paper: (one.target, one.kinds) for one in taste.said(who)}
    assert told == {5: (0.8, ("save",)), 8: (0.8, ("vote",)), 6: (-0.5, ("hide",))}
    found = scores(who)
    assert found[11] > 0 > found[9]


def test_the_reason_is_the_cause_act_and_term() -> None:
    """What the reason names is taken away: the score falls by exactly what was said, and so does the rank."""
    many()
    who = reader()
    taste.record(who, [3, 4], taste.MORE, 1, NOW)
    taste.record(who, [8], taste.LESS, -1, NOW)
    mine = tasting.of(who)
    assert mine is not None
    asked = [paper for paper in range(1, 61) if paper not in mine.told]
    causes = dict(zip(asked, mine.taste.causes(mine.papers(asked)), strict=True))
    before, ranks = mine.scores(asked), order(who)
    acts = next(paper for paper in asked if (cause := causes[paper]) and cause.paper == 3)
    assert mine.reasons([acts])[acts].startswith("Close to “On number 3”")
    taste.strike(who, "paper:0000000003", NOW + timedelta(minutes=1))
    after = tasting.of(who)
    assert after is not None
    assert after.scores([acts])[acts] == pytest.approx(before[acts] - causes[acts].loss, abs=1e-4)
    assert order(who).index(acts) > ranks.index(acts)
    taste.restore(who, "paper:0000000003", NOW)
    assert scores(who) == pytest.approx({**before, 3: scores(who)[3], 4: scores(who)[4], 8: scores(who)[8]})
    # A paper far in meaning from everything, held up by its author alone.
    far = make(100, authors=[{"name": "Ada Author3"}], categories=[], abstract="")
    mine = tasting.of(who)
    assert mine is not None
    weights = dict(mine.taste.learned())
    assert weights["author:ada author3"] > 0
    cause = mine.taste.causes(tasting.papers([tasting.Features(None, ("author:ada author3",))], mine.ground))[0]
    assert cause is not None
    assert mine.words(cause) == "By Ada Author3, whom you read"
    held = tasting.papers([tasting.Features(None, ("author:ada author3",))], mine.ground)
    was = float(mine.taste.scores(held)[0])
    taste.strike(who, "author:ada author3", NOW)
    struck = tasting.of(who)
    assert struck is not None
    assert float(struck.taste.scores(held)[0]) == pytest.approx(was - cause.loss, abs=1e-6) == 0
    assert far.pk


def test_undo_restores_exactly() -> None:
    many()
    who = reader()
    taste.record(who, [3, 4], taste.MORE, 1, NOW)
    before, rows = scores(who), list(TasteAct.objects.order_by("paper_id").values_list("paper_id", "kind", "made_at"))
    taste.record(who, [3], taste.LESS, -1, NOW + timedelta(minutes=1))
    assert scores(who) != before
    undo.undo(who, NOW + timedelta(minutes=2))
    assert list(TasteAct.objects.order_by("paper_id").values_list("paper_id", "kind", "made_at")) == rows
    assert scores(who) == before
    taste.strike(who, taste.ALL, NOW + timedelta(minutes=3))
    assert tasting.of(who) is None
    undo.undo(who, NOW + timedelta(minutes=4))
    assert scores(who) == before
    taste.take_back(who, [3], taste.MORE, NOW + timedelta(minutes=5))
    undo.undo(who, NOW + timedelta(minutes=6))
    assert scores(who) == before
    assert TasteRemoved.objects.count() == 0


def test_repeated_acts_change_nothing_and_opposites_replace_each_other() -> None:
    many(6)
    who = reader()
    assert taste.record(who, [3], taste.MORE, 1, NOW) == 1
    assert taste.record(who, [3], taste.MORE, 1, NOW + timedelta(days=1)) == 0
    assert taste.record(who, [3], taste.LESS, -1, NOW) == 1
    assert taste.given(who) == {3: "less"}
    assert taste.take_back(who, [3], taste.MORE, NOW) == 0


def test_buttons_work_without_a_script(browser: Client) -> None:
    many()
    page = browser.get("/").content.decode()
    assert page.count('name="act" value="more:') >= 20
    asked = browser.get("/acts", {"act": "more:0000000003", "next": "/"})
    assert "More papers like this" in asked.content.decode()
    done = browser.post("/acts", {"act": "more:0000000003", "next": "/", "keep": "1"})
    assert (done.status_code, done["Location"]) == (302, "/")
    page = browser.get("/").content.decode()
    assert "Close to “On number 3”, of which you wanted more" in page
    assert "For a change" in page
    shown = [part[:10] for part in page.split('data-key="')[1:]]
    assert len(shown) == len(set(shown)) == 60
    first = shown[0]
    browser.post("/acts", {"act": f"less:{first}", "next": "/"})
    assert f'value="unless:{first}" aria-pressed="true"' in browser.get("/").content.decode()
    browser.post("/acts", {"act": "undo", "next": "/"})
    assert f'value="less:{first}" aria-pressed="false"' in browser.get("/").content.decode()
    browser.post("/acts", {"act": "unmore:0000000003", "next": "/"})
    assert "For a change" not in browser.get("/").content.decode()


def test_for_you_and_the_order_of_a_day(browser: Client) -> None:
    many()
    assert "/taste/start" in browser.get("/for-you").content.decode()
    assert "Your own order needs something to go by" in browser.get("/?order=mine").content.decode()
    browser.post("/acts", {"act": "more:0000000003", "next": "/", "keep": "1"})
    page = browser.get("/for-you").content.decode()
    assert page.index('id="p0000000006"') < page.index('id="p0000000001"')
    assert 'id="p0000000003"' not in page
    ordered = browser.get("/?order=mine").content.decode()
    assert "My order" in ordered
    assert "For a change" in ordered
    assert ordered.count("data-key=") == 60
    assert "For a change" not in browser.get("/?order=newest").content.decode()


def test_the_page_of_what_was_learned(browser: Client) -> None:
    many()
    assert "Nothing was learned yet" in browser.get("/taste").content.decode()
    browser.post("/acts", {"act": "more:0000000003,0000000006", "next": "/", "keep": "1"})
    page = browser.get("/taste").content.decode()
    assert 'value="author:ada author3"' in page
    assert 'value="paper:0000000003"' in page
    assert browser.post("/taste", {"do": "strike", "line": "author:ada author3"})["Location"] == "/taste?done=strike"
    page = browser.get("/taste").content.decode()
    assert "Put back: Author: Ada Author3" in page
    browser.post("/taste", {"do": "restore", "line": "author:ada author3"})
    assert TasteRemoved.objects.count() == 0
    browser.post("/taste", {"do": "reset"})
    page = browser.get("/taste").content.decode()
    assert "Nothing was learned yet" in page
    assert "Everything learned before" in page
    browser.post("/taste", {"do": "restore", "line": "all"})
    assert 'value="paper:0000000003"' in browser.get("/taste").content.decode()
    assert browser.post("/taste", {"do": "strike", "line": "nonsense"}).status_code == 422


def test_three_questions_make_a_first_order(browser: Client) -> None:
    many()
    page = browser.get("/taste/start").content.decode()
    assert page.count("<fieldset") == 3
    keys = [part.partition('"')[0] for part in page.split('name="asked0" value="')[1:]]
    assert len({int(key) % 3 for key in keys}) == 3  # the papers of a question lie in different clouds
    wanted = next(key for key in keys if int(key) % 3 == 0)
    answer = browser.post("/taste/start", {"asked0": keys, "q0": wanted, "q1": ""})
    assert answer["Location"] == "/for-you?done=start"
    page = browser.get(answer["Location"]).content.decode()
    first = page.split('data-key="')[1:11]
    assert sum(int(part[:10]) % 3 == 0 for part in first) >= 8
    assert TasteAct.objects.filter(kind="start", sign=1).count() == 1


def test_the_group_learns_from_all_and_names_nobody() -> None:
    many()
    crowd = [reader() for _ in range(3)]
    for who in crowd[:2]:
        taste.record(who, [3], taste.MORE, 1, NOW)
    assert tasting.of_group() is None  # two readers are too few
    taste.record(crowd[2], [3, 4], taste.MORE, 1, NOW)
    group = tasting.of_group()
    assert group is not None
    found = group.scores(list(range(5, 61)))
    assert max(found, key=lambda paper: found[paper]) % 3 == 0
    said = group.reasons([6, 7])
    assert said[6] == "Close to “On number 3”, which this group likes"
    assert "number 4" not in said[7]  # one reader alone stands behind that one


def test_a_members_order_is_not_anothers(browser: Client) -> None:
    many()
    browser.post("/acts", {"act": "more:0000000003", "next": "/", "keep": "1"})
    other = Client(headers={"host": "localhost"})
    assert "For a change" not in other.get("/").content.decode()
    assert "Nothing is known of you yet" in other.get("/for-you").content.decode()


def test_what_one_follows_begins_an_order_and_is_named_as_the_cause() -> None:
    many()
    for number in range(61, 67):
        make(number, title="Speech translation", abstract="Speech translation of rare tongues.", categories=["cs.CL"])
    who = reader()
    assert tasting.of(who) is None
    follows.follow(who, "topic", "speech translation", "Speech translation", NOW)
    ids = list(Paper.objects.order_by("id").values_list("id", flat=True))
    mine = tasting.of(who)
    assert mine is not None
    first = [one.paper for one in mine.order(ids, every=0)]
    assert set(first[:6]) == set(range(61, 67))
    assert str(mine.reasons([61])[61]) in {"Close to “Speech translation”, which you follow",
                                           "Says “speech translation”, as papers you liked do"}
    taste.record(who, [3], taste.MORE, 1, NOW)
    both = tasting.of(who)
    assert both is not None
    was = both.scores(ids)
    cause = both.taste.effects(both.papers([61]))[0, 0]
    taste.strike(who, "interest:topic:Speech translation", NOW)
    struck = tasting.of(who)
    assert struck is not None
    assert struck.scores(ids)[61] == pytest.approx(was[61] - float(cause), abs=1e-5)
    order_now = [one.paper for one in struck.order(ids, every=0)]
    assert order_now.index(61) > first.index(61)


def test_the_formula_is_worked_out_for_a_paper_and_its_reader_alone(browser: Client) -> None:
    many()
    asked, nothing = "/formula/mine?paper=0000000009", "Nothing was learned for an order of yours yet"
    assert nothing in browser.get(asked).content.decode()
    browser.post("/acts", {"act": "more:0000000003", "keep": "1"})
    page = browser.get(asked).content.decode()
    sums = {letter: float(value) for value, letter in
            re.findall(r'<data value="([^"]+)" data-letter="([a-z]+)"', page)}
    assert sums["score"] == pytest.approx(sum(sums[letter] for letter in "mwtca" if letter in sums), abs=1e-5)
    assert sums["score"] > 0
    assert "On number 3" in page
    other = Client(headers={"host": "localhost"})
    assert nothing in other.get(asked).content.decode()


def test_a_library_is_forgotten_in_one_line_and_put_back(browser: Client) -> None:
    many()
    browser.post("/acts", {"act": "more:0000000004", "keep": "1"})
    who = Reader.objects.get()
    taste.record(who, [3, 6, 9], taste.LIBRARY, 1, timezone.now())
    assert {(one.paper, one.kinds) for one in taste.said(who)} == {
        (4, ("more",)), (3, ("library",)), (6, ("library",)), (9, ("library",))}
    before = scores(who)
    assert 'value="kind:library"' in browser.get("/taste").content.decode()
    assert browser.post("/taste", {"do": "strike", "line": "kind:library"})["Location"] == "/taste?done=strike"
    assert {one.paper for one in taste.said(who)} == {4}
    assert scores(who)[12] < before[12]
    page = browser.get("/taste").content.decode()
    assert "Your library" in page
    assert 'value="kind:library"' in page
    browser.post("/taste", {"do": "restore", "line": "kind:library"})
    assert scores(who) == pytest.approx(before)
    assert browser.post("/taste", {"do": "strike", "line": "kind:vote"}).status_code == 422
