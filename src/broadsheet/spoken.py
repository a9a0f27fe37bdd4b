"""Sentences that are kept and shown later, said in the language of whoever reads (``languages.py`` has the languages).

A reason is chosen once for many readers and stored with its day. :class:`Said` is such a sentence: a text in English,
which is what is compared, stored and handed to programs, that also knows its kind and its parts, so that it can be
spoken anew in another language. Every room may use this; none of it asks the clock or the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

from django.utils.translation import gettext, override
from markupsafe import Markup, escape

from . import languages

Speaker = Callable[..., str]
_speakers: dict[str, Speaker] = {}


class Said(str):
    """A sentence in English that knows its ``kind`` and ``parts``. As HTML it speaks the language of the moment."""

    __slots__ = ("kind", "parts")
    kind: str
    parts: tuple[Any, ...]

    def __new__(cls, text: str, kind: str, parts: Sequence[Any] = ()) -> Said:
        """``text``: the sentence in English; ``parts``: texts, numbers and sentences, as its speaker takes them."""
        made = super().__new__(cls, text)
        made.kind, made.parts = kind, tuple(parts)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """For copies."""
        return Said, (str(self), self.kind, self.parts)

    @property
    def spoken(self) -> str:
        """The sentence in the language of the moment; in English as it was written, whatever came to be known since."""
        if languages.active() == languages.SOURCE or (speak := _speakers.get(self.kind)) is None:
            return str(self)
        return speak(*self.parts)

    def __html__(self) -> Markup:
        """What templates print: spoken and escaped."""
        return escape(self.spoken)


def spoken(text: str) -> str:
    """A text in the language of the moment, if it knows how to be spoken; else as it is."""
    return text.spoken if isinstance(text, Said) else text


def sentence(kind: str) -> Callable[[Callable[..., str]], Callable[..., Said]]:
    """Make a function that says something into one that returns it as :class:`Said`.

    ``kind`` names it in what is stored, so it stays for ever; the function takes its parts in a fixed order, to which
    later versions may only add ones with a default. Parts are texts, numbers, tuples of these, and other sentences.
    Sentences are kept by their parts: a front page is chosen anew at each vote and says mostly the same again.
    """
    def known(speak: Speaker) -> Callable[..., Said]:
        _speakers[kind] = speak

        @lru_cache(maxsize=4096, typed=True)
        @wraps(speak)
        def said(*parts: Any) -> Said:
            if languages.active() == languages.SOURCE:
                return Said(speak(*parts), kind, parts)
            with override(languages.SOURCE):
                return Said(speak(*parts), kind, parts)

        return said

    return known


def as_json(text: str) -> list[Any] | None:
    """What a sentence is made of, for a stored row; None for a plain text."""
    if not isinstance(text, Said):
        return None
    return [text.kind, *(_stored(part) for part in text.parts)]


def of_json(text: str, made_of: Sequence[Any] | None) -> str:
    """The sentence that a row holds: its text and what :func:`as_json` gave. Rows of before have the text alone."""
    if not made_of or made_of[0] not in _speakers:
        return text
    return Said(text, str(made_of[0]), [_read(part) for part in made_of[1:]])


def _stored(part: Any) -> Any:
    if isinstance(part, Said):
        return {"text": str(part), "said": as_json(part)}
    return [_stored(one) for one in part] if isinstance(part, (list, tuple)) else part


def _read(part: Any) -> Any:
    if isinstance(part, dict):
        return of_json(part["text"], part["said"])
    return tuple(_read(one) for one in part) if isinstance(part, list) else part


@sentence("message")
def _message(template: str, *pairs: Any) -> str:
    values = dict(zip(pairs[::2], map(spoken, pairs[1::2]), strict=True))
    return gettext(template).format(**values)


def message(template: str, **values: Any) -> Said:
    """A sentence for which no function is worth writing: ``template``, marked by ``gettext_noop``, and its values.

    May be called while modules are loaded: English needs no catalogue.
    """
    parts = tuple(part for pair in values.items() for part in pair)
    return Said(template.format(**values), "message", (template, *parts))


@sentence("one after the other")
def in_a_row(*sentences: str) -> str:
    """Several sentences, those that are empty left out."""
    return " ".join(spoken(one) for one in sentences if one)
