"""Formula pages: the numbers that a page shows for a paper, put into the line it shows, give the order's score."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from math import log2
from pathlib import Path

import pytest
from django.utils import timezone

from broadsheet import config
from broadsheet.catalogue.models import Paper
from broadsheet.editions import service
from broadsheet.readers import votes
from broadsheet.readers.service import make
from broadsheet.search import service as search
from broadsheet.web import fragments, page_cache
from broadsheet.web.formulas import FORMULAS
from broadsheet.web.frontpage import site_from

from .test_site_choices import DAY, fill, index, keeper

pytestmark = pytest.mark.django_db(transaction=True)
DATA = re.compile(r'<data value="([^"]*)" data-letter="([^"]*)">')


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    before = config.current()
    yield
    config.use(before)


def numbers(path: str) -> list[dict[str, float]]:
    """What the page shows, one set of letters for each paper on it."""
    answer = keeper().get(path)
    assert answer.status_code == 200
    sets: list[dict[str, float]] = [{}]
    for value, letter in DATA.findall(answer.content.decode()):
        sets[-1][letter] = float(value)
        if letter in ("points", "score"):
            sets.append({})
    return [one for one in sets if one]


def test_the_order_of_a_day(tmp_path: Path) -> None:
    from broadsheet.catalogue import site

    fill()
    index(tmp_path)
    chosen = {"words": ["image editing", "galaxies", "squares"], "categories": ["q-bio"]}
    site.choose("interests", chosen)
    found = service.edition((DAY,), DAY, site_from({"interests": chosen}))
    data = service._day_data((DAY,), site_from({"interests": chosen}))
    assert found.total == len(data.points) > 60
    for row, points in list(data.points.items())[:20]:
        (shown,) = numbers(f"/formula/edition?paper={row:010d}")
        again = (2 * log2(1 + shown["w"]) + log2(1 + shown["r"]) + log2(1 + shown["v"]) + 0.5 * log2(1 + shown["c"])
                 + 3 * shown["t"] + 1.5 * shown["a"]
                 + shown["k"] + 2 * shown["n"])
        assert again == pytest.approx(shown["points"], abs=1e-12) == pytest.approx(points.total, abs=1e-12)
    assert {points.cause() for points in data.points.values()} >= {"", "words", "nearness"}


def test_trending_and_talked(tmp_path: Path) -> None:
    fill()
    today = timezone.localdate()
    Paper.objects.filter(id=2).update(edition_day=today - timedelta(days=3), imported_votes=40, imported_comments=5)
    votes.cast(make(timezone.now(), local=False), 2, timezone.now())
    moment = timezone.localtime()
    assert not [pair for pair in service.trending(moment, site_from({}), window="day") if pair[0].id == 2]
    for place, window in ((1, "week"), (2, "fortnight"), (3, "month")):
        ((one, points),) = [pair for pair in service.trending(moment, site_from({}), window=window) if pair[0].id == 2]
        shown = numbers(f"/formula/trending?paper={one.key}")[place]
        assert (shown["w"], shown["r"], shown["v"], shown["c"]) == (1, 0, 40, 5)
        again = (2 * log2(1 + shown["w"]) + log2(1 + shown["v"]) + log2(1 + shown["r"]) + 0.5 * log2(1 + shown["c"])
                 - 2 * log2(1 + shown["h"] / shown["s"]))
        assert again == pytest.approx(shown["points"], abs=1e-9) == pytest.approx(points, abs=0.01)
    (shown,) = numbers(f"/formula/talked?paper={one.key}")
    again = 2 * log2(1 + shown["w"]) + log2(1 + shown["v"]) + 4 * (log2(1 + shown["r"]) + 0.5 * log2(1 + shown["c"]))
    assert again == pytest.approx(shown["points"], abs=1e-9)


@pytest.mark.parametrize("mode", ["hybrid", "words", "meaning"])
def test_relevance(tmp_path: Path, mode: str) -> None:
    fill()
    index(tmp_path)
    hits = search.search("notes on harbour trade of galaxies", mode=mode, limit=30, today=date(2026, 5, 12)).hits
    assert len(hits) > 5
    for hit in hits:
        (shown,) = numbers(f"/formula/search?paper={hit.key}&q=notes+on+harbour+trade+of+galaxies&mode={mode}")

        if mode == "hybrid":
            by_words = shown["b"] / shown["b₁"] if "b" in shown else 0.0
            again = (1 - shown["w"]) * by_words + shown["w"] * shown["m"] / 6
            if "n" in shown:
                again = max(0.7 * again + 0.3 * shown["n"], shown["s₀"])
            assert again == pytest.approx(shown["score"], abs=6e-5)
        else:  # one list alone stands as it is
            assert shown["b" if mode == "words" else "m"] == pytest.approx(shown["score"], abs=6e-5)
        assert shown["score"] == hit.score


def test_related(tmp_path: Path) -> None:
    fill()
    index(tmp_path)
    shown = numbers("/formula/related?paper=0000000100")
    assert len(shown) == 5
    for one in shown:
        assert (one["cos"] - one["mean"]) / one["spread"] == pytest.approx(one["score"], abs=1e-4)
    page = keeper().get("/papers/2605.00100").content.decode()
    assert "/formula/related?paper=0000000100" in page


def test_every_formula_stands_on_a_page_and_says_what_it_cannot_reckon() -> None:
    fill((1,))
    client = keeper()
    for name in FORMULAS:
        page = client.get(f"/formula/{name}").content.decode()
        assert FORMULAS[name].title in page
        assert "No paper here is called" in client.get(f"/formula/{name}?paper=nothing").content.decode()
        assert client.get(f"/formula/{name}?paper=arXiv:2605.00001&q=x").status_code == 200
    Paper.objects.update(edition_day=None)
    assert "has no day" in client.get("/formula/edition?paper=0000000001").content.decode()
    assert client.get("/formula/x").status_code == 404


def test_the_paper_page_says_why(tmp_path: Path) -> None:
    fill()
    client = keeper()
    lone = client.get("/papers/2605.00002").content.decode()  # its day is not at hand: only its own points
    assert "Its place in the day" in lone and "3\u00a0votes at Hugging Face" in lone and "by points of" not in lone
    client.get("/papers/date/2026-05-12")
    known = client.get("/papers/2605.00002").content.decode()
    assert "Why it was chosen" in known and "3 votes at Hugging Face, the most of this day" in known
    assert "number 1 by points of 65\u00a0papers" in known and "/formula/edition?paper=0000000002" in known
    assert service.close_due(timezone.now(), DAY + timedelta(days=2), site_from({})) == [DAY]
    Paper.objects.filter(id=2).update(imported_votes=900)
    stood = client.get("/papers/2605.00002").content.decode()
    assert "as it stood that morning" in stood and "3\u00a0votes at Hugging Face" in stood
    (shown,) = numbers("/formula/edition?paper=0000000002")
    assert shown["v"] == 3 and shown["points"] == 2.0
