"""Search as a reader meets it: what stands first, what counts, what is said of it, what is never shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support import papers

from broadsheet import config
from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError
from broadsheet.search import service, status, words
from broadsheet.search.follower import Follower
from broadsheet.search.rebuild import rebuild

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 5, 12)
TEXTS = (
    ("Graph attention for citation networks", "We weigh neighbours of a node by learned attention."),
    ("Protein folding with diffusion models", "A diffusion model proposes the shape of a protein. It is fast."),
    ("Self-supervised speech recognition", "Speech models learn from audio without labels."),
    ("A survey of graph neural networks", "This survey orders graph neural networks by their aggregation."),
    ("GAN training made stable", "A generative adversarial network (GAN) is trained with a gradient penalty."),
    ("Étude d'un réseau de neurones", "Nous étudions les réseaux de neurones pour le français."),
    ("The gan dialect of the south", "Tones of the gan dialect in six villages, with graph-like maps."),
    ("Robust <b>markup</b> & attention", "Attention to <script>alert(1)</script> in abstracts."),
)


class Library:
    """A small catalogue with its index."""

    def __init__(self, directory: Path) -> None:
        self.rows = [papers.add(number, *text) for number, text in enumerate(TEXTS, 1)]
        self.directory = directory
        self.follower = Follower(directory / "index")
        self.catch_up()

    def catch_up(self) -> None:
        """Let the index follow every change."""
        while self.follower.step():
            continue

    def find(self, text: str, **options: object) -> service.Result:
        """Search by words unless told otherwise."""
        return service.search(text, today=TODAY, **{"mode": "words", **options})  # type: ignore[arg-type]

    def titles(self, text: str, **options: object) -> list[str]:
        """Titles of sure hits in order."""
        return [hit.title for hit in self.find(text, **options).hits if hit.sure]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Eight papers, indexed."""
    told = SimpleNamespace(index_dir=tmp_path / "index", model_dir=None)
    monkeypatch.setattr(config, "current", lambda: told)
    monkeypatch.setattr(service, "_embedder", service.Embedder(full=False))
    return Library(tmp_path)


def test_total_counts_papers_with_all_words(library: Library) -> None:
    found = library.find("graph attention")
    assert found.total == 1
    assert found.hits[0].title == TEXTS[0][0]
    assert found.hits[0].why == "title: graph, attention; abstract: attention"
    below = [hit for hit in found.hits if not hit.sure]
    assert any("lacks: attention" in hit.why for hit in below)


def test_words_are_stemmed_and_folded(library: Library) -> None:
    assert TEXTS[3][0] in library.titles("network graphs")
    assert library.titles("reseaux neurone") == [TEXTS[5][0]]
    assert library.titles("selfsupervised") == [TEXTS[2][0]]


def test_quoted_words_are_literal(library: Library) -> None:
    assert library.titles('"GAN"') == [TEXTS[4][0]]
    assert library.titles('"graph neural networks"') == [TEXTS[3][0]]
    assert library.titles('"networks graph"') == []


def test_minus_and_fields_narrow_every_mode(library: Library) -> None:
    for mode in ("words", "meaning", "hybrid"):
        found = library.find("graph -survey", mode=mode)
        assert TEXTS[3][0] not in [hit.title for hit in found.hits]
    assert library.find("author:lovelace").total == len(TEXTS)
    assert library.find("cat:cs").total == len(TEXTS)
    assert library.find("graph author:nobody", mode="hybrid").hits == ()
    assert library.find("graph before:2026-01", mode="hybrid").hits == ()


@pytest.mark.parametrize("mode", ["words", "meaning", "hybrid"])
@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_pasted_title_finds_its_paper_first(library: Library, mode: str, number: int) -> None:
    found = library.find(TEXTS[number][0].upper() if number < 5 else TEXTS[number][0], mode=mode)
    assert found.hits[0].row == library.rows[number]
    assert found.hits[0].sure


@pytest.mark.parametrize("text", ["2605.00003", "https://arxiv.org/abs/2605.00003v2", "id:2605.00003"])
def test_an_identifier_finds_its_paper(library: Library, text: str) -> None:
    assert [hit.row for hit in library.find(text).hits] == [library.rows[2]]


def test_a_slip_of_the_finger_is_forgiven(library: Library) -> None:
    found = library.find("protien folding")
    assert found.hits[0].title == TEXTS[1][0]
    assert found.suggestions == ("protein folding",)


def test_popularity_moves_nothing(library: Library) -> None:
    before = [hit.row for hit in library.find("graph networks", mode="hybrid").hits]
    Paper.objects.filter(id=library.rows[6]).update(imported_votes=9999)
    papers.edit(library.rows[6], TEXTS[6][0])
    library.catch_up()
    library.follower.close()
    rebuild(library.directory / "index")  # a changed paper moves the counts that BM25 rests on until segments merge
    assert [hit.row for hit in library.find("graph networks", mode="hybrid").hits] == before


