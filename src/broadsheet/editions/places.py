"""Where one paper stands in its day, why, and the numbers behind it: what its page says under "Why it was chosen"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .. import spoken
from . import snapshots
from .candidates import Candidate
from .choose import Front, Pick
from .fields import named_as
from .formulas import Points
from .reasons import zone_title

ZONES = ("lead", "second", "group", "across", "talked", "also")


def zone_name(zone: str) -> str:
    """How a zone is called where one paper's place is told; empty for what is none of :data:`ZONES`."""
    return {"lead": _("Leads the edition"), "second": _("Among the first five")}.get(zone) or spoken.spoken(
        zone_title(zone))


@dataclass(frozen=True, slots=True)
class Place:
    """``zone``: a key of :data:`ZONES`, ``section`` for a paper that only its field shows, empty when not known.

    ``rank`` by points among ``total`` papers of the day (0: not worked out). ``chosen``: it has more than a line.
    ``morning``: this is what the closed day said; ``points`` is None where it kept no numbers.
    """

    zone: str
    section: str
    reason: str
    rank: int
    total: int
    points: Points | None
    chosen: bool
    morning: bool = False

    @property
    def where(self) -> str:
        """The zone and the field, for the eye."""
        named, section = zone_name(self.zone), spoken.spoken(self.section)
        return f"{named}; {section}" if named and section else named or section


def _picks(front: Front) -> list[tuple[str, Pick]]:
    """All chosen papers with their zones, in reading order."""
    found = [("lead", front.lead)] if front.lead else []
    found += [("second", pick) for pick in front.seconds]
    found += [(zone.slug, pick) for zone in (front.group, front.talked) for pick in zone.picks]
    return found + [("section", pick) for row in front.sections for pick in row.full]


def _section(front: Front, paper: int) -> tuple[str, bool]:
    """The name of the field whose rows show the paper, and whether with more than a line."""
    for row in front.sections:
        if any(pick.paper == paper for pick in row.full) or paper in row.short:
            return row.name, True
        if paper in row.lines:
            return row.name, False
    return "", False


def live(front: Front, points: Mapping[int, Points], order: Sequence[int], paper: int) -> Place:
    """The place of one of the papers of an open day; ``order`` is the whole day's, by points."""
    zone, pick = next(((zone, pick) for zone, pick in _picks(front) if pick.paper == paper), ("", None))
    section, tiers = _section(front, paper)
    rank = order.index(paper) + 1 if paper in order else 0
    return Place(zone or ("section" if section else ""), section, pick.reason if pick else "", rank, len(order),
                 points.get(paper), tiers or zone not in ("", "section"))


def alone(candidate: Candidate, points: Points) -> Place:
    """What can be said of a paper without reading its whole day."""
    return Place("", candidate.field.name, "", 0, 0, points, False)


def inputs(front: Front, points: Mapping[int, Points], order: Sequence[int]) -> dict[str, Any]:
    """The numbers behind each chosen paper of the day, for the snapshot."""
    rank = {paper: number for number, paper in enumerate(order, 1)}
    return {
        str(pick.paper): {
            "v": made.votes, "c": made.comments, "t": made.title, "a": made.abstract, "k": made.category,
            "n": made.nearness, "w": made.own_votes, "r": made.own_comments, "g": made.liking, "liked": made.liked,
            "said": spoken.as_json(made.liked),
            "words": list(made.words), "within": made.within, "near": made.near,
            "rank": rank.get(pick.paper, 0),
        }
        for _, pick in _picks(front) if (made := points.get(pick.paper)) is not None
    }


def from_snapshot(choice: Mapping[str, Any], paper: int) -> Place | None:
    """The place that a closed day gave the paper; None for one that the day did not know then."""
    zones = choice["zones"]
    for name, zone in (("lead", "lead"), ("seconds", "second")):
        for item in zones[name]:
            if item["paper"] == paper:
                return _stored(choice, paper, zone, "", snapshots.reason_of(item), True)
    for name in ("group", "talked"):
        for item in zones[name]["picks"]:
            if item["paper"] == paper:
                return _stored(choice, paper, zones[name]["slug"], "", snapshots.reason_of(item), True)
    for row in choice["sections"]:
        name = named_as(row["slug"], row["name"])
        for item in row["full"]:
            if item["paper"] == paper:
                return _stored(choice, paper, "section", name, snapshots.reason_of(item), True)
        if paper in row["short"] or paper in row["lines"]:
            return _stored(choice, paper, "section", name, "", paper in row["short"])
    return None


def _stored(choice: Mapping[str, Any], paper: int, zone: str, section: str, reason: str, chosen: bool) -> Place:
    kept = choice.get("inputs", {}).get(str(paper))
    points = None if kept is None else Points(
        kept["v"], kept["c"], kept["t"], kept["a"], kept["k"], kept["n"], tuple(kept["words"]), kept["within"],
        kept["near"], kept.get("w", 0), kept.get("r", 0), kept.get("g", 0.0),
        spoken.of_json(kept.get("liked", ""), kept.get("said")))
    return Place(zone, section, reason, kept["rank"] if kept else 0, choice["total"], points, chosen, morning=True)
