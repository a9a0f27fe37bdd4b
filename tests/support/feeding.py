"""A site with sixty papers over ten weeks and everything that has a feed; programs that read feeds, by their names."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import fastfeedparser
import feedparser
import feedparser_sgmllib
import httpx
import jsonschema_rs
from lxml import etree  # type: ignore[import-untyped]

from broadsheet import config
from broadsheet.catalogue import forms
from broadsheet.catalogue import papers as catalogue
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.keys import new_key
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.records import Announced, Author, Incoming, Link, ParsedRecord
from broadsheet.readers import collections, comments, feed_secrets, service
from broadsheet.readers.models import Mark, Reader, Stream
from broadsheet.search.follower import Follower
from broadsheet.text.dates import partial

# The feedparser inside `reader` looks for this module under the name that it had before it was renamed.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
DATA = Path(__file__).resolve().parents[1] / "data" / "feeds"
RECORDS: dict[bytes, ParsedRecord] = {}
forms.register("feeding-test/1", RECORDS.__getitem__)
TODAY = datetime.now(UTC).date()
NOW = datetime.combine(TODAY, datetime.min.time(), UTC)
TEXT = " ".join(f"Sentence {number} says what was measured on the bridge & how often." for number in range(12))
PAPERS, GATHERED, SAID = 60, 12, 9


def day_of(number: int) -> date:
    """Twenty papers nine days ago, the others by fives, nine days apart, back to ten weeks ago."""
    step = number // 5
    return TODAY - timedelta(days=9 * (step if step < 1 else 1 if step < 5 else step - 3))


def take(number: int, *, title: str = "", moment: datetime = NOW) -> Paper:
    """Take paper ``number`` in, or its newer text."""
    name, day = f"2605.{number:05d}", day_of(number)
    record = ParsedRecord(
        identifiers=(("arxiv", name), ("doi", f"10.1000/{number}")), title=title or f"Bridges sway <{number}> & $x^2$",
        abstract=TEXT, authors=(Author("Ada Łovelace"), Author("Ben Ünal")), published=partial(day.isoformat()),
        categories=("cs.CV",), topics=("Bridges",), organisation="Bridge Institute", rights="public",
        links=(Link("code", f"https://example.org/code/{number}"),),
        announced=(Announced("arxiv", day, "cs.CV"), Announced("hf_daily", day, votes=number)))
    body = f"{name} {title}".encode()
    RECORDS[body] = record
    intake([Incoming("file", f"feeding/{name}", body, "feeding-test/1", record)], now=moment, lane=0)
    found = catalogue.by_identifier("arxiv", name)
    assert found is not None
    return found


@dataclass
class Site:
    """What was made: the reader, the secret of the private feeds, and how many entries each feed holds in all."""

    reader: Reader
    secret: str
    feeds: dict[str, int | None]
    paper: Paper
    collection: str


def build() -> Site:
    """The site, its index up to date. Feeds whose number is None hold what was chosen."""
    found = [take(number) for number in range(PAPERS)]
    reader = service.make(NOW - timedelta(days=90))
    Reader.objects.filter(pk=reader.pk).update(name="Cy Reader", joined_at=NOW - timedelta(days=90))
    reader.refresh_from_db()
    kept = collections.make(reader, "Swaying", NOW, shared=True)
    for place in range(GATHERED):
        moment = NOW - timedelta(days=place * 5)
        collections.add(reader, kept, [found[place].pk], moment)
        Mark.objects.create(reader=reader, paper=found[place], kind=service.SAVED, made_at=moment)
    stream = Stream.objects.create(key=new_key(), reader=reader, name="Bridges", wanted=["bridges"], shared=True,
                                   cap=200, made_at=NOW, changed_at=NOW)
    for number in range(SAID):
        comments.write(reader, found[0].pk, f"Remark **{number}** on it.", NOW + timedelta(minutes=number))
    index()
    secret = feed_secrets.renew(reader, NOW)
    week = sum(day_of(number).isocalendar()[:2] == TODAY.isocalendar()[:2] for number in range(PAPERS))
    month = sum(f"{day_of(number):%Y-%m}" == f"{TODAY:%Y-%m}" for number in range(PAPERS))
    return Site(reader, secret, {
        "front": None, "all": PAPERS, f"day/{TODAY - timedelta(days=9)}": None, f"week/{TODAY:%G-W%V}": week,
        f"month/{TODAY:%Y-%m}": month, "list/hf_daily": PAPERS, "trending": None, "topics/bridges": PAPERS,
        "topics/cs.CV": PAPERS, "authors/ada-lovelace": PAPERS, "organisations/bridge-institute": PAPERS,
        "search?q=bridges": PAPERS, "comments": SAID, f"comments/{found[0].key}": SAID,
        f"collections/{kept.key}": GATHERED, f"streams/{stream.key}": PAPERS,
        f"private/{secret}/saved": GATHERED, f"private/{secret}/collections/{kept.key}": GATHERED,
        f"private/{secret}/streams/{stream.key}": PAPERS,
    }, found[0], kept.key)


def index() -> None:
    """Bring the index up to date."""
    follower = Follower(config.current().index_dir)
    try:
        while follower.step():
            continue
    finally:
        follower.close()


def address(base: str, name: str, ending: str) -> str:
    """The address of a feed; what is asked for stays behind the ending."""
    path, _, query = name.partition("?")
    return f"{base}/feeds/{path}.{ending}" + (f"?{query}" if query else "")


def fetch(url: str, **headers: str) -> httpx.Response:
    """Ask, on loopback, without a proxy."""
    return httpx.get(url, headers=headers, timeout=120, trust_env=False)


# -- readers ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Read:
    """One entry as a program read it."""

    id: str
    title: str
    url: str
    published: str
    authors: tuple[str, ...]


def by_feedparser(body: bytes) -> list[Read]:
    """Entries by feedparser. It must find nothing to forgive."""
    found = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    return [Read(one.id, one.title, one.link, datetime(*one.published_parsed[:6]).isoformat(),
                 tuple(author.name for author in one.authors)) for one in found.entries]


def by_fastfeedparser(body: bytes) -> list[Read]:
    """Entries by fastfeedparser, which reads JSON Feed too."""
    found = fastfeedparser.parse(body)
    return [Read(one.id, one.title, one.link, one.published[:19], ()) for one in found.entries]


def following(body: bytes) -> str:
    """Where the rest of an Atom feed lies (RFC 5005); empty at its end."""
    links = {link.rel: link.href for link in feedparser.parse(body).feed.links}
    return str(links.get("next") or links.get("prev-archive") or "")


@cache
def _grammar() -> Any:
    return etree.RelaxNG(etree.parse(str(DATA / "atom.rng")))


def atom_faults(body: bytes) -> list[str]:
    """What RFC 4287 would say against a document."""
    tree, grammar = etree.fromstring(body), _grammar()
    grammar.validate(tree)
    faults = [f"{one.line}: {one.message}" for one in grammar.error_log]
    ids = [one.text for one in tree.iterfind("{*}entry/{*}id")]
    faults += [f"{one} stands twice" for one in {one for one in ids if ids.count(one) > 1}]  # 4.1.1
    for rel in ("self", "alternate"):
        if len(tree.findall(f"{{*}}link[@rel='{rel}']")) != 1:
            faults.append(f"not one link {rel}")
    return faults


@cache
def _schema() -> Any:
    return jsonschema_rs.validator_for(json.loads((DATA / "jsonfeed.json").read_text("utf-8")))


def json_faults(body: bytes) -> list[str]:
    """What JSON Feed 1.1 would say against a document."""
    made = json.loads(body)
    faults = [f"{list(one.instance_path)}: {one.message}" for one in _schema().iter_errors(made)]
    ids = [one["id"] for one in made.get("items", [])]
    return faults + ["an id stands twice"] * (len(ids) != len(set(ids)))
