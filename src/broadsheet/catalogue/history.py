"""What a source said before: kept when a record is replaced, compared when a page asks what changed.

A record that is sent again with other votes only is no other version, and its past is not kept: a list that is read
every two hours would fill the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import zstandard

from . import forms
from .models import PastRecord, SourceRecord
from .records import ParsedRecord

_decompress = zstandard.ZstdDecompressor().decompress
# Sources that send one text of one paper in records of several kinds, each a moment of the same history.
FAMILIES = {"arxiv-oai": "arxiv", "arxiv-rss": "arxiv"}
_FIELDS = ("title", "abstract", "comment", "venue", "licence", "status")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that changed: ``name`` is title, abstract, authors, comment... ``before`` and ``after`` as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """From one text of a source to its next: when the next came, its version (0: not told), and what differs."""

    source: str
    at: datetime
    version: int
    differences: tuple[Difference, ...]


def keep_replaced(incoming: Sequence[tuple[str, str, bytes, ParsedRecord]], now: datetime) -> None:
    """Keep what stands of the records (source, key, digest, new record) that are about to be replaced.

    Inside the caller's transaction, before the new bytes are written.
    """
    fresh = {(source, key): (digest, record) for source, key, digest, record in incoming}
    by_source: dict[str, list[str]] = {}
    for source, key in fresh:
        by_source.setdefault(source, []).append(key)
    kept = []
    for source, keys in by_source.items():
        held = SourceRecord.objects.filter(source=source, source_key__in=keys).values_list(
            "id", "source_key", "form", "body", "digest", "received_at")
        for id_, key, form, body, digest, received in held:
            new_digest, record = fresh[source, key]
            if bytes(digest) != new_digest and _text_changed(form, bytes(body), record):
                kept.append(PastRecord(record_id=id_, form=form, body=bytes(body), received_at=received,
                                       replaced_at=now))
    if kept:
        PastRecord.objects.bulk_create(kept)


def _text_changed(form: str, body: bytes, record: ParsedRecord) -> bool:
    try:
        before = forms.parse(form, _decompress(body))
    except forms.UnknownForm:
        return True  # what cannot be read again is kept: a later version may
    return _without_counts(before) != _without_counts(record)


def _without_counts(record: ParsedRecord) -> ParsedRecord:
    announced = tuple(replace(item, votes=None) for item in record.announced)
    return replace(record, votes=None, comments=None, vote_site="", announced=announced, ai_keywords=(), ai_summary="",
                   ai_model="")


def steps(paper_id: int) -> list[Step]:
    """What changed in a paper as far as its records tell, newest first: two queries, one where nothing was replaced."""
    records = list(SourceRecord.objects.filter(paper_id=paper_id).values_list(
        "id", "source", "form", "body", "received_at"))
    past = list(PastRecord.objects.filter(record__paper_id=paper_id).values_list(
        "record_id", "record__source", "form", "body", "received_at"))
    families = [FAMILIES.get(source, "") for _, source, *_ in records]
    replaced = {row[0] for row in past}
    texts: dict[str, list[tuple[datetime, str, ParsedRecord]]] = {}
    for (id_, source, form, body, received), family in zip(records, families, strict=True):
        if id_ in replaced or (family and families.count(family) > 1):
            _add(texts, family or f"record {id_}", received, source, form, bytes(body))
    for id_, source, form, body, received in past:
        _add(texts, FAMILIES.get(source, "") or f"record {id_}", received, source, form, bytes(body))
    found = [step for timeline in texts.values() for step in _compare(timeline)]
    return sorted(found, key=lambda step: step.at, reverse=True)


def _add(texts: dict[str, list[tuple[datetime, str, ParsedRecord]]], place: str, at: datetime, source: str, form: str,
         body: bytes) -> None:
    try:
        record = forms.parse(form, _decompress(body))
    except forms.UnknownForm:
        return
    texts.setdefault(place, []).append((at, source, record))


def _compare(timeline: list[tuple[datetime, str, ParsedRecord]]) -> list[Step]:
    timeline.sort(key=lambda item: item[0])
    found = []
    for (_, source_before, before), (at, source, after) in pairwise(timeline):
        differing = differences(before, after, same_source=source == source_before)
        if differing:
            version = max((one.number for one in after.versions), default=0)
            found.append(Step(source, at, version, differing))
    return found


def differences(before: ParsedRecord, after: ParsedRecord, *, same_source: bool = True) -> tuple[Difference, ...]:
    """The fields in which two records differ (pure). Records of different kinds are compared in title and abstract."""
    if before.deleted or after.deleted:
        if before.deleted == after.deleted:
            return ()
        said = ("in the source", "taken out of the source")
        return (Difference("state", said[before.deleted], said[after.deleted]),)
    found = []
    for name in _FIELDS if same_source else ("title", "abstract"):
        one, two = " ".join(getattr(before, name).split()), " ".join(getattr(after, name).split())
        if one != two and (same_source or (one and two)):
            found.append(Difference(name, one, two))
    if same_source:
        for name, one, two in (
            ("authors", _names(before), _names(after)),
            ("categories", ", ".join(before.categories), ", ".join(after.categories)),
            ("state", _state(before), _state(after)),
        ):
            if one != two:
                found.append(Difference(name, one, two))
    return tuple(found)


def _names(record: ParsedRecord) -> str:
    return ", ".join(author.name for author in record.authors)


def _state(record: ParsedRecord) -> str:
    return record.retraction.kind if record.retraction else "stands"
