"""Names, dates, sentences, folding and language."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.text import dates, folding, language, names, sentences


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("Smith JA", "J. A. Smith"),
        ("van der Berg JA", "J. A. van der Berg"),
        ("Smith-J-A", "J. A. Smith"),
        ("Di-Sant-Agnese-P-A", "P. A. Di-Sant-Agnese"),
        ("King, Martin Luther, Jr.", "Martin Luther King Jr."),
        ("Jean-Luc Picard", "Jean-Luc Picard"),
        ("Xingyu", "Xingyu"),
        ("Smith, JA", "J. A. Smith"),
        ("  A.  B.  Name ", "A. B. Name"),
        ("王伟", "王伟"),
        (",", ""),
    ],
)
def test_names_in_reading_order(sent: str, shown: str) -> None:
    assert names.display(sent) == shown
    assert names.display(shown) == shown


def test_two_spellings_of_a_name_fold_to_one() -> None:
    assert names.fold("Gómez, María".replace(",", "")) == names.fold("GOMEZ MARIA")
    assert names.fold("J. A. Smith") == "j a smith"
    assert names.slug("María José Gómez") == "maria-jose-gomez"


@given(st.text(max_size=40))
def test_names_never_raise(text: str) -> None:
    shown = names.display(text)
    assert names.display(shown) == shown or "," in text or "-" in text
    names.slug(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-12", "2026-05-12"),
        ("2026-05", "2026-05"),
        ("2026", "2026"),
        ("2026-05-12T10:11:12Z", "2026-05-12"),
        ("12 May 2026", "2026-05-12"),
        ("Tue, 12 May 2026 10:00:00 GMT", "2026-05-12"),
        ("May 2026", "2026-05"),
        ("2026 May 3", "2026-05-03"),
        ("2026/5/3", "2026-05-03"),
    ],
)
def test_partial_dates(text: str, expected: str) -> None:
    assert dates.partial(text).text == expected


@pytest.mark.parametrize("text", ["", "2025-13-40", "2025-02-30", "0000", "soon", "20256", "12 Foo 2026", "2025-00"])
def test_dates_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month"):
        dates.partial(text)


@given(st.text(max_size=30))
def test_partial_reads_or_refuses(text: str) -> None:
    try:
        found = dates.partial(text)
    except ValueError:
        return
    assert dates.partial(found.text) == found


@pytest.mark.parametrize(
    ("submitted", "listed"),
    [
        (datetime(2026, 5, 12, 17, 59, tzinfo=UTC), date(2026, 5, 13)),  # Tuesday 13:59 in New York
        (datetime(2026, 5, 12, 18, 0, tzinfo=UTC), date(2026, 5, 14)),
        (datetime(2026, 5, 14, 19, 0, tzinfo=UTC), date(2026, 5, 18)),  # Thursday after the cut-off: Monday
        (datetime(2026, 5, 15, 17, 0, tzinfo=UTC), date(2026, 5, 18)),
        (datetime(2026, 5, 15, 19, 0, tzinfo=UTC), date(2026, 5, 19)),  # Friday after the cut-off: Tuesday
        (datetime(2026, 5, 17, 12, 0, tzinfo=UTC), date(2026, 5, 19)),
        (datetime(2026, 1, 12, 18, 30, tzinfo=UTC), date(2026, 1, 13)),  # winter: the cut-off is 19:00 UTC
        (datetime(2025, 6, 19, 12, 0, tzinfo=UTC), date(2025, 6, 23)),  # Juneteenth, a Thursday
        (datetime(2025, 7, 3, 20, 0, tzinfo=UTC), date(2025, 7, 8)),  # Sunday's mailing after a Friday holiday
        (datetime(2025, 11, 26, 20, 0, tzinfo=UTC), date(2025, 12, 1)),  # Thanksgiving
        (datetime(2026, 1, 16, 20, 0, tzinfo=UTC), date(2026, 1, 21)),  # Martin Luther King Jr. Day
        (datetime(2026, 5, 25, 12, 0, tzinfo=UTC), date(2026, 5, 26)),  # Memorial Day: arXiv works
    ],
)
def test_arxiv_day(submitted: datetime, listed: date) -> None:
    assert dates.arxiv_day(submitted) == listed


def test_arxiv_day_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.arxiv_day(datetime(2026, 5, 12))


@given(st.datetimes(min_value=datetime(1992, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_arxiv_lists_on_working_days_soon(submitted: datetime) -> None:
    listed = dates.arxiv_day(submitted)
    assert listed.weekday() < 5
    assert 0 < (listed - submitted.astimezone(dates.EASTERN).date()).days <= 7


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One sentence without a stop", 1),
        ("We show it. It holds.", 2),
        ("Smith et al. show it, e.g. in Fig. 3, see Eq. (4) and Sec. 2.", 1),
        ("We gain 3.5 points, i.e. much. Code: https://a.b/c.d?e=f. Done.", 3),
        ("As J. R. Smith said, it works.", 1),
        ("In $x. Y$ we prove $a=1.$ The rest follows.", 2),
        ("Does it work? Yes! It does.", 3),
        ("这是第一句。这是第二句！", 2),
        ("Aims. We ask why. Results. We know.", 2),
        ("Compared with U.S. data vs. ours (p < 0.05), it holds. The end.", 2),
        ("It costs $5. Yours costs $6. Both are cheap.", 3),
        ("Tools, data, etc. We release all.", 2),
    ],
)
def test_split(text: str, count: int) -> None:
    assert len(sentences.split(text)) == count


@given(st.text(alphabet="aB. !?$\\。e1)(\"'\n", max_size=80))
def test_split_loses_nothing(text: str) -> None:
    parts = sentences.split(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part == part.strip() and part for part in parts)


def test_fold_and_slug() -> None:
    assert folding.fold("Café GÖDEL Straße øre") == "cafe godel strasse ore"
    assert folding.slug("  Learning & Vision: 3D! ") == "learning-vision-3d"
    assert folding.fold("мир 学习") == "мир 学习"


@given(st.text(max_size=60))
def test_fold_is_idempotent(text: str) -> None:
    folded = folding.fold(text)
    assert folding.fold(folded) == folded
    assert folding.slug(folding.slug(text)) == folding.slug(text)
    assert not any(unicodedata.category(c) == "Zs" for c in folding.slug(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We show that the model learns from data and generalises to new tasks.", "en"),
        ("Nous montrons que le modèle apprend avec des données et que les résultats sont bons.", "fr"),
        ("Wir zeigen, dass das Modell aus den Daten lernt und die Ergebnisse gut sind.", "de"),
        ("Mostramos que el modelo aprende de los datos y que las tareas son nuevas.", "es"),
        ("Mostramos que o modelo aprende dos dados e não depende das tarefas.", "pt"),
        ("Mostriamo che il modello impara dai dati e che i risultati sono buoni della rete.", "it"),
        ("Wij laten zien dat het model van de gegevens leert en niet van de taken.", "nl"),
        ("Vi viser at modellen lærer av dataene og ikke bare for en oppgave.", "no"),
        ("我们提出了一种新的学习方法。", "zh"),
        ("我々は新しい学習方法を提案する。", "ja"),
        ("Мы показываем, что модель обучается.", "ru"),
        ("نظهر أن النموذج يتعلم من البيانات", "ar"),
        ("우리는 새로운 방법을 제안한다", "ko"),
        ("12345 6789", ""),
        ("", ""),
    ],
)
def test_language(text: str, code: str) -> None:
    assert language.detect(text) == code


@given(st.text(max_size=80))
def test_language_never_raises(text: str) -> None:
    language.detect(text)
