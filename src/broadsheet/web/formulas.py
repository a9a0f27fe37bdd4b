"""Every order and its formula: those of editions, and those of search, which the pages explain beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ..catalogue.models import Paper
from ..editions import formulas as editions
from ..editions import load, service
from ..editions.candidates import Candidate
from ..editions.formulas import Formula, Input
from ..editions.places import Place
from ..editions.service import Site
from ..search import explain, fusion, meaning
from .own_formula import MINE
from .rendering import count, day_short
from .shown import Shown

_SEARCH = Formula(
    "search", "How search orders its hits",
    f"score = {1 - fusion.NEIGHBOUR_WEIGHT:g} × own + {fusion.NEIGHBOUR_WEIGHT:g} × n\n"
    f"own = (1 − w) × b ÷ b₁ + w × m ÷ {fusion.SPREADS:g}",
    (
        "b: the paper's score by words (BM25 over title and abstract, the title weighing more), 0 where it is not in "
        f"the list by words; b₁ the highest of that list. m: by how many spreads the paper is nearer in meaning than "
        f"papers usually are to this query; {fusion.SPREADS:g} of them count as much as b₁. The best {fusion.LIST:,} "
        "by words and as many by meaning take part.",
        f"n: what the {fusion.NEIGHBOURS} papers nearest in meaning among the best {fusion.BEST} have as their own, on "
        "the average, nearer ones weighing more: papers near to each other answer the same question. No score falls "
        f"below s₀, the lowest own score among these {fusion.BEST}. Below them score is own.",
        f"w: the weight of meaning, from {fusion.SKETCH_WEIGHT:g} (all papers have sketch vectors) to "
        f"{fusion.FULL_WEIGHT:g} (all have those of the full model), halved for a query that is not in English. A "
        "search by words alone is ordered by b as it is, one by meaning alone by m.",
        "A paper whose title or identifier is what was asked stands first, whatever its score. Papers with all words "
        "stand above the line, others below it. Votes and comments move nothing. Newest first asks for no score.",
    ),
    (("weight of meaning, sketches", f"{fusion.SKETCH_WEIGHT:g}"),
     ("weight of meaning, full model", f"{fusion.FULL_WEIGHT:g}"), ("papers of each list", f"{fusion.LIST:,}"),
     ("weight of the neighbours", f"{fusion.NEIGHBOUR_WEIGHT:g}"), ("spreads that count as 1", f"{fusion.SPREADS:g}")),
)
_RELATED = Formula(
    "related", "How related papers are found",
    "score = (cos − mean) ÷ spread",
    (
        "cos: the cosine of the angle between the vectors of the two papers, 1 for the same direction. mean and "
        "spread: the mean and the standard deviation of the cosines between this paper and a sample of about "
        f"{meaning.SAMPLE:,} papers whose vectors are of the same kind, sketches or those of the full model.",
        "The score says how many spreads nearer than usual a paper is. The five highest are shown. Sign bits pick "
        f"the {meaning.CANDIDATES:,} candidates of each kind that are measured exactly.",
    ),
    (("papers shown", "5"), ("candidates of each kind", f"{meaning.CANDIDATES:,}")),
)
FORMULAS: dict[str, Formula] = {**editions.FORMULAS, "mine": MINE, "search": _SEARCH, "related": _RELATED}


@dataclass(frozen=True, slots=True)
class Example:
    """A formula worked out. ``points`` is exactly what the order used; ``notes`` say where the paper stands."""

    title: str
    url: str
    inputs: tuple[Input, ...]
    points: float | None
    notes: tuple[str, ...] = ()


def work_out(
    name: str, paper: Paper, site: Site, now: datetime, query: str = "", mode: str = "hybrid",
) -> list[Example]:
    """The formula ``name`` for one paper (for ``related``: for each of its five nearest). Empty: nothing to reckon.

    Raises SearchError where the formula needs the index and there is none.
    """
    if name == "mine":
        return []
    if name == "related":
        return _related(paper)
    shown = Shown(paper)
    if name == "edition":
        place = service.place_of(paper, site, whole=True)
        if place is None or place.points is None:
            return []
        worked = editions.work_day(place.points)
        return [Example(shown.title, shown.url, worked.inputs, worked.points, _where(place, paper))]
    if name == "search":
        return _search(paper, shown, query, mode, now.date())
    candidate = load.of_paper(paper, site.table)
    if name == "newest":
        said = f"Published {day_short(paper.published) or 'on no known day'}."
        return [Example(shown.title, shown.url, (), None, (said,))]
    service.set_acts([candidate], site)
    if name == "talked":
        worked = editions.work_talked(candidate)
        return [Example(shown.title, shown.url, worked.inputs, worked.points)]
    return [_trending(candidate, shown, now, window) for window in editions.WINDOWS]


def _trending(candidate: Candidate, shown: Shown, now: datetime, window: str) -> Example:
    worked = editions.work_trending(candidate, now, window)
    listed = candidate.said and candidate.age(now) <= editions.WINDOWS[window] and not candidate.retracted
    why = "" if listed else "; not listed there" + (
        "" if candidate.age(now) > editions.WINDOWS[window] else ", as nobody voted or commented"
        if not candidate.said else ", as it is retracted or withdrawn")
    return Example(shown.title, shown.url, worked.inputs, worked.points, (f"In the window of a {window}{why}.",))


def _where(place: Place, paper: Paper) -> tuple[str, ...]:
    notes = []
    if place.rank:
        day = day_short(paper.edition_day) if paper.edition_day else ""
        notes.append(f"Number {place.rank:,} by points of {count(place.total, 'paper')} of {day}.")
    if place.where:
        notes.append(f"{place.where}{': ' + place.reason if place.reason else ''}.")
    if place.morning:
        notes.append("The day is closed: these are the numbers of that morning.")
    if paper.retraction:
        notes.append("Retracted or withdrawn, so never chosen.")
    return tuple(notes)


def _search(paper: Paper, shown: Shown, query: str, mode: str, today: date) -> list[Example]:
    found = explain.relevance(query, paper.pk, mode=mode, today=today) if query.strip() else None
    if found is None:
        return []
    inputs = [Input("w", "weight of meaning", found.weight)]
    if found.words is not None:
        inputs += [Input("b", "score by words", found.words[0]), Input("b₁", "highest of that list", found.words[1])]
    if found.meaning is not None:
        inputs.append(Input("m", "spreads nearer in meaning than usual", found.meaning))
    if found.around is not None:
        inputs += [Input("n", "average of its neighbours", found.around[0]),
                   Input("s₀", f"lowest of the best {fusion.BEST}", found.around[1])]
    notes = [f"Hit number {found.place:,} of “{query}”."]
    if found.exact:
        notes.append(f"Its {found.exact} is what was asked, so it stands first.")
    return [Example(shown.title, shown.url, tuple(inputs), found.score, tuple(notes))]


def _related(paper: Paper) -> list[Example]:
    found = explain.related(paper.pk, 5)
    rows: Mapping[int, Paper] = {one.pk: one for one in Paper.objects.filter(
        id__in=[one.row for one in found], state=Paper.State.LIVE)}
    examples = []
    for one in found:
        if one.row in rows:
            shown = Shown(rows[one.row])
            examples.append(Example(shown.title, shown.url, (
                Input("cos", f"cosine to this paper, by {one.kind}", one.cosine), Input("mean", "usual", one.mean),
                Input("spread", "usual", one.spread)), one.score))
    return examples
