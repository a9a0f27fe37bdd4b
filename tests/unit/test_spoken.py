"""Sentences that are kept: English is what is stored and compared, other languages are spoken from the parts."""

from __future__ import annotations

import copy
import json

import pytest
from django.utils.translation import get_language, ngettext, override
from markupsafe import escape

from broadsheet import spoken
from broadsheet.spoken import Said, sentence


@sentence("test greeting")
def _greeting(name: str, count: int, inner: str = "") -> str:
    if get_language() == "de":
        said = f"{name} hat {count} " + ("Stimme" if count == 1 else "Stimmen")
    else:
        said = ngettext("{name} has {count} vote", "{name} has {count} votes", count).format(name=name, count=count)
    return f"{said} ({spoken.spoken(inner)})" if inner else said


def test_a_sentence_is_english_text_and_speaks_other_languages() -> None:
    said = _greeting("Ada <b>", 2)
    assert said == "Ada <b> has 2 votes" and json.dumps(said) == '"Ada <b> has 2 votes"'
    assert spoken.spoken(said) == said and spoken.spoken("plain") == "plain"
    with override("de"):
        assert said == "Ada <b> has 2 votes", "what is compared and stored does not move"
        assert spoken.spoken(said) == "Ada <b> hat 2 Stimmen"
        assert escape(said) == "Ada &lt;b&gt; hat 2 Stimmen", "as HTML it speaks, escaped"
    assert escape(said) == "Ada &lt;b&gt; has 2 votes"


def test_made_in_another_language_it_is_stored_in_english() -> None:
    with override("de"):
        said = _greeting("Bob", 1)
        assert said == "Bob has 1 vote" and spoken.spoken(said) == "Bob hat 1 Stimme"
        assert get_language() == "de"


def test_what_it_is_made_of_goes_through_a_row_and_back() -> None:
    said = _greeting("Cyn", 3, _greeting("Dan", 1))
    row = json.loads(json.dumps({"text": said, "said": spoken.as_json(said)}))
    again = spoken.of_json(row["text"], row["said"])
    assert isinstance(again, Said) and again == said == "Cyn has 3 votes (Dan has 1 vote)"
    with override("de"):
        assert spoken.spoken(again) == "Cyn hat 3 Stimmen (Dan hat 1 Stimme)"
    assert isinstance(copy.deepcopy(said), Said)


@pytest.mark.parametrize("made_of", [None, [], ["a kind that no version knows", 1]])
def test_old_and_strange_rows_stay_readable(made_of: list[object] | None) -> None:
    with override("de"):
        assert spoken.spoken(spoken.of_json("9 votes in your group", made_of)) == "9 votes in your group"


def test_a_stored_sentence_keeps_its_words_when_the_wording_changes() -> None:
    stored = spoken.of_json("Ada got 2 votes", ["test greeting", "Ada", 2])
    assert escape(stored) == "Ada got 2 votes"
    with override("de"):
        assert escape(stored) == "Ada hat 2 Stimmen"
