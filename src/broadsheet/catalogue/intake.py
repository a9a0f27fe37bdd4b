"""The intake: records come in, papers and change rows come out. The only way into the catalogue.

Whatever needs no database (digest, compression, projection of a lone record) is done before the transaction begins;
transactions are short (about ``BATCH`` papers) so that other writers wait little, and each writes its change rows.
Repeating an intake changes nothing: a record is known by (source, source_key) and its digest.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import zstandard
from django.db import connection, transaction

from . import changes, history, site, writer
from .keys import new_key
from .projection import Held, Projected, project
from .records import Incoming
from .reprojection import in_list, reproject

BATCH = 60  # papers a transaction: about 20 ms on SQLite
LONE_BATCH = 400  # while nobody else wants to write: the same pages of the database are written less often
# Different values of one of these schemes are different works; a shared DOI or URL does not make them one.
STRONG = frozenset({"arxiv", "acl", "pmid", "openreview", "pmlr"})
BATCH_BYTES = 8 << 20  # of received bytes: long records come in smaller transactions
_compress = zstandard.ZstdCompressor(level=3).compress


@dataclass(slots=True)
class Counts:
    """What became of the records. ``merged``: joined a paper that another record had made."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    conflicts: list[str] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Add the counts of another run."""
        for name in ("read", "added", "updated", "unchanged", "merged", "rejected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.conflicts.extend(other.conflicts[: max(0, 100 - len(self.conflicts))])


@dataclass(slots=True)
class _Prepared:
    item: Incoming
    digest: bytes
    body: bytes
    alone: Projected
    values: tuple[Any, ...]


@dataclass(slots=True)
class _Work:
    """One paper touched by a batch: ``id`` is None until a new one gets its number."""

    id: int | None
    items: list[_Prepared]
    absorbed: set[int] = field(default_factory=set)


def digest_of(form: str, body: bytes) -> bytes:
    """BLAKE2b-128 over the parser's form and the bytes: equal means nothing new was said."""
    return blake2b(form.encode() + b"\0" + body, digest_size=16).digest()


def _prepare(item: Incoming, front_lists: Sequence[str] | None) -> _Prepared:
    alone = project([Held(item.source, item.source_key, item.record)], front_lists)
    return _Prepared(item, digest_of(item.form, item.body), _compress(item.body), alone, writer.paper_values(alone))


def intake(
    items: Iterable[Incoming],
    *,
    now: datetime,
    lane: int,
    batch: int | Callable[[], int] = BATCH,
    pause: Callable[[float], None] | None = None,
    newest_key: Callable[[], str] = new_key,
) -> Counts:
    """Take records in, ``batch`` a transaction; returns what became of them.

    ``lane`` is ``changes.INTERACTIVE`` or ``changes.BULK``. ``pause`` (given by bulk callers) is called after each
    transaction with the seconds it took, so that other writers get their turn (see DESIGN, "SQLite has no fair queue").
    ``batch`` may be a function that is asked before each transaction.
    """
    total = Counts()
    chosen = site.choice("front_lists")
    repeated = True  # whether the last records were known: then it pays to look before projecting
    for group in batched(items, batch):
        fresh = _fresh(group) if repeated else group
        counts = Counts(read=len(group) - len(fresh), unchanged=len(group) - len(fresh))
        prepared = [_prepare(item, chosen) for item in fresh]
        started = time.perf_counter()
        if prepared:
            with transaction.atomic():
                counts.add(_Batch(prepared, chosen, now, newest_key).run(lane))
        total.add(counts)
        repeated = 2 * counts.unchanged > len(group)
        if pause is not None:
            pause(time.perf_counter() - started)
    return total


def _fresh(group: list[Incoming]) -> list[Incoming]:
    """The items without those that are held as they are, found by their digests; the rest is judged in the transaction.

    A key that comes twice stays twice: its order decides.
    """
    times = Counter((item.source, item.source_key) for item in group)
    by_source: dict[str, list[str]] = {}
    for item in group:
        by_source.setdefault(item.source, []).append(item.source_key)
    held: dict[tuple[str, str], bytes] = {}
    with connection.cursor() as cursor:
        for source, keys in by_source.items():
            cursor.execute(
                "SELECT source_key, digest FROM catalogue_sourcerecord"
                f" WHERE source = %s AND {in_list('source_key', len(keys))}",
                [source, *keys],
            )
            held.update(((source, key), bytes(digest)) for key, digest in cursor.fetchall())
    return [
        item
        for item in group
        if times[place := (item.source, item.source_key)] > 1 or held.get(place) != digest_of(item.form, item.body)
    ]


def batched(items: Iterable[Incoming], size: int | Callable[[], int]) -> Iterator[list[Incoming]]:
    """Lists of at most ``size`` items, or of ``size()``, asked for each, and of hardly more than ``BATCH_BYTES``."""
    group: list[Incoming] = []
    wanted = weight = 0
    for item in items:
        if not group:
            wanted, weight = size if isinstance(size, int) else size(), 0
        group.append(item)
        weight += len(item.body)
        if len(group) >= wanted or weight >= BATCH_BYTES:
            yield group
            group = []
    if group:
        yield group


class _Batch:
    """One transaction of the intake."""

    def __init__(
        self, prepared: list[_Prepared], front_lists: Sequence[str] | None, now: datetime, make_key: Callable[[], str]
    ) -> None:
        self.prepared = prepared
        self.front_lists = front_lists
        self.now = now
        self.make_key = make_key
        self.counts = Counts(read=len(prepared))
        self.work: dict[int, _Work] = {}  # by id of the work object
        self.owner: dict[tuple[str, str], int | _Work] = {}  # identifier -> paper id or new work
        self.by_paper: dict[int, _Work] = {}
        self.records: dict[tuple[str, str], tuple[int, bytes] | _Work] = {}
        self.strong: dict[int, set[tuple[str, str]]] = {}
        self.counted: set[int] = set()  # papers of which nothing changed but imported votes and comments
        self.gone: dict[int, int] = {}  # papers absorbed in this batch -> the paper that has their records now

    def run(self, lane: int) -> Counts:
        self._load()
        for one in self.prepared:
            self._place(one)
        new = [work for work in self.work.values() if work.id is None]
        for work, id_ in zip(new, writer.next_ids(len(new)) if new else [], strict=True):
            work.id = id_
        changed = self._write_new(new) + self._write_known([w for w in self.work.values() if w not in new])
        changes.append([id_ for id_ in changed if id_ not in self.counted], lane)
        changes.append([id_ for id_ in changed if id_ in self.counted], lane, changes.COUNT)
        return self.counts

    def _load(self) -> None:
        """Who owns the identifiers of this batch, and which of its records are known."""
        pairs = list({pair for one in self.prepared for pair in one.item.record.identifiers})
        with connection.cursor() as cursor:
            by_scheme: dict[str, list[str]] = {}
            for scheme, value in pairs:
                by_scheme.setdefault(scheme, []).append(value)
            for scheme, values in by_scheme.items():
                cursor.execute(
                    "SELECT scheme, value, paper_id FROM catalogue_identifier"
                    f" WHERE scheme = %s AND {in_list('value', len(values))}",
                    [scheme, *values],
                )
                self.owner.update(((row[0], row[1]), row[2]) for row in cursor.fetchall())
            by_source: dict[str, list[str]] = {}
            for one in self.prepared:
                by_source.setdefault(one.item.source, []).append(one.item.source_key)
            for source, keys in by_source.items():
                cursor.execute(
                    "SELECT source, source_key, paper_id, digest FROM catalogue_sourcerecord"
                    f" WHERE source = %s AND {in_list('source_key', len(keys))}",
                    [source, *keys],
                )
                self.records.update(((r[0], r[1]), (r[2], bytes(r[3]))) for r in cursor.fetchall())
            owners = [id_ for id_ in set(self.owner.values()) if isinstance(id_, int)]
            if owners:
                cursor.execute(
                    "SELECT paper_id, scheme, value FROM catalogue_identifier"
                    f" WHERE {in_list('paper_id', len(owners))}",
                    owners,
                )
                for paper_id, scheme, value in cursor.fetchall():
                    if scheme in STRONG:
                        self.strong.setdefault(paper_id, set()).add((scheme, value))

    def _place(self, one: _Prepared) -> None:
        """Find the paper that a record belongs to: its own record's, else the one its identifiers name."""
        item = one.item
        place = (item.source, item.source_key)
        known = self.records.get(place)
        if isinstance(known, tuple) and known[1] == one.digest:
            self.counts.unchanged += 1
            return
        owners = self._owners(one)
        if known is not None:
            owners = [known if isinstance(known, _Work) else known[0], *owners]
        owner = self._joined(owners)
        if owner is None:
            work = _Work(None, [one])
            self.work[id(work)] = work
            self.counts.added += 1
        else:
            work = owner if isinstance(owner, _Work) else self._known_work(owner)
            work.items = [kept for kept in work.items if (kept.item.source, kept.item.source_key) != place]
            work.items.append(one)
            if known is None:
                self.counts.merged += 1
            else:
                self.counts.updated += 1
        self.records[place] = work
        for pair in item.record.identifiers:
            self.owner.setdefault(pair, work)

    def _known_work(self, paper_id: int) -> _Work:
        work = self.by_paper.get(paper_id)
        if work is None:
            work = self.by_paper[paper_id] = _Work(paper_id, [])
            self.work[id(work)] = work
        return work

    def _strong_of(self, owner: int | _Work) -> set[tuple[str, str]]:
        found = set(self.strong.get(owner if isinstance(owner, int) else owner.id or 0, ()))
        if isinstance(owner, _Work):
            found |= {p for one in owner.items for p in one.item.record.identifiers if p[0] in STRONG}
        elif owner in self.by_paper:
            found |= self._strong_of(self.by_paper[owner])
        return found

    def _owners(self, one: _Prepared) -> list[int | _Work]:
        """The papers that have identifiers of the record, but for those that are other works by a strong one."""
        own = {pair for pair in one.item.record.identifiers if pair[0] in STRONG}
        found: list[int | _Work] = []
        for pair in one.item.record.identifiers:
            owner = self.owner.get(pair)
            if owner is None or owner in found:
                continue
            theirs = self._strong_of(owner)
            if _conflict(own, theirs):
                self.counts.conflicts.append(
                    f"{one.item.source_key}: {pair[0]}:{pair[1]} also stands at another paper; kept apart"
                )
                continue
            own |= theirs
            found.append(owner)
        return found

    def _joined(self, owners: list[int | _Work]) -> int | _Work | None:
        """One owner: a record that names several papers makes one of them, the one with the smallest number."""
        resolved: list[int | _Work] = []
        for owner in owners:
            current = self.by_paper.get(self.gone.get(owner, owner), owner) if isinstance(owner, int) else owner
            if isinstance(current, int):
                current = self.gone.get(current, current)
            if current not in resolved:
                resolved.append(current)
        if len(resolved) < 2:
            return resolved[0] if resolved else None
        works = [owner if isinstance(owner, _Work) else self._known_work(owner) for owner in resolved]
        works = list({id(work): work for work in works}.values())
        kept = min(works, key=lambda work: (work.id is None, work.id or 0))
        for work in works:
            if work is not kept:
                self._absorb(kept, work)
        return kept

    def _absorb(self, kept: _Work, other: _Work) -> None:
        kept.items += other.items
        kept.absorbed |= other.absorbed
        if other.id is not None:
            kept.absorbed.add(other.id)
            self.gone[other.id] = kept.id or other.id
            self.by_paper[other.id] = kept
        else:
            self.counts.added -= 1
            self.counts.merged += 1
        del self.work[id(other)]
        self.owner = {
            pair: kept if owner is other or owner == other.id else owner for pair, owner in self.owner.items()
        }
        self.records = {place: kept if held is other else held for place, held in self.records.items()}

    def _write_new(self, works: list[_Work]) -> list[int]:
        made: list[tuple[int, Projected]] = []
        rows = []
        for work in works:
            assert work.id is not None
            if len(work.items) == 1:
                projected, values = work.items[0].alone, work.items[0].values
            else:
                projected = project([_held(one.item) for one in work.items], self.front_lists)
                values = writer.paper_values(projected)
            made.append((work.id, projected))
            rows.append((work.id, self.make_key(), values))
        writer.insert_papers(rows, self.now)
        writer.insert_parts(made)
        self._write_records(works)
        gone = [id_ for id_, projected in made if projected.deleted]
        if gone:
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE catalogue_paper SET state = 'deleted' WHERE {in_list('id', len(gone))}", gone)
        return [id_ for id_, _ in made]

    def _write_records(self, works: list[_Work]) -> None:
        writer.insert_records(
            [
                (one.item.source, one.item.source_key, work.id, one.item.form, one.body, one.digest, self.now)
                for work in works
                for one in work.items
            ]
        )
        writer.insert_identifiers(
            [
                (scheme, value, work.id)
                for work in works
                if work.id is not None
                for one in work.items
                for scheme, value in one.item.record.identifiers
                if self.owner.get((scheme, value)) in (work, work.id)
            ]
        )

    def _write_known(self, works: list[_Work]) -> list[int]:
        """Papers that had records: store the new ones, project all, write what differs."""
        if not works:
            return []
        absorbed = [(gone, work.id) for work in works for gone in work.absorbed if work.id is not None]
        for gone, kept in absorbed:
            writer.move_records(gone, kept, self.now)
        items = [one for work in works for one in work.items]
        history.keep_replaced(
            [(one.item.source, one.item.source_key, one.digest, one.item.record) for one in items], self.now
        )
        self._write_records(works)
        changed = reproject(
            [work.id for work in works if work.id is not None], self.front_lists, self.now, self.counted
        )
        return [*changed, *(gone for gone, _ in absorbed)]


def _conflict(own: set[tuple[str, str]], theirs: set[tuple[str, str]]) -> bool:
    """Whether two sets of strong identifiers name different works."""
    return any(a[0] == b[0] and a[1] != b[1] for a in own for b in theirs)


def _held(item: Incoming) -> Held:
    return Held(item.source, item.source_key, item.record)
