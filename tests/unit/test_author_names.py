"""Names of authors as people type them, against names as papers print them."""

from __future__ import annotations

import pytest

from broadsheet.search.author_names import meets, patterns, reading


@pytest.mark.parametrize("typed", ["Hinton, G", "Hinton, G.", "G. Hinton", "Hinton G", "hinton g", "g hinton"])
@pytest.mark.parametrize("printed", ["Geoffrey Hinton", "Geoffrey E. Hinton", "G. E. Hinton", "G. Hinton",
                                     "Hinton Geoffrey", "Hinton, Geoffrey"])
def test_an_initial_stands_for_every_first_name_it_begins(typed: str, printed: str) -> None:
    assert meets(printed, typed)


@pytest.mark.parametrize(("typed", "printed"), [
    ("Hinton, G", "Samuel Hinton"), ("Hinton, G", "Geoffrey Hintonson"), ("Hinton, GE", "Geoffrey Hinton"),
    ("Geoffrey Hinton", "G. Hinton"), ("Geoffrey Hinton", "Geoff Hinton"), ("Li, M", "Li Wei"),
])
def test_what_is_another_name(typed: str, printed: str) -> None:
    assert not meets(printed, typed)


@pytest.mark.parametrize(("typed", "printed"), [
    ("Hinton, GE", "Geoffrey Everest Hinton"), ("Hinton GE", "G. E. Hinton"), ("hinton g e", "Geoffrey E. Hinton"),
    ("Hinton, Geoffrey", "Geoffrey E. Hinton"), ("van den Oord, A", "Aäron van den Oord"),
    ("J.-P. Serre", "Jean-Pierre Serre"), ("Müller", "Jürgen Muller"), ("lovelace", "Ada Lovelace"),
    ("Ada King, Lovelace", "Lovelace Ada King"),
])
def test_further_ways_to_write_a_name(typed: str, printed: str) -> None:
    assert meets(printed, typed)


def test_a_name_without_words_asks_for_nobody() -> None:
    assert patterns("...") == []
    assert not meets("Ada Lovelace", "...")
    assert reading("") == ([], [])
