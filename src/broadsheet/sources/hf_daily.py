"""Hugging Face's Daily Papers: which papers were listed on a day, with votes, organisations, code and project pages.

Interface: ``/api/daily_papers?date=YYYY-MM-DD&limit=N&p=PAGE`` (https://huggingface.co/docs/hub/api#paper-pages-api).
Days are those of the list (weekdays); the newest are read again, because votes go on.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from django.utils.translation import gettext_noop as noop

from ..catalogue.records import Announced, Author, Incoming, Link, ParsedRecord, PartialDate
from ..config import Config
from ..spoken import message
from ..text import identifiers, language
from ..text.dates import edition_day, partial
from .arxiv_text import ABSTRACT_LIMIT, TITLE_LIMIT, tidy
from .connector import Cursor, Page, Reject
from .errors import LATER, ParseError, SourceError
from .messages import MEGABYTE, Answer, Request

FORM = "hf-daily/1"
LIST = "hf_daily"
SITE = "Hugging Face"
BACKFILL_DAYS = 14
PAGE_SIZE = 100
_AGAIN_DAYS = 4  # votes still move
_AGAIN_AFTER = timedelta(hours=2)
_MIDNIGHT = "T00:00:00.000Z"


def parse_entry(body: bytes) -> ParsedRecord:
    """``{"day": the day asked for, "entry": the object as sent}``. Raises :class:`ParseError`, nothing else."""
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise ParseError("document", f"is not JSON ({problem})"[:200]) from None
    entry = envelope.get("entry") if isinstance(envelope, dict) else None
    paper = entry.get("paper") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(paper, dict):
        raise ParseError("paper", "is missing")
    return _record(_asked(envelope), entry, paper)


def _asked(envelope: dict[str, Any]) -> date:
    try:
        return date.fromisoformat(str(envelope.get("day")))
    except ValueError:
        raise ParseError("day", f"is no date: {str(envelope.get('day'))[:40]!r}") from None


def _record(asked: date, entry: dict[str, Any], paper: dict[str, Any]) -> ParsedRecord:
    try:
        own = identifiers.normalise("arxiv", _text(paper, "id"))
    except ValueError as problem:
        raise ParseError("paper.id", str(problem)) from None
    title = tidy(_text(paper, "title") or _text(entry, "title"))
    abstract = tidy(_text(paper, "summary") or _text(entry, "summary"))
    if not title:
        raise ParseError("title", "is missing or empty")
    if len(title) > TITLE_LIMIT or len(abstract) > ABSTRACT_LIMIT:
        raise ParseError("title" if len(title) > TITLE_LIMIT else "summary", "is longer than any paper's")
    votes = _number(paper, "upvotes")
    summary, keywords = tidy(_text(paper, "ai_summary")), _words(paper.get("ai_keywords"))
    return ParsedRecord(
        identifiers=(own,),
        title=title,
        abstract=abstract,
        authors=_authors(paper.get("authors")),
        published=_published(_text(paper, "publishedAt")),
        organisation=_organisation(paper.get("organization")) or _organisation(entry.get("organization")),
        language=language.detect(f"{title} {abstract[:400]}"),
        links=_links(own[1], entry, paper),
        announced=(Announced(LIST, listing_day(asked, paper), votes=votes),),
        votes=votes,
        comments=_number(entry, "numComments"),
        vote_site=SITE if votes is not None else "",
        ai_keywords=keywords,
        ai_summary=summary,
        ai_model=SITE if summary or keywords else "",
        submitted_by=_person(entry.get("submittedBy")) or _person(paper.get("submittedOnDailyBy")),
        rights="public",  # arXiv's abstract
    )


def listing_day(asked: date, paper: dict[str, Any]) -> date:
    """The day of the list: ``submittedOnDailyAt`` where it is a plain day (midnight), else the day asked for.

    Older entries have the moment of submission there, whose UTC date may be the day before or after the list's.
    """
    said = _text(paper, "submittedOnDailyAt")
    if said.endswith(_MIDNIGHT):
        try:
            return edition_day(said[:10])
        except ValueError:
            return asked
    return asked


def _text(where: dict[str, Any], name: str) -> str:
    value = where.get(name)
    return value if isinstance(value, str) else ""


def _number(where: dict[str, Any], name: str) -> int | None:
    value = where.get(name)
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if good else None


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(word for item in value[:60] if isinstance(item, str) and (word := tidy(item)[:200])))


def _authors(value: Any) -> tuple[Author, ...]:
    if not isinstance(value, list):
        return ()
    names = (tidy(_text(one, "name"))[:400] for one in value[:12_000] if isinstance(one, dict))
    return tuple(Author(name) for name in names if name)


def _published(text: str) -> PartialDate | None:
    try:
        return PartialDate(partial(text[:10]).text) if text else None
    except ValueError:
        return None  # the date is arXiv's to tell; the listing stands without it


def _organisation(value: Any) -> str:
    return tidy(_text(value, "fullname") or _text(value, "name"))[:300] if isinstance(value, dict) else ""


def _person(value: Any) -> str:
    return tidy(_text(value, "fullname") or _text(value, "name"))[:200] if isinstance(value, dict) else ""


def _links(paper_id: str, entry: dict[str, Any], paper: dict[str, Any]) -> tuple[Link, ...]:
    found = [Link("abstract", f"https://arxiv.org/abs/{paper_id}"), Link("pdf", f"https://arxiv.org/pdf/{paper_id}"),
             Link("discussion", f"https://huggingface.co/papers/{paper_id}")]
    for kind, name in (("code", "githubRepo"), ("project", "projectPage")):
        url = _text(paper, name).strip()
        if _web(url):
            found.append(Link(kind, url))
    media = paper.get("mediaUrls") or entry.get("mediaUrls")
    for url in media[:5] if isinstance(media, list) else ():
        if isinstance(url, str) and _web(url) and urlsplit(url).path.lower().endswith((".mp4", ".webm", ".mov")):
            found.append(Link("video", url))
    return tuple(found)


def _web(url: str) -> bool:
    if not url.startswith(("https://", "http://")) or len(url) > 1_000 or any(c.isspace() for c in url):
        return False
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def weekdays(first: date, last: date) -> list[str]:
    """The days from ``last`` back to ``first`` that have a list: Monday to Friday."""
    days = (last - timedelta(days=back) for back in range((last - first).days + 1))
    return [day.isoformat() for day in days if day.weekday() < 5]


class HfDaily:
    """See the module. No options."""

    name = "hf-daily"
    label = "Hugging Face, Daily Papers"

    def begin(self, options: dict[str, Any], cursor: Cursor, *, now: datetime, since: date | None) -> Cursor:
        """An unfinished run goes on; else days from ``since``, a few before the last, or two weeks; newest first."""
        run = cursor.get("run")
        if run and (since is None or run["since"] == since.isoformat()):
            return cursor
        today = now.date()
        mark = cursor.get("mark")
        first = since or (date.fromisoformat(mark) - timedelta(days=_AGAIN_DAYS) if mark
                          else today - timedelta(days=BACKFILL_DAYS - 1))
        return {**cursor, "run": {"days": weekdays(min(first, today), today), "at": 0, "page": 0,
                                  "today": today.isoformat(), "since": since.isoformat() if since else ""}}

    def request(self, options: dict[str, Any], cursor: Cursor, config: Config) -> Request | None:
        """The next day, or its next hundred."""
        run = cursor["run"]
        if run["at"] >= len(run["days"]):
            return None
        day = run["days"][run["at"]]
        query: dict[str, Any] = {"date": day, "limit": PAGE_SIZE}
        if run["page"]:
            query["p"] = run["page"]
        # A list that has not begun is refused with 400 or 404; for an older day that would be a fault.
        fresh = date.fromisoformat(day) >= date.fromisoformat(run["today"]) - timedelta(days=1)
        return Request(f"{config.hf_url.rstrip('/')}/api/daily_papers?{urlencode(query)}", wants="json",
                       limit=24 * MEGABYTE, absent=frozenset({400, 404}) if fresh else frozenset())

    def read(self, options: dict[str, Any], cursor: Cursor, answer: Answer, *, now: datetime) -> Page:
        """See :class:`Connector`; raises :class:`SourceError`."""
        run = dict(cursor["run"])
        day = run["days"][run["at"]]
        entries = [] if answer.status != 200 else _entries(answer)
        items, rejects = _items(entries, day)
        if len(entries) >= PAGE_SIZE and run["page"] < 20:
            run["page"] += 1
        else:
            run.update(at=run["at"] + 1, page=0)
        none = message(noop("Hugging Face lists no papers for {day} (yet)."), day=day)
        note = none if not entries and not run["page"] else ""
        return Page(tuple(items), {**cursor, "run": run}, tuple(rejects), note=note,
                    progress={"done": run["at"], "of": len(run["days"]), "what": "days"})

    def end(self, cursor: Cursor) -> Cursor:
        """The newest day read."""
        return {"mark": max(cursor["run"]["today"], cursor.get("mark", ""))}

    def next_due(self, options: dict[str, Any], cursor: Cursor, *, now: datetime) -> datetime:
        """Every two hours: the list grows and votes move through the day."""
        return now + _AGAIN_AFTER


def _entries(answer: Answer) -> list[Any]:
    try:
        entries = orjson.loads(answer.body)
    except orjson.JSONDecodeError as problem:
        cut = answer.body.lstrip().startswith(b"[") and not answer.body.rstrip().endswith(b"]")
        raise SourceError("cut" if cut else "malformed",
                          message(noop("The answer of Hugging Face broke off before its end.") if cut else
                                  noop("The answer of Hugging Face cannot be read.")),
                          LATER, cause=f"{answer.url}: {problem}", again=True) from None
    if not isinstance(entries, list):
        said = str(entries.get("error", ""))[:200] if isinstance(entries, dict) else type(entries).__name__
        raise SourceError("malformed", message(noop("Hugging Face answered, but not with a list of papers.")),
                          LATER, cause=f"{answer.url}: {said}")
    return entries


def _items(entries: list[Any], day: str) -> tuple[list[Incoming], list[Reject]]:
    items, rejects = [], []
    for entry in entries:
        body = orjson.dumps({"day": day, "entry": entry})
        try:
            record = parse_entry(body)
        except ParseError as problem:
            rejects.append(Reject("", str(problem), body))
            continue
        key = f"{record.identifiers[0][1]}/{record.announced[0].day.isoformat()}"
        items.append(Incoming("hf-daily", key, body, FORM, record))
    return items, rejects
