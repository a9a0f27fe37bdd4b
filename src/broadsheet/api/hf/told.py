"""What a list's records say beyond the projection: who brought the paper there, stars of its code."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard

from ...catalogue.models import SourceRecord

_unpack = zstandard.ZstdDecompressor().decompress
_DAILY, _LINES = "hf-daily/1", "jsonl/1"
_MOST = 1 << 20  # bytes of an unpacked record; real ones have a few thousand


@dataclass(frozen=True, slots=True)
class Told:
    """``submitter``: the name as that site printed it; ``slug``: its name in addresses there; ``stars``: as counted."""

    submitter: str = ""
    slug: str = ""
    stars: int | None = None


NOTHING = Told()


def of(papers: Collection[int]) -> dict[int, Told]:
    """What is told of these papers (row ids): one query, the newest record of a paper last and decisive."""
    if not papers:
        return {}
    rows = SourceRecord.objects.filter(paper_id__in=list(papers), form__in=(_DAILY, _LINES)).order_by(
        "received_at", "id").values_list("paper_id", "form", "body")
    return dict(_read(rows.iterator()))


def _read(rows: Iterator[tuple[int, str, bytes | memoryview[int]]]) -> Iterator[tuple[int, Told]]:
    for paper, form, body in rows:
        try:
            said = orjson.loads(_unpack(bytes(body), max_output_size=_MOST))
        except (zstandard.ZstdError, orjson.JSONDecodeError):
            continue  # the catalogue's own reading tells what is wrong with a record
        found = _of_daily(said) if form == _DAILY else _of_line(said)
        if found != NOTHING:
            yield paper, found


def _of_daily(said: Any) -> Told:
    entry = said.get("entry") if isinstance(said, dict) else None
    paper = entry.get("paper") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(paper, dict):
        return NOTHING
    person = entry.get("submittedBy") or paper.get("submittedOnDailyBy")
    person = person if isinstance(person, dict) else {}
    return Told(_text(person.get("fullname")) or _text(person.get("name")),
                _text(person.get("user")) or _text(person.get("name")), _number(paper.get("githubStars")))


def _of_line(said: Any) -> Told:
    if not isinstance(said, dict):
        return NOTHING
    name = _text(said.get("submitted_by"))
    return Told(name, name, _number(said.get("github_stars")))


def _text(value: Any) -> str:
    return " ".join(value.replace("\0", " ").split())[:200] if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None
