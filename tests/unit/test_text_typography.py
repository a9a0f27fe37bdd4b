"""Typewriter habits set as print: what is certain is changed, the rest stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.text.typography import typeset


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a -- b---c", "a – b—c"),
        ("pages 273--282", "pages 273–282"),
        ("tool --help now", "tool --help now"),
        ("--help", "--help"),
        ("----", "----"),
        ("21~cm and RR~Lyrae", "21\u00a0cm and RR\u00a0Lyrae"),
        ("Abell~754, Fig.~3", "Abell\u00a0754, Fig.\u00a03"),
        ("[O~iii]", "[O\u00a0iii]"),
        ("redshift~1, z~5, ~146,000, 40~60, z ~ 7", "redshift~1, z~5, ~146,000, 40~60, z ~ 7"),
        ("10^8 K and MVD^2", "10⁸ K and MVD²"),
        ("10^9.5 and x^n", "10^9.5 and x^n"),
        ("'dark' clouds", "‘dark’ clouds"),
        ("users' needs, O'Neil's", "users’ needs, O’Neil’s"),
        ("the '90s", "the ’90s"),
        ("5' UTR", "5′ UTR"),
        ("1''.6 wide", "1″.6 wide"),
        ("a ''full'' set", "a “full” set"),
        ('"More" -- the "rest"', "“More” – the “rest”"),
        ("http://a.org/~me", "http://a.org/~me"),
    ],
)
def test_typeset(typed: str, printed: str) -> None:
    assert typeset(typed) == printed
    assert typeset(printed) == printed


@given(st.text(alphabet="a1 '\"~-^{}.(\n", max_size=40))
def test_typeset_settles(text: str) -> None:
    once = typeset(text)
    assert typeset(once) == once
