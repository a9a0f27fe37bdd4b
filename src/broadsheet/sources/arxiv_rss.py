"""What arXiv announced today, category by category: the real dates, which OAI-PMH does not have.

One feed a category and day (https://info.arxiv.org/help/rss_specifications.html). A record is one announcement: the
same paper in two categories or on two days makes two, so that a later day never overwrites an earlier one.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_noop as noop

from ..catalogue.records import Announced, Incoming, Link, ParsedRecord
from ..config import Config
from ..spoken import message
from ..text import identifiers, language
from ..text.dates import EASTERN, arxiv_day, is_listing_day
from . import telling, xml
from .arxiv_records import LIST, first_doi
from .arxiv_text import ABSTRACT_LIMIT, TITLE_LIMIT, links_in, tidy, withdrawal
from .authors import split_authors
from .connector import Cursor, Page, Reject
from .errors import LATER, ParseError, SourceError
from .messages import Answer, Request

FORM = "arxiv-rss/1"
FEED_LIMIT = 2_000  # entries; arXiv cuts longer feeds
_KINDS = {"new": "new", "cross": "cross-list", "replace": "replacement", "replace-cross": "replacement"}
_TYPE = re.compile(r"Announce\s+Type:\s*([\w-]+)", re.I)
_ABSTRACT = re.compile(r"^.*?\bAbstract:\s*", re.S | re.I)
_BUILT = time(0, 30)  # feeds are made at midnight, US Eastern


def parse_item(body: bytes) -> ParsedRecord:
    """A feed of one item (channel's title, link, date and the item). Raises :class:`ParseError`, nothing else."""
    channel = _channel(xml.parse(body))
    item = xml.child(channel, "item")
    if item is None:
        raise ParseError("item", "is missing")
    return _record(channel, item)


def _channel(root: xml.Element) -> xml.Element:
    channel = xml.child(root, "channel")
    if xml.local(root) != "rss" or channel is None:
        raise ParseError("channel", f"is missing: the root is <{xml.local(root)[:40]}>")
    return channel


def _record(channel: xml.Element, item: xml.Element) -> ParsedRecord:
    own = _identifier(item)
    title = tidy(xml.text(item, "title"))
    description = xml.text(item, "description")
    if not title:
        raise ParseError("title", "is missing or empty")
    abstract = tidy(_ABSTRACT.sub("", description, count=1)) if _ABSTRACT.match(description) else ""
    if len(title) > TITLE_LIMIT or len(abstract) > ABSTRACT_LIMIT:
        raise ParseError("title" if len(title) > TITLE_LIMIT else "abstract", "is longer than any paper's")
    said = _TYPE.search(description)
    kind = (xml.text(item, "announce_type") or (said[1] if said else "")).lower()
    if kind not in _KINDS:
        raise ParseError("announce_type", f"is none of {', '.join(_KINDS)}: {kind[:40]!r}")
    categories = tuple(dict.fromkeys(c[:80] for c in map(xml.text, xml.children(item, "category")) if c))
    day = _day(channel)
    return ParsedRecord(
        identifiers=(own, *first_doi(xml.text(item, "DOI"))),
        title=title,
        abstract=abstract,
        authors=split_authors(", ".join(xml.text(one) for one in xml.children(item, "creator"))),
        categories=categories,
        venue=tidy(xml.text(item, "journal_reference")),
        licence=tidy(xml.text(item, "rights")),
        language=language.detect(f"{title} {abstract[:400]}"),
        links=(Link("abstract", f"https://arxiv.org/abs/{own[1]}"), Link("pdf", f"https://arxiv.org/pdf/{own[1]}"),
               *links_in(abstract)),
        announced=tuple(Announced(LIST, day, category, _KINDS[kind])
                        for category in _listed(_asked(channel), categories, kind)),
        rights="public",
        retraction=withdrawal(abstract if abstract.lower().startswith(("this ", "withdrawn")) else ""),
    )


def _identifier(item: xml.Element) -> tuple[str, str]:
    """From guid, link or the start of the description, whichever is one."""
    guid = xml.text(item, "guid").rpartition("oai:arXiv.org:")[2]
    first = re.match(r"\s*arXiv:(\S+)", xml.text(item, "description"))
    link = re.match(r"https?://[^/\s]+/abs/(\S+)", xml.text(item, "link").strip()[:300])
    for value in (guid, link[1] if link else "", first[1] if first else ""):
        try:
            return identifiers.normalise("arxiv", value)
        except ValueError:
            continue
    raise ParseError("guid", f"names no paper of arXiv: {guid[:80]!r}")


def _day(channel: xml.Element) -> date:
    """The plain date that the feed prints, whatever its zone."""
    text = xml.text(channel, "pubDate")
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        raise ParseError("pubDate", f"is no date: {text[:60]!r}") from None


def _asked(channel: xml.Element) -> tuple[str, ...]:
    """The categories of the feed: last part of its link, else of its title."""
    link = xml.text(channel, "link").rstrip("/").rpartition("/")[2]
    title = xml.text(channel, "title").partition(" updates on ")[0].replace(", ", "+")
    names = link if re.fullmatch(r"[A-Za-z0-9.+-]{2,600}", link) else title
    return tuple(name[:80] for name in names.split("+") if name)


def _covers(asked: str, category: str) -> bool:
    """Whether a feed of ``asked`` lists ``category``: itself or, for an archive, one of its classes."""
    low, other = asked.lower(), category.lower()
    return low == other or other.startswith(f"{low}.")


def _listed(asked: tuple[str, ...], categories: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The categories of this feed in which the paper is announced.

    New papers and replacements stand in the primary category, cross-lists in the others. A feed of one category, which
    is what we ask for, leaves no doubt; in others every matching category is named.
    """
    matching = [category for category in categories if any(_covers(one, category) for one in asked)]
    primary = categories[0] if categories else ""
    if kind in ("new", "replace") and primary in matching:
        return (primary,)
    others = [category for category in matching if category != primary]
    return tuple(others or matching or asked[:1])


def expected_day(now: datetime) -> date:
    """The day of the newest list that arXiv should have announced by ``now``, by its schedule."""
    local = now.astimezone(EASTERN)
    today = local.date() if local.time() >= _BUILT else local.date() - timedelta(days=1)
    for back in range(1, 12):
        noon = datetime.combine(today - timedelta(days=back), time(12), EASTERN)
        listed = arxiv_day(noon)
        if listed <= today:
            return listed
    return today


class ArxivRss:
    """See the module. ``options``: ``categories``, each a category or a whole archive."""

    name = "arxiv-rss"
    label = "arXiv, announcements (RSS)"

    def begin(self, options: dict[str, Any], cursor: Cursor, *, now: datetime, since: date | None) -> Cursor:
        """All categories once; an unfinished round goes on. Feeds hold one day only, so ``since`` changes nothing."""
        run = cursor.get("run")
        if run and run["categories"] == options["categories"]:
            return cursor
        return {**cursor, "run": {"categories": list(options["categories"]), "at": 0}}

    def request(self, options: dict[str, Any], cursor: Cursor, config: Config) -> Request | None:
        """The next category's feed, only if it changed."""
        run = cursor["run"]
        if run["at"] >= len(run["categories"]):
            return None
        category = run["categories"][run["at"]]
        known = cursor.get("validators", {}).get(category, {})
        return Request(f"{config.arxiv_rss_url}/{quote(category)}", etag=known.get("etag", ""),
                       modified=known.get("modified", ""))

    def read(self, options: dict[str, Any], cursor: Cursor, answer: Answer, *, now: datetime) -> Page:
        """See :class:`Connector`; raises :class:`SourceError`."""
        run = dict(cursor["run"])
        category = run["categories"][run["at"]]
        run["at"] += 1
        after = {**cursor, "run": run}
        progress = {"done": run["at"], "of": len(run["categories"]), "what": "categories"}
        if answer.status == 304:
            day = cursor.get("days", {}).get(category, "")
            late = bool(day) and date.fromisoformat(day) < expected_day(now)
            note = _stale(category, date.fromisoformat(day), now) if late else (
                message(noop("arXiv's list of {category} has not changed since it was read."), category=category))
            return Page((), after, note=note, odd=late, progress=progress)
        channel, day = self._feed(answer, category)
        items, rejects = _items(channel, day, category)
        after["validators"] = {**cursor.get("validators", {}), category: {"etag": answer.etag,
                                                                          "modified": answer.modified}}
        after["days"] = {**cursor.get("days", {}), category: day.isoformat()}
        note, odd = _note(category, day, len(items) + len(rejects), now)
        return Page(tuple(items), after, tuple(rejects), note=note, odd=odd, progress=progress)

    def _feed(self, answer: Answer, category: str) -> tuple[xml.Element, date]:
        try:
            channel = _channel(xml.parse(answer.body))
            return channel, _day(channel)
        except ParseError as problem:
            cut = b"<rss" in answer.body and not answer.body.rstrip().endswith(b"</rss>")
            raise SourceError(
                "cut" if cut else "malformed",
                message(noop("arXiv's list of {category} broke off before its end.") if cut else
                        noop("arXiv's list of {category} cannot be read."), category=category),
                LATER, cause=f"{answer.url}: {problem}", again=True) from None

    def end(self, cursor: Cursor) -> Cursor:
        """Validators and days are kept, the round is over."""
        return {name: value for name, value in cursor.items() if name != "run"}

    def next_due(self, options: dict[str, Any], cursor: Cursor, *, now: datetime) -> datetime:
        """After the next midnight in New York; in an hour while some list is older than it should be."""
        wanted = expected_day(now).isoformat()
        days = cursor.get("days", {})
        if any(days.get(category, "") < wanted for category in options["categories"]):
            return now + timedelta(hours=1)
        local = now.astimezone(EASTERN)
        tomorrow = local.date() + timedelta(days=1)
        return datetime.combine(tomorrow, _BUILT, EASTERN).astimezone(now.tzinfo) + timedelta(minutes=5)


def _items(channel: xml.Element, day: date, category: str) -> tuple[list[Incoming], list[Reject]]:
    """Each item with the head of its channel, so that the bytes alone say day and category."""
    head = b"".join(xml.serialise(one) for one in channel if xml.local(one) in ("title", "pubDate")
                    or (xml.local(one) == "link" and xml.text(one)))
    items, rejects = [], []
    for item in xml.children(channel, "item"):
        body = b'<rss version="2.0"><channel>' + head + xml.serialise(item) + b"</channel></rss>"
        try:
            record = parse_item(body)
        except ParseError as problem:
            rejects.append(Reject(xml.text(item, "guid")[:200], str(problem), body))
            continue
        key = f"{record.identifiers[0][1]}/{day.isoformat()}/{category}"
        items.append(Incoming("arxiv-rss", key, body, FORM, record))
    return items, rejects


def _stale(category: str, day: date, now: datetime) -> str:
    return telling.stale(category, day.isoformat(), expected_day(now).isoformat())


def _note(category: str, day: date, count: int, now: datetime) -> tuple[str, bool]:
    """A sentence for an empty, stale or cut feed, and whether it is odd."""
    if day < expected_day(now):
        return _stale(category, day, now), True
    if count >= FEED_LIMIT:
        return message(noop("arXiv's list of {category} was cut at {count} entries; the rest comes with the records."),
                       category=category, count=f"{FEED_LIMIT:,}"), True
    if count == 0 and day.weekday() >= 5:
        return message(noop("arXiv announces nothing on Saturdays and Sundays ({category}, {day})."),
                       category=category, day=day.isoformat()), False
    if count == 0 and not is_listing_day(day):
        return telling.holiday(category, day.isoformat()), False
    if count == 0:
        return message(noop("arXiv announced nothing in {category} on {day}: no paper, or a list still to come."),
                       category=category, day=day.isoformat()), False
    return "", False