def test_what_is_hidden_leaves_hits_and_counts(library: Library) -> None:
    assert library.find("graph").total == 3
    papers.set_state(library.rows[3], Paper.State.HIDDEN)
    library.catch_up()
    found = library.find("graph", mode="hybrid")
    assert found.total == 2
    assert library.rows[3] not in [hit.row for hit in found.hits]
    assert dict(found.facets["year"])["2026"] == 2


def test_snippets_are_safe_and_marked(library: Library) -> None:
    hit = library.find("attention abstracts").hits[0]
    assert "<script" not in hit.snippet_html
    assert "<mark>Attention</mark>" in hit.snippet_html


def test_the_nearest_sentence_is_the_reason_of_a_hit_by_meaning(library: Library) -> None:
    found = library.find("three-dimensional structure of biomolecules", mode="hybrid")
    assert found.total == 0
    assert any("nearest sentence:" in hit.why for hit in found.hits)


def test_similar_papers_leave_out_the_paper_itself(library: Library) -> None:
    near = service.similar(library.rows[0], 3)
    assert library.rows[0] not in near
    assert library.rows[3] in near


def test_readers_filters_narrow(library: Library) -> None:
    own = service.ReaderFilters(without=("survey",), hidden=(library.rows[0],))
    rows = [hit.row for hit in library.find("graph", mode="hybrid", reader_filters=own).hits]
    assert library.rows[0] not in rows
    assert library.rows[3] not in rows
    assert library.rows[6] in rows


def test_paging_covers_the_list_once(library: Library) -> None:
    whole = [hit.row for hit in library.find("graph", mode="hybrid").hits]
    pages = [library.find("graph", mode="hybrid", limit=2, offset=at).hits for at in range(0, len(whole), 2)]
    paged = [hit.row for page in pages for hit in page]
    assert paged == whole


def test_empty_and_odd_questions_are_answered(library: Library) -> None:
    for text in ("", "   ", "the of", '"', "-", "since:x", "(((", "😀", "a" * 5000, "\x00", "cat:", "-graph"):
        library.find(text, mode="hybrid")
    assert library.find("").total == 0


def test_wrong_use_is_refused(library: Library) -> None:
    with pytest.raises(UsageError):
        library.find("graph", mode="guess")


def test_words_that_no_index_holds_find_nothing(library: Library) -> None:
    for text in ("x" * 300, '"' + "y" * 300 + '"'):
        assert library.find(text, mode="hybrid").total == 0
        assert library.find(text, mode="hybrid").hits == ()


def test_reasons_name_quoted_words_and_authors(library: Library) -> None:
    assert 'title: "graph neural networks"' in library.find('"graph neural networks"').hits[0].why
    assert library.find("author:lovelace").hits[0].why == "by Ada Lovelace"


def test_a_word_read_as_another_is_marked_where_it_was_found(library: Library) -> None:
    hit = library.find("protien").hits[0]
    assert hit.sure
    assert hit.why == "title: protien; abstract: protien"
    assert "<mark>protein</mark>" in hit.snippet_html


def test_an_author_is_offered_for_a_bare_name(library: Library) -> None:
    assert library.find("Ada Lovelace").suggestions == ('author:"Ada Lovelace"',)
    assert library.find("graph attention").suggestions == ()


def test_votes_and_sources_narrow(library: Library) -> None:
    Paper.objects.filter(id=library.rows[3]).update(imported_votes=12)
    papers.edit(library.rows[3], TEXTS[3][0])
    library.catch_up()
    assert library.find("graph").facets["votes"] == [("10", 1), ("1", 1)]
    assert library.find("graph votes:10").total == 1
    assert library.find("graph -votes:10").total == 2
    assert library.find("graph source:arXiv").total == 3
    assert library.find("graph source:pubmed").total == 0


def test_initials_find_authors_however_their_names_are_printed(library: Library) -> None:
    Paper.objects.filter(id=library.rows[0]).update(authors=[{"name": "Geoffrey E. Hinton"}])
    Paper.objects.filter(id=library.rows[1]).update(authors=[{"name": "Hinton, Geoffrey"}, {"name": "Samuel Becker"}])
    Paper.objects.filter(id=library.rows[2]).update(authors=[{"name": "Samuel Hinton"}, {"name": "Grace Lee"}])
    for row in library.rows[:3]:
        papers.edit(row, Paper.objects.get(id=row).title)
    library.catch_up()
    for typed in ('author:"Hinton, G"', 'author:"G. Hinton"', 'author:"Hinton G"', 'author:"hinton g"'):
        assert {hit.row for hit in library.find(typed).hits} == set(library.rows[:2]), typed
    assert {hit.row for hit in library.find('author:"Hinton, GE"').hits} == {library.rows[0]}
    assert library.find('author:"Hinton, G"').hits[0].why.startswith("by Geoffrey")
    assert library.find('author:"Hinton, S"').total == 1


def test_an_index_of_an_earlier_version_narrows_by_source_and_says_what_it_lacks(
        library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status.status(config.current().index_dir).sources
    monkeypatch.setattr(words, "has_sources", lambda snapshot: False)
    found = library.find("graph source:arXiv")
    assert found.total == 3
    assert "source" not in found.facets
    assert found.facets["year"]
    assert not status.status(config.current().index_dir).sources
