"""arXiv's records by OAI-PMH: all papers added or changed since a day, set by set, newest days first.

Datestamps are days of modification: they say what to fetch, never when a paper was announced.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext_noop as noop

from ..catalogue.records import Incoming
from ..config import Config
from ..spoken import message
from . import xml
from .arxiv_records import ARXIV_FORM, RAW_FORM, read_record
from .connector import Cursor, Page, Reject
from .errors import LATER, ParseError, SourceError
from .messages import Answer, Request
from .oai import OaiPage, read_page

BACKFILL_DAYS = 14
_WINDOWS = (1, 1, 2, 3, 7)  # days of each slice, newest first: the newest papers are readable first
_RESTARTS = 3
MOST_PAGES = 5000  # of one slice; all of arXiv has about 2,000
_AGAIN_AFTER = timedelta(hours=6)


def windows(first: date, today: date) -> list[list[str]]:
    """``[from, until]`` slices that cover ``first`` to ``today``, newest first; the newest has no end."""
    out: list[list[str]] = []
    end = today
    while end >= first or not out:
        days = _WINDOWS[min(len(out), len(_WINDOWS) - 1)]
        start = max(first, end - timedelta(days=days - 1)) if end >= first else end
        out.append([start.isoformat(), end.isoformat() if out else ""])
        end = start - timedelta(days=1)
    return out


class ArxivOai:
    """See the module. ``options``: ``sets`` (``cs:cs:LG``, ``math``...), and ``prefix`` (arXivRaw if absent)."""

    name = "arxiv-oai"
    label = "arXiv, records (OAI-PMH)"

    def begin(self, options: dict[str, Any], cursor: Cursor, *, now: datetime, since: date | None) -> Cursor:
        """An unfinished run of the same sets goes on; else a new one from ``since``, the mark, or two weeks ago."""
        run = cursor.get("run")
        if run and run["sets"] == options["sets"] and (since is None or run["since"] == since.isoformat()):
            # What was given up on the last time is tried anew, or one bad night of arXiv's would hold for ever.
            return {**cursor, "run": {**run, "restarts": 0, "pages": 0, "met": ""}}
        today = now.date()
        mark = str(cursor.get("mark") or "")
        known = bool(mark) and set(options["sets"]) <= set(cursor.get("sets", ()))
        first = since or (date.fromisoformat(mark) if known else today - timedelta(days=BACKFILL_DAYS - 1))
        first = min(first, today)
        close = known and since is None and (today - first).days <= 3
        return {**cursor, "run": {
            "sets": list(options["sets"]), "since": since.isoformat() if since else "",
            "windows": [[first.isoformat(), ""]] if close else windows(first, today),
            "window": 0, "set": 0, "token": "", "from": "", "seen": "", "ordered": True, "restarts": 0,
            "today": today.isoformat(), "of": (today - first).days + 1,
            "prefix": options.get("prefix", "arXivRaw"), "records": 0,
        }}

    def request(self, options: dict[str, Any], cursor: Cursor, config: Config) -> Request | None:
        """The next page of the slice in hand; a token stands alone (section 3.5: exclusive argument)."""
        run = cursor["run"]
        if run["window"] >= len(run["windows"]):
            return None
        if run["token"]:
            query = {"verb": "ListRecords", "resumptionToken": run["token"]}
        else:
            start, end = run["windows"][run["window"]]
            query = {"verb": "ListRecords", "metadataPrefix": run["prefix"], "set": run["sets"][run["set"]],
                     "from": run["from"] or start}
            if end:
                query["until"] = end
        return Request(f"{config.arxiv_oai_url}?{urlencode(query, safe=':')}")

    def read(self, options: dict[str, Any], cursor: Cursor, answer: Answer, *, now: datetime) -> Page:
        """See :class:`Connector`; raises :class:`SourceError`."""
        run = dict(cursor["run"])
        page = read_page(answer.body, urlsplit(answer.url).hostname or "arXiv")
        if page.error:
            note = self._refused(run, *page.error)
            return Page((), {**cursor, "run": run}, note=note, progress=_progress(run))
        items, rejects = items_of(page)
        rejects += [Reject("", reason, body) for body, reason in page.bad]
        run["records"] += len(items)
        stamps = [xml.text(xml.child(one, "header"), "datestamp")[:10] for one in page.records]
        run["ordered"] = run["ordered"] and stamps == sorted(stamps) and (not stamps or stamps[0] >= run["seen"])
        run["seen"] = max([run["seen"], *stamps])
        run["pages"] = run.get("pages", 0) + 1
        if page.token and run["pages"] >= MOST_PAGES:
            raise SourceError("protocol", message(noop("arXiv's list has no end.")),
                              message(noop("What came was kept; it is asked again later.")),
                              cause=f"{run['pages']} pages of one slice, and still a resumption token")
        if page.token and page.token == run["token"] and not items:
            raise SourceError("protocol", message(noop("arXiv sent the same empty page twice.")), LATER,
                              cause=f"resumption token {page.token[:80]!r} leads to itself", again=True)
        if page.token:
            _look_for_circle(run, page)
            run["token"] = page.token
        else:
            _step(run)
        return Page(tuple(items), {**cursor, "run": run}, tuple(rejects), progress=_progress(run))

    def _refused(self, run: dict[str, Any], code: str, text: str) -> str:
        """Obey an error of the protocol (section 3.6) by changing ``run``; raises for what cannot be mended."""
        start, end = run["windows"][run["window"]]
        where = run["sets"][run["set"]]
        if code == "noRecordsMatch":
            _step(run)
            return message(noop("arXiv has nothing new or changed in {category} from {first} to {last}."),
                           category=where, first=start, last=end or run["today"])
        if code == "badResumptionToken" and run["restarts"] < _RESTARTS:
            # An expired token: begin again at the last datestamp read, if pages came in that order.
            run["restarts"] += 1
            run["from"] = run["seen"] if run["ordered"] and run["seen"] >= start else start
            run["token"] = run["met"] = ""
            return ""
        if code == "cannotDisseminateFormat" and run["prefix"] == "arXivRaw":
            run["prefix"], run["token"] = "arXiv", ""
            return ""
        raise SourceError("protocol", message(noop("arXiv refused the request for {category}: {reason}."),
                                              category=where, reason=text or code),
                          message(noop("Check the categories in the settings; what came before was kept.")),
                          cause=f"OAI-PMH error {code} for set {where}: {text}")

    def end(self, cursor: Cursor) -> Cursor:
        """The day from which the next run asks: a day before this run began, since datestamps are days of Ithaca."""
        run = cursor["run"]
        mark = (date.fromisoformat(run["today"]) - timedelta(days=1)).isoformat()
        return {"mark": max(mark, cursor.get("mark", "")), "sets": run["sets"]}

    def next_due(self, options: dict[str, Any], cursor: Cursor, *, now: datetime) -> datetime:
        """Every six hours: records change once a day, after the announcement, but not at a fixed hour."""
        return now + _AGAIN_AFTER


def items_of(page: OaiPage) -> tuple[list[Incoming], list[Reject]]:
    """The records of a page, and those that cannot be read."""
    items, rejects = [], []
    for element in page.records:
        body = xml.serialise(element)
        try:
            record = read_record(element)
        except ParseError as problem:
            rejects.append(Reject(xml.text(xml.child(element, "header"), "identifier")[:200], str(problem), body))
            continue
        metadata = xml.child(element, "metadata")
        form = ARXIV_FORM if metadata is not None and xml.child(metadata, "arXiv") is not None else RAW_FORM
        items.append(Incoming("arxiv-oai", record.identifiers[0][1], body, form, record))
    return items, rejects


def _look_for_circle(run: dict[str, Any], page: OaiPage) -> None:
    """Raise when pages come round again: each is held against the one of the last power of two (Brent's method).

    Told by token and records together, since a server may keep its place by itself and send one token all along.
    """
    names = [xml.text(xml.child(one, "header"), "identifier") for one in page.records]
    mark = blake2b("\n".join([page.token, *names]).encode(), digest_size=10).hexdigest()
    if mark == run.get("met"):
        raise SourceError("protocol", message(noop("arXiv's list has no end.")),
                          message(noop("What came was kept; it is asked again later.")),
                          cause=f"resumption token {page.token[:80]!r} leads back to a page that was read")
    if run["pages"].bit_count() == 1:
        run["met"] = mark


def _step(run: dict[str, Any]) -> None:
    """Go to the next set, and after the last set to the next slice of days."""
    run.update(token="", pages=0, met="", seen="", ordered=True, restarts=0, **{"from": ""})
    run["set"] += 1
    if run["set"] >= len(run["sets"]):
        run["set"] = 0
        run["window"] += 1


def _progress(run: dict[str, Any]) -> dict[str, Any]:
    """Days done of the days asked for."""
    left = 0
    for start, end in run["windows"][run["window"] :]:
        left += (date.fromisoformat(end or run["today"]) - date.fromisoformat(start)).days + 1
    return {"done": max(0, run["of"] - left), "of": run["of"], "what": "days", "records": run["records"]}
