"""Markdown as readers write it, rendered safely: CommonMark without raw HTML and images, with formulas and @names.

Rendering is done by markdown-it-py with HTML off; nh3 cleans the result once more (a second lock, not the first).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from broadsheet.text import folding, latex

MOST = 10_000  # characters of one comment or note
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_NAME = re.compile(r"(?<![\w@/.])@([^\W_](?:[\w-]{0,58}[^\W_])?)(?![\w@])")
_TAGS = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "h4", "h5", "h6", "del"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_DRAWN = re.compile("\ue000(\\d+)\ue001")


def tidy(text: str) -> str:
    """What was typed, without control characters and marks that reorder text, line ends as ``\\n``, trimmed."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\ue000", "").replace(
        "\ue001", "").strip()


def mentioned(text: str) -> list[str]:
    """Names after @ as they stand in addresses, each once, in order; whether such readers exist the caller asks."""
    return list(dict.fromkeys(folding.slug(name) for name in _NAME.findall(text)))[:20]


def render(text: str, names: Mapping[str, str] | None = None) -> str:
    """HTML of tidied Markdown. ``names``: address of the page of each @name that exists.

    Headings become small ones, images their text, links may not pass on rank. Formulas between dollar signs are
    drawn as MathML.
    """
    drawn: list[str] = []
    html = _parser().render(text, {"drawn": drawn, "names": dict(names or {})})
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"},
                      link_rel="nofollow ugc noopener")
    return _DRAWN.sub(lambda match: drawn[int(match[1])] if int(match[1]) < len(drawn) else "", clean).strip()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).disable("image").enable("strikethrough")
    parser.inline.ruler.before("escape", "formula", _formula_rule)
    parser.add_render_rule("formula", _draw)
    parser.add_render_rule("text", _text)
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    parser.add_render_rule("s_open", lambda *_: "<del>")
    parser.add_render_rule("s_close", lambda *_: "</del>")
    return parser


def _formula_rule(state: StateInline, silent: bool) -> bool:
    """``$x^2$`` or ``$$x^2$$``; a dollar before a blank or digit-after-dollar prices ("$5 and $6") stay text."""
    source, start = state.src, state.pos
    if source[start] != "$":
        return False
    sign = "$$" if source.startswith("$$", start) else "$"
    begin = start + len(sign)
    end = source.find(sign, begin)
    inner = source[begin:end] if end > 0 else ""
    after = source[end + len(sign):end + len(sign) + 1]
    if not inner.strip() or inner[0].isspace() or inner[-1].isspace() or after.isdigit():
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = inner
    state.pos = end + len(sign)
    return True


def _draw(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    env["drawn"].append(latex.formula(tokens[index].content))
    return f"\ue000{len(env['drawn']) - 1}\ue001"


def _text(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    text = str(tokens[index].content)
    inside = sum(token.type == "link_open" for token in tokens[:index]) > sum(
        token.type == "link_close" for token in tokens[:index])
    if inside or "@" not in text:
        return escape(text, quote=False)
    out, last = [], 0
    for match in _NAME.finditer(text):
        address = env["names"].get(folding.slug(match[1]))
        if address:
            out.append(escape(text[last:match.start()], quote=False))
            out.append(f'<a href="{escape(address)}">@{match[1]}</a>')
            last = match.end()
    return "".join(out) + escape(text[last:], quote=False)


def _heading(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    level = min(6, int(tokens[index].tag[1]) + 3)
    return f"<h{level}>" if tokens[index].nesting == 1 else f"</h{level}>"
