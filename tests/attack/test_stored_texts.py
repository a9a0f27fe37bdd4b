"""Markup in every text of every table, and every page, feed, mail and answer of the API that shows it.

The texts are written straight into the tables, past all checks at the door: what stands against them here is the
escaping alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db import models, transaction
from tests.support import people

from broadsheet import config
from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper
from broadsheet.readers import prose
from broadsheet.search.follower import Follower
from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware

from . import matrix

pytestmark = pytest.mark.django_db
EVIL = ('MARKED"><xss-mark xss-attr="1" onmouseover=alert(1)>\'></title></textarea></script><script>alert(2)</script>'
        "&lt;xss-mark&gt; ]]> $\\href{javascript:alert(3)}{x}$ [x](javascript:alert(4))\r\nBcc: evil@example.org")
ADDRESS = 'javascript:alert(5)//"><xss-mark>'
ROOMS = ("readers", "catalogue", "editions", "digest")
# Names of rows, hashes, words that a program chose: no reader and no source writes them.
KEPT = {
    "key", "slug", "state", "kind", "digest", "verb", "subject", "prefix", "scheme", "value", "published", "updated",
    "language", "rights", "cadence", "timezone", "email", "act", "once", "token", "outcome", "form", "table", "name_of",
    "list", "source", "day", "record", "message_id", "period", "holder", "vote_site", "feature",
}
URLS = {"href", "src", "action", "formaction", "data", "poster", "xlink:href"}


class Page(HTMLParser):
    """What stands in a page that must not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.lower(): (value or "").strip().lower() for name, value in attrs}
        if tag in {"xss-mark", "object", "embed", "base"} and given != {"target": "_top"}:
            self.faults.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith(("on", "xss")) or (name in URLS and value.startswith(("javascript:", "data:", "vbs"))):
                self.faults.append(f"<{tag} {name}={value[:60]}>")
        data = given.get("type") == "application/json"
        if tag == "script" and not data and not given.get("src", "").startswith("/static/"):
            self.faults.append("<script>")


def faults_of(html: str) -> list[str]:
    page = Page()
    page.feed(html)
    page.close()
    return page.faults


def _of_xml(text: str) -> list[str]:
    found: list[str] = []
    for element in ElementTree.fromstring(text).iter():
        for name, value in element.attrib.items():
            if value.strip().lower().startswith(("javascript:", "data:")):
                found.append(f"{element.tag} {name}={value[:60]}")
        # What feed readers draw as HTML; titles of Atom are plain.
        drawn = element.tag.rpartition("}")[2] in {"content", "summary", "description", "encoded"}
        if drawn and element.text and element.get("type", "html") != "text":
            found += faults_of(element.text)
    return found


def _of_json(value: Any, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [fault for key, one in value.items() for fault in _of_json(one, key)]
    if isinstance(value, list):
        return [fault for one in value for fault in _of_json(one, name)]
    if not isinstance(value, str):
        return []
    if "html" in name or name in {"snippet", "said_html"}:
        return faults_of(value)
    address = name in {"url", "page", "address", "href", "home_page_url", "feed_url", "githubRepo", "projectPage"}
    return [f"{name}={value[:60]}"] if address and value.lower().startswith(("javascript:", "data:")) else []


def _poison(model: type[models.Model], column: models.Field[Any, Any]) -> Any:
    if column.name == "html":
        return prose.render(prose.tidy(EVIL))
    if isinstance(column, models.TextField):
        return EVIL
    if isinstance(column, models.CharField):
        return EVIL[:column.max_length]
    return None


@pytest.fixture(scope="module")
def poisoned(world: people.World, django_db_blocker: Any) -> Iterator[people.World]:
    """The site with markup in every text."""
    with django_db_blocker.unblock():
        told = 0
        for room in ROOMS:
            for model in apps.get_app_config(room).get_models():
                if model.__name__ in {"SourceRecord", "Identifier", "PaperTerm", "Change", "SiteChoice", "Lease"}:
                    continue
                for column in model._meta.concrete_fields:
                    if column.name in KEPT or column.choices or column.primary_key:
                        continue
                    value = _poison(model, column)
                    if value is None:
                        continue
                    rows = list(model._default_manager.values_list("pk", flat=True))
                    for number, row in enumerate(rows):
                        text = f"{value}{number}" if not column.max_length else f"{number}{value}"[:column.max_length]
                        told += model._default_manager.filter(pk=row).update(**{column.name: text})
        assert told > 40
        _papers(world)
        people._forget()
        yield world


def _papers(world: people.World) -> None:
    rows = world.things["rows"][:5]
    with transaction.atomic():
        Paper.objects.filter(pk__in=rows).update(
            authors=[{"name": EVIL, "affiliation": EVIL, "orcid": EVIL}, {"name": "Ada Lovelace"}], topics=[EVIL],
            categories=["cs.CV", EVIL[:60]], links=[{"kind": kind, "url": ADDRESS} for kind in ("code", "pdf", "page")],
            retraction={"kind": EVIL, "reason": EVIL, "day": "2026-05-12"}, ai_keywords=[EVIL], revision=9,
            rights="public", changed_at=datetime.now(UTC))
        changes.append(rows, changes.INTERACTIVE)
    follower = Follower(config.current().index_dir)
    while follower.step():
        continue


@pytest.mark.parametrize("persona", ["administrator", "author", "stranger"])
def test_no_text_becomes_markup(poisoned: people.World, persona: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1e9, 1e9))
    wrong, shown, looked = [], 0, 0
    rows = [row for row in matrix.rows() if row.method == "GET"]
    places = [matrix.place_of(row, poisoned.things) for row in rows]
    places += ["/feeds/front.rss", "/feeds/front.json",
               f"/feeds/collections/{poisoned.things['collection_shared']}.rss",
               f"/feeds/streams/{poisoned.things['stream_shared']}.json", "/search?q=marked", "/api/v1/search?q=marked",
               "/mail/preview/letter?as=text", "/?order=newest", "/settings?done=%3Cxss-mark%3E",
               "/search?q=%22%3E%3Cxss-mark%3E", "/sign-in?next=%22%3E%3Cxss-mark%3E", "/notes?tag=%3Cxss-mark%3E",
               "/submit?what=%3C/textarea%3E%3Cxss-mark%3E",
               "/streams/new?name=%22%3E%3Cxss-mark%3E&wanted=%3Cxss-mark%3E",
               "/papers/%3Cxss-mark%3E", "/authors/%3Cxss-mark%3E", "/formula/trending?paper=%3Cxss-mark%3E"]
    for place in places:
        answer = poisoned.ask(persona, "GET", place)
        kind, text = answer.headers.get("Content-Type", ""), answer.content.decode("utf-8", "replace")
        looked += 1
        shown += "MARKED" in text
        if answer.status_code >= 500 and answer.status_code != 503:
            wrong.append(f"{place}: {answer.status_code}")
        found = (faults_of(text) if kind.startswith("text/html") else _of_xml(text) if "xml" in kind
                 else _of_json(json.loads(text)) if "json" in kind and text else [])
        wrong += [f"{place}: {fault}" for fault in found]
    assert not wrong, "\n".join(wrong)
    assert looked > 150 and (shown > 20 or persona == "stranger")
