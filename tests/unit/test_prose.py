"""Markdown of readers: what it may become, and what it may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from broadsheet.readers import prose


@pytest.mark.parametrize(("text", "found"), [
    ("**bold** and *this*", "<strong>bold</strong> and <em>this</em>"),
    ("# Loud", "<h4>Loud</h4>"),
    ("- one\n- two", "<li>one</li>"),
    ("~~gone~~", "<del>gone</del>"),
    ("[here](https://example.org/a)", 'href="https://example.org/a" rel="nofollow ugc noopener"'),
    ("costs $5 and $6", "costs $5 and $6"),
    ("`$x$`", "<code>$x$</code>"),
])
def test_markdown(text: str, found: str) -> None:
    assert found in prose.render(text)


def test_formulas_are_drawn_and_underscores_in_them_are_not_emphasis() -> None:
    made = prose.render("Let $a_1 + b_2$ and $c_3$ be")
    assert made.count("<math") == 2 and "<em>" not in made


@pytest.mark.parametrize("text", [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](https://e.org/p.png)",
    "[x](data:text/html,hi)", "<https://e.org/\"onmouseover=alert(1)>", "[x](https://e.org \"a\\\" onclick=b\")",
    "$\\href{javascript:alert(1)}{x}$", "$\\text{<script>alert(1)</script>}$", "\ue0000\ue001 $x$",
    "@<script> @ada\"><script>", "<math><mtext><script>alert(1)</script></mtext></math>",
])
def test_nothing_active_comes_through(text: str) -> None:
    _is_harmless(prose.render(prose.tidy(text), {"ada": "/readers/ada"}))


@given(st.text(alphabet=st.sampled_from(list("<>\"'&$\\{}[]()!@#*_`~:/ \najscripthfde=1\ue000\ue001")), max_size=80))
def test_no_text_makes_active_html(text: str) -> None:
    _is_harmless(prose.render(prose.tidy(text), {"ada": "/readers/ada"}))


def _is_harmless(made: str) -> None:
    allowed = {"a", "br", "blockquote", "code", "pre", "p", "em", "strong", "del", "ul", "ol", "li", "hr", "h4", "h5",
               "h6", "div", "span"}
    for element in html.fragment_fromstring(made, create_parent="div").iter():
        tag = str(element.tag)
        assert tag in allowed or tag == "math" or tag.startswith("m"), made
        for name, value in element.attrib.items():
            assert not name.startswith("on"), made
            if name in {"href", "src", "xlink:href"}:
                scheme = value.split("/")[0].partition(":")
                assert not scheme[1] or scheme[0].lower() in {"http", "https", "mailto"}, made


def test_mentions_lead_to_readers_who_exist() -> None:
    assert prose.mentioned("@ada, @ben-2 and a@b.org; (@cy) @ada") == ["ada", "ben-2", "cy"]
    made = prose.render("@ada and @ben", {"ada": "/readers/ada"})
    assert 'href="/readers/ada"' in made and ">@ada</a>" in made and "@ben" in made and "/readers/ben" not in made
