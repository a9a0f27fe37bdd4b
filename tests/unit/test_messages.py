"""The catalogues: complete, compiled, true to the source; and each translation keeps what the program fills in."""

from __future__ import annotations

import re
from functools import cache

import pytest

pytest.importorskip("babel", reason="Babel gathers the texts; it comes with the dev extra")

from babel.messages.catalog import Catalog, Message
from tools import messages

from broadsheet.config import LANGUAGES

_FILLED = re.compile(r"%\(\w+\)[sd]|\{[^{}]*\}|%%|</?[a-z]+[^>]*>|`[^`]+`")
# A count that words say ("another paper", "the one paper") may be left out of the form for one.
_COUNTS = {"{count}", "{others}", "{minutes}", "{number}"}


@cache
def gathered() -> Catalog:
    return messages.gathered()


@cache
def stored(language: str) -> Catalog:
    return messages.stored(language)


def key(message: Message) -> tuple[str, ...]:
    forms = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    return (message.context or "", *forms)


def pairs(message: Message) -> list[tuple[str, str]]:
    """(English, translation) of each form."""
    if isinstance(message.id, (list, tuple)):
        return [(message.id[min(place, 1)], text) for place, text in enumerate(message.string)]
    return [(message.id, str(message.string))]


def test_every_language_but_the_sources_has_a_catalogue() -> None:
    assert set(messages.languages()) == set(LANGUAGES) - {"en"}
    assert len(list(messages.texts(gathered()))) > 2000, "the texts of the interface were found"


@pytest.mark.parametrize("language", messages.languages())
def test_a_catalogue_has_exactly_the_texts_of_the_source(language: str) -> None:
    """A text that is new, changed or gone is seen here: `make messages` brings the catalogue up, then translate."""
    source = {key(one) for one in messages.texts(gathered())}
    have = {key(one) for one in messages.texts(stored(language))}
    assert sorted(source - have) == [] and sorted(have - source) == []
    assert not stored(language).obsolete


@pytest.mark.parametrize("language", messages.languages())
def test_nothing_is_left_untranslated_or_uncertain(language: str) -> None:
    assert [one.id for one in messages.untranslated(stored(language))] == []


@pytest.mark.parametrize("language", messages.languages())
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    path = messages.path_of(language)
    assert path.with_suffix(".mo").read_bytes() == messages.as_mo(stored(language)), "`make messages` compiles it"
    assert path.read_bytes() == messages.as_po(stored(language)), "the file is as `make messages` writes it"


@pytest.mark.parametrize("language", messages.languages())
def test_translations_keep_names_marks_and_commands(language: str) -> None:
    wrong = []
    for message in messages.texts(stored(language)):
        plural = isinstance(message.id, (list, tuple))
        for english, text in pairs(message) if all(text for _, text in pairs(message)) else ():
            want, have = set(_FILLED.findall(english)), set(_FILLED.findall(text))
            if plural:  # a form may say the count in words
                want, have = want - _COUNTS, have - _COUNTS
            if want != have:
                wrong.append(f"{english!r} -> {text!r}: {want - have or ''} {have - want or ''}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", messages.languages())
def test_translations_end_as_the_source_does_and_stay_safe_in_attributes(language: str) -> None:
    wrong = []
    for message in messages.texts(stored(language)):
        for english, text in pairs(message):
            ends = re.search(r"[.:?!…]?\s*$", english), re.search(r"[.:?!…]?\s*$", text)
            same = not (ends[0] and ends[1]) or ends[0][0] == ends[1][0]
            if not same and english[-1:] not in ")”>}" and text[-1:] not in ").“":
                wrong.append(f"end: {english!r} -> {text!r}")
            if '"' in re.sub(r"<[^>]*>", "", text) and '"' not in re.sub(r"<[^>]*>", "", english):
                wrong.append(f'straight quotation mark, which ends an attribute: {text!r}')
            if text.strip("\n") != text.strip():
                wrong.append(f"space at an end: {text!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", messages.languages())
def test_the_script_finds_a_title_in_each_name_of_the_button(language: str) -> None:
    """static/broadsheet.js takes what follows the first colon and space for the title."""
    names = [text for one in messages.texts(stored(language)) for english, text in pairs(one)
             if english.endswith(": {title}") and ("Vote for" in english or "voted" in english)]
    assert len(names) == 4
    assert all(name.endswith(": {title}") and name.count(": ") == 1 for name in names), names
