"""How text becomes terms: the same rules when indexing and when asking."""

from __future__ import annotations

from datetime import date

import pytest
import tantivy

from broadsheet.catalogue.documents import IndexDoc
from broadsheet.search import schema

PAPER = IndexDoc(
    row=7, key="K000000007", title="Self-supervised GANs for café scenes", abstract="We train state-of-the-art models.",
    authors=("Jürgen Müller-Lüdenscheidt", "Ada Lovelace"), identifiers=(("arxiv", "2605.00001"),),
    categories=("cs.CL", "q-bio.NC"), topics=("Machine translation",), organisation="Max Planck Society",
    venue="ACL", published="2026-05-12", edition_day=date(2026, 5, 12), language="en", votes=3, comments=1,
    text_hash=b"0" * 16,
)


def index_of(*docs: IndexDoc) -> tuple[object, object]:
    """A searcher over an index in memory, and its schema."""
    built = schema.build()
    index = tantivy.Index(built)
    schema.register(index)
    writer = index.writer(15_000_000, 1)
    for doc in docs:
        writer.add_document(schema.document(doc))
    writer.commit()
    index.reload()
    return index.searcher(), built


def count(field: str, value: object, *docs: IndexDoc) -> int:
    """Hits of one term."""
    searcher, built = index_of(*docs)
    option = "basic" if field in {schema.F_CATEGORY, schema.F_IDENTIFIER} else "freq"
    return int(searcher.search(tantivy.Query.term_query(built, field, value, option), 10).count)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (schema.F_TITLE, "supervis"), (schema.F_TITLE, "selfsupervis"), (schema.F_TITLE, "gan"),
        (schema.F_TITLE, "cafe"),
        (schema.F_ABSTRACT, "stateoftheart"), (schema.F_TITLE_EXACT, "GANs"), (schema.F_AUTHORS, "muller"),
        (schema.F_AUTHORS, "ludenscheidt"), (schema.F_IDENTIFIER, "arxiv:2605.00001"),
        (schema.F_IDENTIFIER, "2605.00001"),
        (schema.F_CATEGORY, "cs.cl"), (schema.F_CATEGORY, "cs"), (schema.F_CATEGORY, "q-bio"),
        (schema.F_TOPIC, "translation"), (schema.F_ORGANISATION, "planck"), (schema.F_YEAR, 2026),
        (schema.F_TITLE_HASH, schema.title_hash("self supervised GANs for CAFE scenes!")),
    ],
)
def test_a_paper_is_found_by(field: str, value: object) -> None:
    assert count(field, value, PAPER) == 1


@pytest.mark.parametrize(("field", "value"), [(schema.F_TITLE_EXACT, "gans"), (schema.F_CATEGORY, "cl")])
def test_a_paper_is_not_found_by(field: str, value: object) -> None:
    assert count(field, value, PAPER) == 0


def test_two_authors_are_not_one_phrase() -> None:
    searcher, built = index_of(PAPER)
    found = [
        searcher.search(tantivy.Query.phrase_query(built, schema.F_AUTHORS, words), 5).count  # type: ignore[attr-defined]
        for words in (["ada", "lovelace"], ["ludenscheidt", "ada"])
    ]
    assert found == [1, 0]


def test_a_quoted_phrase_keeps_the_case_of_acronyms_only() -> None:
    assert schema.exact_pattern("GAN") == "GAN"
    assert schema.exact_pattern("neural") == "(neural|Neural|NEURAL)"
    searcher, built = index_of(PAPER)
    words = [schema.exact_pattern(term) for term in schema.exact("self-supervised GANs")]
    query = tantivy.Query.regex_phrase_query(built, schema.F_TITLE_EXACT, words)
    assert searcher.search(query, 5).count == 1  # type: ignore[attr-defined]


def test_chinese_falls_into_pairs_on_both_sides() -> None:
    assert schema.exact("基于深度学习") == ["基于", "于深", "深度", "度学", "学习"]
    assert schema.stems("深度 learning") == ["深度", "learn"]


def test_languages_have_stemmers_of_their_own() -> None:
    assert "reseau" in schema.stems("les réseaux", "fr")
    assert schema.stem_variants("réseaux", ["fr"]) == ("reseaux", "reseau")


def test_a_title_is_the_same_without_case_accents_and_marks() -> None:
    assert schema.title_hash("Étude: the C-elegans") == schema.title_hash("etude the c elegans")
    assert schema.title_hash("!!!") == 0
    assert schema.title_hash("a" * 10_000) < 1 << 63


def test_days_of_partial_dates() -> None:
    assert schema.day_number("2026-05-12") == date(2026, 5, 12).toordinal()
    assert schema.day_number("2026") == date(2026, 1, 1).toordinal()
    assert schema.day_number("") == schema.day_number("2025-13-40") == 0
