"""LaTeX of titles and abstracts: to Unicode, to words, to HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.text import latex

TEX_LIKE = st.text(alphabet="\\{}$^_~\"'`a bcHvuilo&%#<>()[]0", max_size=60)


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"G{\"o}del", "Gödel"),
        (r"G\"odel and M\"{u}ller", "Gödel and Müller"),
        (r"Erd\H{o}s", "Erdős"),
        (r"\v{S}koda, \v Skoda", "Škoda, Škoda"),
        (r"na{\"\i}ve, na\"{\i}ve", "naïve, naïve"),
        (r"{\L}ukasz \O{} \o re", "Łukasz Ø øre"),
        (r"\c{c}a, \'{e}t\'e", "ça, été"),
        (r"Stra{\ss}e and \aa ngstr\"om", "Straße and ångström"),
        (r"A \textbf{bold \emph{claim}}", "A bold claim"),
        (r"{\it old} style", "old style"),
        (r"R\&D at 100\%, \#1", "R&D at 100%, #1"),
        (r"\href{https://a.b}{here}", "here"),
        (r"``quoted''", "“quoted”"),
        (r"$x^{2}$ and {B}races", "$x^{2}$ and Braces"),
        (r"$\alpha\'e$ stays", r"$\alpha\'e$ stays"),
        (r"an \unknown{thing}", r"an \unknown{thing}"),
        (r"2\sigma levels, \ie few", "2σ levels, i.e. few"),
        ("no TeX at all", "no TeX at all"),
    ],
)
def test_to_unicode(tex: str, text: str) -> None:
    assert latex.to_unicode(tex) == text


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"The $\alpha$-decay of $^{12}C$", "The alpha-decay of 12C"),
        (r"$\mathcal{O}(n^2)$ time", "O(n2) time"),
        (r"$\sim$3 Gyr", "3 Gyr"),
        (r"$\mathrm{SU}(2)$ gauge", "SU(2) gauge"),
        ("plain words", "plain words"),
        (r"\textsc{Name}: a {C}orpus", "Name: a Corpus"),
    ],
)
def test_to_words(tex: str, words: str) -> None:
    assert latex.to_words(tex) == words


def test_to_html_draws_formulas() -> None:
    drawn = latex.to_html(r"a < b when $x_1^2 \le \frac{1}{2}$ & more")
    assert drawn.startswith("a &lt; b when <math")
    assert drawn.endswith("</math> &amp; more")
    assert "\\" not in drawn


@pytest.mark.parametrize(
    "tex",
    [r"$\foo{x}$", r"$\frac{1}{$", "$x", r"\begin{tabular}x", r"$\href{javascript:alert(1)}{x}$", r"5~km \cite{x}",
     r"$\text{<script>alert(1)</script>}$", r"\(a\) and \[b\]", r"price $5 and $6", "${\\cal L}$", r"$\unknown$"],
)  # fmt: skip
def test_to_html_never_shows_tex(tex: str) -> None:
    drawn = latex.to_html(tex)
    assert "\\" not in drawn
    assert "<script" not in drawn
    assert "javascript:" not in drawn or "href" not in drawn


@given(st.one_of(st.text(max_size=60), TEX_LIKE))
def test_to_unicode_never_raises_and_settles(text: str) -> None:
    once = latex.to_unicode(text)
    assert latex.to_unicode(once) == once


@given(st.one_of(st.text(max_size=60), TEX_LIKE))
def test_to_html_is_safe(text: str) -> None:
    drawn = latex.to_html(text)
    assert "<script" not in drawn
    assert "\\" not in drawn


@given(TEX_LIKE)
def test_to_words_has_no_tex(text: str) -> None:
    words = latex.to_words(text)
    assert "\\" not in words
    assert "{" not in words


@pytest.mark.parametrize("piece", ["$", "$ x=y ", "\\(", "\\[", "\\textbf{", "{", "<", "&", "$$a"])
def test_long_broken_text_costs_little(piece: str) -> None:
    """Ten thousand characters that open and never close: what a hostile title looks like."""
    text = piece * (10_000 // len(piece))
    latex.to_html(text)
    latex.to_words(text)


@pytest.mark.parametrize(
    ("tex", "drawn"),
    [
        ("J1712$-$2435", "J1712−2435"),
        ("any M$>$5 source", "any M&gt;5 source"),
        (r"5$\times$10 km", "5×10 km"),
        ("RR~Lyrae at z~5", "RR\u00a0Lyrae at z~5"),
        ("the Lempel--Ziv scheme", "the Lempel–Ziv scheme"),
        ("from $200k to $300k", "from $200k to $300k"),
        (r"10\,km", "10 km"),
        ('it\'s an "old" one', "it’s an “old” one"),
    ],
)
def test_to_html_of_habits(tex: str, drawn: str) -> None:
    assert latex.to_html(tex) == drawn


def test_to_html_sets_what_follows_a_formula() -> None:
    assert latex.to_html("$x$'s value").endswith("</math>’</span>s value")
    assert latex.to_html("$x$ and $y$, too").count('<span class="nb">') == 1
    assert latex.to_html("the '$x$ y'").startswith("the ‘<math")


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("on $K$ and $V$", "on K and V"),
        (r"$x_1^2 \le \frac{1}{2}$", "x₁² ≤ 1/2"),
        ("J1712$-$2435", "J1712−2435"),
        ("plain $5 and $6", "plain $5 and $6"),
        (r"the {\it old} $\alpha$-decay", "the old α-decay"),
    ],
)
def test_readable(tex: str, text: str) -> None:
    assert latex.readable(latex.to_unicode(tex)) == text
