"""What is new for which alert: read from the change log, written alert by alert, and then the position moves.

A paper is news for an alert when it came in after the alert was made (or resumed), belongs to an edition of the last
days, and is not hidden by the alert's reader. The log is read as far as the index has it, so that searches and
nearness see what they are asked about. Each alert's papers and messages are one short transaction, so that others write
between two of them; a paper is put to an alert once, so whoever reads the same changes again, after a kill or beside
another worker, finds nothing twice, and since the position moves last nothing is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from django.db import transaction

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper, PaperAuthor, PaperTerm
from broadsheet.editions import load
from broadsheet.editions.candidates import Candidate
from broadsheet.editions.fields import Table
from broadsheet.errors import BroadsheetError
from broadsheet.readers import streams
from broadsheet.readers.models import Stream
from broadsheet.readers.service import hidden_by
from broadsheet.text import latex
from broadsheet.text.folding import slug

from .. import reasons
from . import bundling
from .models import Alert, AlertPosition

BATCH = 400  # changes read at once: their papers fit into one query on either database
RECENT = timedelta(days=7)  # a paper of an older edition is no news, whenever it comes in
AHEAD = timedelta(days=2)  # lists are announced for tomorrow's date before midnight in some zones
Why = dict[int, str]  # paper (row id) -> the reason in a line


class Look(Protocol):
    """What the finding asks of the index; replaced in tests."""

    def positions(self) -> Mapping[int, int]:
        """How far each lane of the log is in the index; empty while there is none."""
        ...

    def search(self, text: str) -> Collection[int]:
        """Row ids of the newest papers that surely match a search."""
        ...

    def near(self, seeds: Sequence[str], rows: Sequence[int]) -> streams.Near:
        """How near papers are to seeds (keys), with the title of the nearest."""
        ...


@dataclass(frozen=True, slots=True)
class Index:
    """The index of this installation; ``today`` gives relative dates of searches their meaning."""

    today: date

    def positions(self) -> Mapping[int, int]:
        """Empty while there is no index: the log waits, nothing is lost."""
        from broadsheet.search import service

        try:
            return service.engine_now().positions()
        except BroadsheetError:
            return {}

    def search(self, text: str) -> Collection[int]:
        """The newest thousand that surely match."""
        from broadsheet.search import service
        from broadsheet.search.engine import Question
        from broadsheet.search.query import parse

        plan = parse(text, self.today)
        answer = service.engine_now().search(Question(plan, mode="words", order="newest", facets=False))
        return {int(row) for row, sure in zip(answer.rows, answer.sure, strict=True) if sure}

    def near(self, seeds: Sequence[str], rows: Sequence[int]) -> streams.Near:
        """Nothing is near while the vectors cannot be asked."""
        from broadsheet.search import nearness

        found = dict(Paper.objects.filter(key__in=seeds, state=Paper.State.LIVE).values_list("id", "title"))
        try:
            near = nearness.to_papers(list(found), rows)
        except BroadsheetError:
            return {}
        return {row: (value, latex.readable(found[seed])) for row, (value, seed) in near.items() if row not in found}


@dataclass(slots=True)
class Found:
    """How many changes were read, papers found for alerts, and messages made of them."""

    read: int = 0
    papers: int = 0
    messages: int = 0


@dataclass(slots=True)
class _Batch:
    """New papers of one reading, and what alerts that look for the same ask about them only once."""

    papers: dict[int, Candidate]
    table: Table | None
    look: Look
    authors: dict[str, list[int]] = field(default_factory=dict)
    terms: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    organisations: dict[str, list[int]] = field(default_factory=dict)
    _searched: dict[str, Collection[int]] = field(default_factory=dict)
    _days: dict[date, list[Candidate]] = field(default_factory=dict)

    def of(self, alert: Alert, wishes: Mapping[str, Stream]) -> Why:
        """The papers of this batch that the alert is about."""
        if alert.kind == "stream":
            stream = wishes.get(alert.value)
            return self._streamed(stream) if stream is not None else {}
        if alert.kind == "search":
            if alert.value not in self._searched:
                self._searched[alert.value] = self.look.search(alert.value)
            found = self._searched[alert.value]
            return {row: reasons.alert_search(alert.value) for row in self.papers if row in found}
        rows: Iterable[int]
        if alert.kind == "author":
            rows = self.authors.get(slug(alert.value), ())
        elif alert.kind == "organisation":
            rows = self.organisations.get(slug(alert.value), ())
        else:
            value = alert.value.lower() if alert.kind == "category" else slug(alert.value)
            rows = self.terms.get((alert.kind, value), ())
        return dict.fromkeys(rows, reasons.alert_new(alert.label or alert.value))

    def _streamed(self, stream: Stream) -> Why:
        """What the stream takes of the new papers, as far as they are among the best ``cap`` of their day so far."""
        wish = streams.wish_of(stream)
        first = dict(streams.matches(wish, self.papers.values(), self._near(wish, self.papers)))
        taken: Why = {}
        for day in {self.papers[row].day for row in first}:
            if day is None:
                continue
            if day not in self._days:
                self._days[day] = [one for one in load.of_days((day,), self.table) if not one.retracted]
            whole = self._days[day]
            best = streams.matches(wish, whole, self._near(wish, [one.id for one in whole]))
            taken.update({row: why for row, why in best if row in first})
        return taken

    def _near(self, wish: streams.Wish, rows: Collection[int]) -> streams.Near:
        return self.look.near(wish.seeds, list(rows)) if wish.seeds else {}


def step(now: datetime, today: date, look: Look, table: Table | None = None) -> Found:
    """Read one batch of each lane and make what follows from it. Call again while it has read something."""
    done = Found()
    indexed = look.positions()
    for lane in changes.LANES:
        position = _position(lane)
        if position is None:
            continue
        rows = [one for one in changes.read(lane, position, BATCH) if one.seq <= indexed.get(lane, 0)]
        if not rows:
            continue
        found = _matches([one.paper_id for one in rows if one.kind == changes.PUT], today, look, table)
        for alert, why in found:
            with transaction.atomic():
                papers, messages = bundling.put(alert, why, now)
            done.papers += papers
            done.messages += messages
        AlertPosition.objects.filter(name=f"lane:{lane}", seq=position).update(seq=rows[-1].seq)
        done.read += len(rows)
    return done


def _position(lane: int) -> int | None:
    """Where the finding stands; None at its first look: what was there before is not news."""
    name = f"lane:{lane}"
    position = AlertPosition.objects.filter(name=name).values_list("seq", flat=True).first()
    if position is None:
        AlertPosition.objects.get_or_create(name=name, defaults={"seq": changes.newest(lane)})
    return position


def live() -> list[Alert]:
    """Alerts that run: not removed, not paused, not stopped from a mail, of readers who may read."""
    return list(Alert.objects.filter(removed_at=None, paused_by="", reader__blocked_at=None).exclude(
        channel="mail", mail__state__in=("stopped", "bounced")).order_by("id"))


def _matches(ids: Iterable[int], today: date, look: Look, table: Table | None) -> list[tuple[Alert, Why]]:
    """Each running alert with what is new for it, computed before any transaction."""
    alerts = live()
    if not alerts:
        return []
    fresh = {one.id: one for one in load.by_ids(dict.fromkeys(ids), table)
             if one.day is not None and today - RECENT <= one.day <= today + AHEAD and not one.retracted}
    if not fresh:
        return []
    batch = _batch(fresh, look, table)
    keys = [alert.value for alert in alerts if alert.kind == "stream"]
    wishes = {one.key: one for one in Stream.objects.filter(key__in=keys, reader__blocked_at=None)}
    hidden = hidden_by({alert.reader_id for alert in alerts})
    found = []
    for alert in alerts:
        seen = {row for row, one in fresh.items() if one.added_at is not None and one.added_at > alert.since}
        stream = wishes.get(alert.value) if alert.kind == "stream" else None
        if not seen or (stream is not None and not stream.shared and stream.reader_id != alert.reader_id):
            continue
        why = {row: text for row, text in batch.of(alert, wishes).items()
               if row in seen and row not in hidden.get(alert.reader_id, ())}
        if why:
            found.append((alert, why))
    return found


def _batch(fresh: dict[int, Candidate], look: Look, table: Table | None) -> _Batch:
    made = _Batch(fresh, table, look)
    ids = list(fresh)
    for row, name in PaperAuthor.objects.filter(paper_id__in=ids).values_list("paper_id", "folded"):
        made.authors.setdefault(name, []).append(row)
    for row, kind, name in PaperTerm.objects.filter(paper_id__in=ids).values_list("paper_id", "kind", "slug"):
        made.terms.setdefault((kind, name), []).append(row)
    for row, name in Paper.objects.filter(id__in=ids).exclude(organisation="").values_list("id", "organisation"):
        made.organisations.setdefault(slug(name), []).append(row)
    return made
