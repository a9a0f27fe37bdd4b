"""Every order and its formula: those of editions, and those of search, which the pages explain beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from ..catalogue.models import Paper
from ..editions import formulas as editions
from ..editions import load, service
from ..editions.candidates import Candidate
from ..editions.formulas import Formula, Input, Told
from ..editions.places import Place
from ..editions.service import Site
from ..languages import count, day_short, number, plain
from ..search import explain, fusion, meaning
from ..spoken import spoken
from .own_formula import MINE
from .shown import Shown


def _search_told() -> Told:
    own, near = 1 - fusion.NEIGHBOUR_WEIGHT, fusion.NEIGHBOUR_WEIGHT
    return Told(
        _("How search orders its hits"),
        _("score = {own} × own + {near} × n\nown = (1 − w) × b ÷ b₁ + w × m ÷ {spreads}").format(
            own=plain(own), near=plain(near), spreads=plain(fusion.SPREADS)),
        (
            _("b: the paper’s score by words (BM25 over title and abstract, the title weighing more), 0 where it is "
              "not in the list by words; b₁ the highest of that list. m: by how many spreads the paper is nearer in "
              "meaning than papers usually are to this query; {spreads} of them count as much as b₁. The best {list} "
              "by words and as many by meaning take part.").format(
                  spreads=plain(fusion.SPREADS), list=number(fusion.LIST)),
            _("n: what the {neighbours} papers nearest in meaning among the best {best} have as their own, on the "
              "average, nearer ones weighing more: papers near to each other answer the same question. No score falls "
              "below s₀, the lowest own score among these {best}. Below them score is own.").format(
                  neighbours=fusion.NEIGHBOURS, best=fusion.BEST),
            _("w: the weight of meaning, from {sketch} (all papers have sketch vectors) to {full} (all have those of "
              "the full model), halved for a query that is not in English. A search by words alone is ordered by b as "
              "it is, one by meaning alone by m.").format(
                  sketch=plain(fusion.SKETCH_WEIGHT), full=plain(fusion.FULL_WEIGHT)),
            _("A paper whose title or identifier is what was asked stands first, whatever its score. Papers with all "
              "words stand above the line, others below it. Votes and comments move nothing. Newest first asks for no "
              "score."),
        ),
        ((_("weight of meaning, sketches"), plain(fusion.SKETCH_WEIGHT)),
         (_("weight of meaning, full model"), plain(fusion.FULL_WEIGHT)),
         (_("papers of each list"), number(fusion.LIST)), (_("weight of the neighbours"), plain(near)),
         (_("spreads that count as 1"), plain(fusion.SPREADS))))


def _related_told() -> Told:
    return Told(
        _("How related papers are found"), _("score = (cos − mean) ÷ spread"),
        (
            _("cos: the cosine of the angle between the vectors of the two papers, 1 for the same direction. mean and "
              "spread: the mean and the standard deviation of the cosines between this paper and a sample of about "
              "{sample} papers whose vectors are of the same kind, sketches or those of the full model.").format(
                  sample=number(meaning.SAMPLE)),
            _("The score says how many spreads nearer than usual a paper is. The five highest are shown. Sign bits "
              "pick the {candidates} candidates of each kind that are measured exactly.").format(
                  candidates=number(meaning.CANDIDATES)),
        ),
        ((_("papers shown"), "5"), (_("candidates of each kind"), number(meaning.CANDIDATES))))


FORMULAS: dict[str, Formula] = {
    **editions.FORMULAS, "mine": MINE, "search": Formula("search", _search_told),
    "related": Formula("related", _related_told)}


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
        day = day_short(paper.published)
        said = _("Published {day}.").format(day=day) if day else _("Published on no known day.")
        return [Example(shown.title, shown.url, (), None, (said,))]
    service.set_acts([candidate], site)
    if name == "talked":
        worked = editions.work_talked(candidate)
        return [Example(shown.title, shown.url, worked.inputs, worked.points)]
    if name == "span":
        worked = editions.work_span(candidate)
        return [Example(shown.title, shown.url, worked.inputs, worked.points)]
    return [_trending(candidate, shown, now, window) for window in editions.WINDOWS]


def _trending(candidate: Candidate, shown: Shown, now: datetime, window: str) -> Example:
    worked = editions.work_trending(candidate, now, window)
    old = candidate.age(now) > editions.WINDOWS[window]
    listed = candidate.said and not old and not candidate.retracted
    said = {
        "day": _("In the window of a day."), "week": _("In the window of a week."),
        "fortnight": _("In the window of a fortnight."), "month": _("In the window of a month."),
    }[window]
    if not listed:
        said = f"{said} {_not_listed(candidate, old)}"
    return Example(shown.title, shown.url, worked.inputs, worked.points, (said,))


def _not_listed(candidate: Candidate, old: bool) -> str:
    if old:
        return _("It is not listed there, as it is older.")
    if not candidate.said:
        return _("It is not listed there, as nobody voted or commented.")
    return _("It is not listed there, as it is retracted or withdrawn.")


def _where(place: Place, paper: Paper) -> tuple[str, ...]:
    notes = []
    if place.rank:
        notes.append(_("Number {rank} by points of {papers} of {day}.").format(
            rank=number(place.rank), papers=count(place.total, "paper"),
            day=day_short(paper.edition_day) if paper.edition_day else ""))
    if place.where and place.reason:
        notes.append(_("{place}: {reason}.").format(place=place.where, reason=spoken(place.reason)))
    elif place.where:
        notes.append(f"{place.where}.")
    if place.morning:
        notes.append(_("The day is closed: these are the numbers of that morning."))
    if paper.retraction:
        notes.append(_("Retracted or withdrawn, so never chosen."))
    return tuple(notes)


def _search(paper: Paper, shown: Shown, query: str, mode: str, today: date) -> list[Example]:
    found = explain.relevance(query, paper.pk, mode=mode, today=today) if query.strip() else None
    if found is None:
        return []
    inputs = [Input("w", _("weight of meaning"), found.weight)]
    if found.words is not None:
        inputs += [Input("b", _("score by words"), found.words[0]),
                   Input("b₁", _("highest of that list"), found.words[1])]
    if found.meaning is not None:
        inputs.append(Input("m", _("spreads nearer in meaning than usual"), found.meaning))
    if found.around is not None:
        inputs += [Input("n", _("average of its neighbours"), found.around[0]),
                   Input("s₀", _("lowest own score of the best {best}").format(best=fusion.BEST), found.around[1])]
    notes = [_("Hit number {place} of “{query}”.").format(place=number(found.place), query=query)]
    if found.exact == "title":
        notes.append(_("Its title is what was asked, so it stands first."))
    elif found.exact:
        notes.append(_("Its identifier is what was asked, so it stands first."))
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
                Input("cos", _cosine(one.kind), one.cosine), Input("mean", _("usual"), one.mean),
                Input("spread", _("usual"), one.spread)), one.score))
    return examples


def _cosine(kind: str) -> str:
    if kind == "sketch":
        return _("cosine to this paper, by the sketch")
    return _("cosine to this paper, by the full model")
