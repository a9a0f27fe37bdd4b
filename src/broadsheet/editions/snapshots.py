"""Closing a day: its choice, order and reasons are stored once; later knowledge never changes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .. import spoken
from .choose import Front, Pick, Section, Zone
from .fields import named_as
from .models import Snapshot
from .reasons import zone_title

FORMULA = 3  # raised when the order of a day is computed otherwise; 2 keeps the numbers behind each choice, 3 own votes


def as_json(front: Front) -> dict[str, Any]:
    """The plain form of a front page, as ``Snapshot.choice`` keeps it."""

    def picks(items: tuple[Pick, ...]) -> list[dict[str, Any]]:
        return [_stored(item) for item in items]

    def zone(item: Zone) -> dict[str, Any]:
        return {"slug": item.slug, "title": item.title, "total": item.total, "picks": picks(item.picks)}

    return {
        "formula": FORMULA,
        "zones": {
            "lead": picks((front.lead,)) if front.lead else [],
            "seconds": picks(front.seconds),
            "group": zone(front.group),
            "talked": zone(front.talked),
        },
        "sections": [
            {"slug": row.slug, "name": row.name, "count": row.count, "full": picks(row.full),
             "short": list(row.short), "lines": list(row.lines), "more": row.more}
            for row in front.sections
        ],
        "total": front.total,
        "shown": front.shown,
    }


def from_json(choice: dict[str, Any]) -> Front:
    """The front page that ``as_json`` stored."""

    def picks(items: list[dict[str, Any]]) -> tuple[Pick, ...]:
        return tuple(Pick(item["paper"], reason_of(item)) for item in items)

    def zone(item: dict[str, Any]) -> Zone:
        known = zone_title(item["slug"])
        title = known if known == item["title"] else item["title"]
        return Zone(item["slug"], title, picks(item["picks"]), item["total"])

    def section(row: dict[str, Any]) -> Section:
        return Section(row["slug"], named_as(row["slug"], row["name"]), row["count"], picks(row["full"]),
                       tuple(row["short"]), tuple(row["lines"]), row["more"])

    zones = choice["zones"]
    return Front(
        lead=next(iter(picks(zones["lead"])), None), seconds=picks(zones["seconds"]), group=zone(zones["group"]),
        talked=zone(zones["talked"]),
        sections=tuple(section(row) for row in choice["sections"]),
        total=choice["total"], shown=choice["shown"],
    )


def reason_of(item: Mapping[str, Any]) -> str:
    """The reason of a stored choice: the text of that morning, which can be spoken where the row says what it is made
    of (``said``, see ``spoken.as_json``)."""
    return spoken.of_json(str(item["reason"]), item.get("said"))


def _stored(pick: Pick) -> dict[str, Any]:
    made_of = spoken.as_json(pick.reason)
    return {"paper": pick.paper, "reason": pick.reason, **({"said": made_of} if made_of else {})}


def of(day: date) -> Snapshot | None:
    """The stored morning of ``day``, None while it is open."""
    return Snapshot.objects.filter(day=day).first()


_known: dict[date, Snapshot] = {}


def forget() -> None:
    """Drop what this process keeps of closed days (tests; after a restored backup)."""
    _known.clear()


def kept(day: date) -> Snapshot | None:
    """The same from memory where it is known: a closed day never changes. At most a hundred are kept."""
    found = _known.get(day) or of(day)
    if found is not None:
        if len(_known) >= 100:
            _known.clear()
        _known[day] = found
    return found


def close(day: date, front: Front, number: int, now: datetime, inputs: dict[str, Any]) -> Snapshot:
    """Store the morning of ``day`` with the numbers behind it (``places.inputs``); a closed day stays as it was."""
    made, _ = Snapshot.objects.get_or_create(
        day=day, defaults={"number": number, "closed_at": now, "choice": {**as_json(front), "inputs": inputs}})
    return made


def closed(days: list[date]) -> set[date]:
    """Which of ``days`` are closed."""
    return set(Snapshot.objects.filter(day__in=days).values_list("day", flat=True))
