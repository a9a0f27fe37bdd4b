"""Finished pages hold no words but those of gettext and of the papers and people themselves.

All kinds of page are made in a language of this test, in which every text of gettext stands between marks. What people
read outside the marks must be data: rows of the database, names, addresses. Found so are words that a view or a
service writes without gettext, and sentences glued together where only a part is translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.utils import translation
from tests.attack import matrix
from tests.support import people
from tests.support.accounts import site as make_site

from broadsheet import config
from broadsheet.catalogue import site
from broadsheet.sources import presets
from broadsheet.web import limits, speaking
from broadsheet.web.middleware import ReaderMiddleware

pytestmark = pytest.mark.django_db
OPEN, SHUT = "⟦", "⟧"
LANGUAGE = "eo"  # any that is not ours: nothing kept in German or English is touched
ATTRIBUTES = {"title", "aria-label", "aria-description", "placeholder", "alt"}
SILENT = {"style", "script", "code", "kbd", "samp", "pre", "textarea"}
# What is the same in every language: names of programs, formats, services, units, and forms of identifiers.
NAMES = """Broadsheet BibTeX JSON OPML DOI arXiv RSS Atom Feed PDF API UTC OpenAPI Hugging Face OpenReview PubMed
    Crossref DataCite Semantic Scholar OpenAlex DBLP CVF HAL IEEE IJCAI PMLR ACL Anthology English Deutsch Esperanto
    Zotero MB Firefox Chrome Safari Linux Windows macOS Apprise MathML JabRef Mendeley""".split()  # noqa: SIM905 - as read
_WORD = re.compile(r"[^\W\d_]{2,}")
# Addresses, time zones, moments, numbers, categories such as cs.CV, versions.
_PLAIN = re.compile(r"https?://\S+|[\w.:-]*/[\w/.:*+-]+|[\w.+-]+@[\w.-]+|\d[\d:.,]*(?:T\d\d:\d\d)?\w?"
                    r"|\b[a-z][\w-]*\.[A-Za-z][\w-]*\b|\bv\d+\b")
TYPED = ("bridges", "marked-tag", "spam")  # what readers of the world typed, in words of their own


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[people.World]:
    """The site with everybody in it."""
    patch = pytest.MonkeyPatch()
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        make_site(patch, smtp_url="smtp+plain://127.0.0.1:25", registration="invitation",
                  data=tmp_path_factory.mktemp("data"))
        patch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1e9, 1e9))
        try:
            yield people.build()
        finally:
            patch.undo()
            call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of gettext between marks, in the language of this test only."""
    monkeypatch.setitem(config.LANGUAGES, LANGUAGE, "Esperanto")

    def between(said: Callable[..., str]) -> Callable[..., str]:
        def spoken(*given: Any) -> str:
            text = said(*given)
            return f"{OPEN}{text}{SHUT}" if translation.get_language() == LANGUAGE and text else text

        return spoken

    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(translation._trans, name, between(getattr(translation._trans, name)))


def data() -> list[str]:
    """All texts of the database that are somebody's words or names, the longest first."""
    found: set[str] = set()

    def keep(value: Any) -> None:
        if isinstance(value, dict):
            for one in value.values():
                keep(one)
        elif isinstance(value, (list, tuple)):
            for one in value:
                keep(one)
        elif isinstance(value, str) and len(value) > 1 and (" " in value or value != value.lower() or "." in value):
            found.add(" ".join(value.split()))

    for model in apps.get_models():
        if not model.__module__.startswith("broadsheet"):
            continue
        fields = [field.name for field in model._meta.concrete_fields
                  if isinstance(field, (models.CharField, models.TextField, models.JSONField))]
        for row in model._default_manager.values_list(*fields) if fields else ():
            keep(list(row))
    categories = {one for field in presets.FIELDS.values() for one in field.categories}
    return sorted(found | categories | {*NAMES, *TYPED}, key=len, reverse=True)


class Reader(HTMLParser):
    """Collects what stands outside the marks, in texts and in attributes that people read."""

    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth, self.found = 0, [""]
        self.open: list[tuple[str, bool]] = []  # element, whether its words are none of the page's

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        other = given.get("lang", LANGUAGE) != LANGUAGE
        inside = bool(self.open) and self.open[-1][1]
        silent = tag in SILENT or other or inside or "prose" in (given.get("class") or "")
        if tag not in self.VOID:
            self.open.append((tag, silent))
        for name in ATTRIBUTES & given.keys():
            if not (other or inside) and not (name == "title" and "Z39.88" in (given[name] or "")):
                self.found.append(outside(given[name] or ""))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, _ = self.open.pop()
            if name == tag:
                break

    def handle_data(self, text: str) -> None:
        silent = bool(self.open) and self.open[-1][1]
        out = []
        for letter in text:
            self.depth += {OPEN: 1, SHUT: -1}.get(letter, 0)
            if not self.depth and letter != SHUT:
                out.append(letter)
        if not silent:
            self.found.append("".join(out))


def outside(text: str) -> str:
    """What of a text stands outside the marks."""
    depth, out = 0, []
    for letter in text:
        depth += {OPEN: 1, SHUT: -1}.get(letter, 0)
        if not depth and letter != SHUT:
            out.append(letter)
    return "".join(out)


def unmarked(page: str, known: list[str]) -> list[str]:
    """Texts of a page that neither gettext nor the database has said."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    wrong = []
    for text in reader.found:
        left = plain = " ".join(text.split())
        if not _WORD.search(left):
            continue
        for one in known:
            if one in left:
                left = left.replace(one, " ")
        if _WORD.search(_PLAIN.sub(" ", left)):
            wrong.append(plain)
    return wrong


# Who sees most of a page.
PERSONAS = ("administrator", "author", "stranger", "local")
# Written by programs, or for them.
PROGRAMS = ("api-", "hf-", "feed", "robots", "health", "bibtex", "settings-export", "collection-papers", "mail-letter")


def rows() -> list[matrix.Row]:
    """Pages that somebody is shown."""
    return [row for row in matrix.rows() if row.method == "GET" and not row.name.startswith(PROGRAMS)]


def test_the_reader_of_pages_finds_what_it_is_to_find() -> None:
    page = (f'<p title="hint">{OPEN}Fine <b>Ada</b>{SHUT} <i>Ada</i> left 12 May</p><p lang="en">A title</p>'
            f'<a aria-label="{OPEN}Vote{SHUT}: Ada" href="/x">arXiv /feeds cs.CV</a><code>run</code>')
    assert unmarked(page, ["Ada", "arXiv"]) == ["hint", "left 12 May"]


def test_every_word_of_every_page_comes_through_gettext(world: people.World, marked: None) -> None:
    site.choose(speaking.CHOICE, LANGUAGE)
    known, wrong, seen = data(), {}, 0
    for row in rows():
        place = matrix.place_of(row, world.things)
        for persona in PERSONAS:
            answer = world.ask(persona, "GET", place)
            kind = answer.headers.get("Content-Type", "")
            if answer.status_code in {301, 302, 304} or "html" not in kind:
                continue
            page = answer.content.decode()
            if "<html" in page:
                assert f'<html lang="{LANGUAGE}"' in page, (persona, place)
                seen += 1
            for text in unmarked(page, known):
                wrong.setdefault(text, f"{place} as {persona}")
    assert seen > 150, "the pages were made"
    assert not wrong, "\n".join(f"{text!r} at {place}" for text, place in wrong.items())
