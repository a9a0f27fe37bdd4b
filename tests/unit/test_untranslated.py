"""Templates hold no words of their own: what people read, in the text or in an attribute, comes through gettext.

A template is read by Jinja's own lexer; what it writes out itself is looked at as HTML. What stands inside braces is
Python-like and is held by :mod:`tests.functional.test_pseudo_language`, which looks at finished pages.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "broadsheet"
TEMPLATES = sorted(PACKAGE.glob("**/templates/**/*.jinja"))
ATTRIBUTES = {"title", "aria-label", "aria-description", "placeholder", "alt", "label", "summary"}
SILENT = {"style", "script", "code", "kbd", "samp", "pre"}
# Names and signs that are the same in every language.
NAMES = {"Broadsheet", "BibTeX", "JSON", "OPML", "DOI", "arXiv", "RSS", "Atom", "JSON Feed", "cs.CV", "astro-ph", "PDF",
         "API", "UTC", "OpenAPI", "v", "Hugging Face", "Enter", "MB", "Slack", "ntfy", "Webhook", "http", "https"}
_WORD = re.compile(r"[^\W\d_]{2,}")


def written(source: str) -> str:
    """What a template writes out itself; each tag of Jinja's is a mark, what is inside `trans` is gone."""
    out, names, silent = [], [], 0
    for _line, kind, value in Environment().lex(source):
        if kind == "block_begin":
            names = [""]
        elif kind == "name" and names:
            names.append(value)
        elif kind in {"block_end", "variable_end"}:
            silent = _silence(names[1:], silent)
            names = []
            out.append("\x00")
        elif kind == "data" and not silent:
            out.append(value)
    return re.sub(r"<[a-zA-Z/][^<>]*>", lambda tag: tag[0].replace("\x00", " "), "".join(out))


def _silence(names: list[str], silent: int) -> int:
    """How deep inside `trans`, or inside a block that holds attributes, the next text stands."""
    verb = names[0] if names else ""
    if silent:
        return silent + {"trans": 1, "block": 1, "endtrans": -1, "endblock": -1}.get(verb, 0)
    return int(verb == "trans" or (verb == "block" and names[1] in {"body_class", "main_attrs"}))


class Words(HTMLParser):
    """Collects text nodes and the attributes that people read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent.append(tag)
        for name, value in attrs:
            if name in ATTRIBUTES or (name == "value" and tag == "input" and ("type", "submit") in attrs):
                self.say(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.say(data)

    def say(self, text: str) -> None:
        """Keep what holds a word that is no name."""
        for part in text.split("\x00"):
            plain = " ".join(re.sub(r'[\w-]+="[^"]*"?', " ", part).split())  # attributes written by a macro
            left = re.sub(r"(?<!\S)/[\w/.-]*", " ", plain)  # an address of the site
            for name in sorted(NAMES, key=len, reverse=True):
                left = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", left)
            if _WORD.search(left):
                self.found.append(plain)


def words_of(source: str, plain: bool = False) -> list[str]:
    """What a template says without gettext; ``plain``: it is no HTML."""
    reader = Words()
    text = written(source)
    if plain:
        reader.say(text)
    else:
        # A quotation mark inside a tag of Jinja's is gone by now; attributes that held one stay whole.
        reader.feed(text)
        reader.close()
    return reader.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_template_says_nothing_without_gettext(path: Path) -> None:
    assert words_of(path.read_text("utf-8"), plain=".txt" in path.name) == []


def test_the_reader_of_templates_finds_what_it_is_to_find() -> None:
    found = words_of(
        '{# Note #}<p title="A hint">Read <b>{{ name }}</b> now</p>{% if x %}<input placeholder="Type here">{% endif %}'
        '{{ _("Fine") }}{% trans %}Fine too{% endtrans %}<code>broadsheet start</code>'
        '<a aria-label="{{ _("x") }}"{% if y %} class="two words"{% endif %}>DOI</a>'
        '<style>p { color: red }</style><button value="vote:{{ key }}">Vote</button>')
    assert found == ["A hint", "Read", "now", "Type here", "Vote"]
    assert words_of("Dear {{ name }},\n{{ _('all') }}", plain=True) == ["Dear"]
