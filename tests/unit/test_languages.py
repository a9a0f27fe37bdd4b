"""Numbers, dates and lists of names as each language writes them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.utils import translation

from broadsheet import languages

DAY = date(2026, 12, 8)


@pytest.mark.parametrize(("language", "texts"), [
    ("en", ["1,234,567", "0.50", "Tuesday 8 December 2026", "8 Dec 2026", "Dec 2026", "2026", "8 Dec",
            "December 2026", "3 papers", "1 paper", "A, B and C", "A and 4 others"]),
    ("de", ["1.234.567", "0,50", "Dienstag, 8. Dezember 2026", "8. Dez. 2026", "Dez. 2026", "2026", "8. Dez.",
            "Dezember 2026", "3 Arbeiten", "1 Arbeit", "A, B und C", "A und 4 weitere"]),
])  # fmt: skip
def test_each_language_writes_in_its_own_way(language: str, texts: list[str]) -> None:
    with translation.override(language):
        made = [
            languages.number(1234567), languages.number(0.5, 2), languages.day_long(DAY), languages.day_short(DAY),
            languages.day_short("2026-12"), languages.day_short("2026"), languages.day_short(DAY, this_year=2026),
            languages.month_and_year(DAY), languages.count(3, "paper"), languages.count(1, "paper"),
            languages.joined(["A", "B", "C"]), languages.and_others(["A"], 4)]  # fmt: skip
    assert [text.replace(languages.NBSP, " ") for text in made] == texts
    assert languages.active() == "en"


def test_kept_dates_of_two_languages_are_never_mixed() -> None:
    made = []
    for language in ("de", "en") * 3:
        with translation.override(language):
            made.append(languages.day_short("2026-03-01"))
    assert len(set(made[::2])) == len(set(made[1::2])) == 1 and made[0] != made[1]


def test_papers_say_their_language_where_the_page_has_another() -> None:
    with translation.override("de"):
        assert [languages.foreign(one) for one in ("", "en", "de", "fr")] == ["en", "en", "", "fr"]
    assert [languages.foreign(one) for one in ("", "en", "de")] == ["", "", "de"]


def test_unknown_languages_are_none() -> None:
    assert languages.known("de") == "de" and languages.known("tlh") == languages.known(None) == ""
    with translation.override("tlh"):
        assert languages.active() == "en"


def test_each_thread_speaks_its_own_language() -> None:
    both = threading.Barrier(2, timeout=30)

    def speak(language: str) -> tuple[str, str]:
        before = languages.active()
        with translation.override(language):
            both.wait()
            said = languages.number(1234)
            both.wait()
        return before, said

    with ThreadPoolExecutor(2) as pool, translation.override("de"):
        assert list(pool.map(speak, ("en", "de"))) == [("en", "1,234"), ("en", "1.234")]
        assert languages.number(1234) == "1.234"
