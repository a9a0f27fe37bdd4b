"""Cleaning of text as sources send it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.text import markup

MARKUP_LIKE = st.text(alphabet="<>&;#/ab xlt=\"'!-[]p\x00\n\u202e\u2028 0", max_size=60)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain text", "plain text"),
        ("  two\n lines\t", "two lines"),
        ("p < 0.05 and n > 3", "p < 0.05 and n > 3"),
        ("a <b and c> d", "a <b and c> d"),
        ("AT&T &amp; others", "AT&T & others"),
        ("&amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;", "bold"),
        ("<jats:title>Abstract</jats:title><jats:p>We show it.</jats:p>", "We show it."),
        ("<jats:title>Results</jats:title><jats:p>It holds.</jats:p>", "Results: It holds."),
        ("H<sub>2</sub>O and x<sup>2</sup>", "H2O and x2"),
        ("before<script>alert(1)</script>after", "before after"),
        ("an open <script>alert(1)", "an open"),
        ('<a href="https://a.b">link</a>', "link"),
        ("nul\x00byte and \u202eturned", "nulbyte and turned"),
        ("caf&eacute; &#233; &#xe9;", "café é é"),
        ("one<br/>two", "one two"),
    ],
)
def test_clean(raw: str, clean: str) -> None:
    assert markup.clean(raw) == clean


@given(st.one_of(st.text(max_size=80), MARKUP_LIKE))
def test_clean_is_idempotent_and_printable(text: str) -> None:
    cleaned = markup.clean(text)
    assert markup.clean(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in cleaned)


@given(MARKUP_LIKE)
def test_no_script_survives(inner: str) -> None:
    assert "<script>" not in markup.clean(f"a{inner}<script>b{inner}").lower()
