"""The page of one paper, and its BibTeX. All names of a paper lead to one address."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from broadsheet.catalogue import history, papers
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.records import PLACED, SUBMITTED
from broadsheet.editions import service
from broadsheet.editions.fields import field_of
from broadsheet.errors import BroadsheetError
from broadsheet.languages import count, day_long
from broadsheet.readers import collections, notes, taste
from broadsheet.readers import service as readers
from broadsheet.text import differences, identifiers, latex
from broadsheet.web import page_cache, prepared, raised, rendering, talk, voting
from broadsheet.web.citing import bibtex as cite
from broadsheet.web.frontpage import now, site_of
from broadsheet.web.rendering import render
from broadsheet.web.shown import SOURCE_NAMES, Shown, paper_path
from broadsheet.web.visits import Visit, visit_of

LONGEST = 600  # letters of a path; the longest identifier has 500
FOLDED_ABOVE = 16  # authors; more are folded, as on the mock-up with 68
NEAR_SECONDS = 300.0  # how long a page's related papers may stand


def look_up(path: str) -> tuple[Paper, bool]:
    """The live paper a path names and whether the path is its canonical one; raises Http404. Merges are followed."""
    if not path or len(path) > LONGEST or "\0" in path:
        raise Http404
    paper = None
    scheme, _, value = path.partition("/")
    candidates: list[tuple[str, str]] = [("arxiv", path)]
    if value and scheme in identifiers.SCHEMES:
        candidates.insert(0, (scheme, value))
    if len(path) == 10 and path.isalnum():
        paper = papers.by_key(path.lower())
    for name, text in candidates:
        if paper is None:
            try:
                paper = _named(*identifiers.normalise(name, text))
            except ValueError:
                continue
    if paper is None or paper.state != Paper.State.LIVE:
        raise Http404
    return paper, f"/papers/{path}" == f"/papers/{paper_path(paper.identifiers, paper.key)}"


def _named(scheme: str, value: str) -> Paper | None:
    found = prepared.by_identifier(scheme, value)
    return found if found is None or found.state == Paper.State.LIVE else papers.by_identifier(scheme, value)


class _Read:
    """What one request reads of a paper: once, for the ground of a kept page and for the page."""

    def __init__(self, path: str) -> None:
        self.path = path

    @cached_property
    def found(self) -> tuple[Paper, bool]:
        """The paper and whether the path is its canonical one."""
        return look_up(self.path)

    @cached_property
    def announced(self) -> list[tuple[Any, ...]]:
        """(day, list, category, kind, inferred, votes) of its announcements, oldest first."""
        return prepared.rows(
            "SELECT day, list, category, kind, inferred, votes FROM catalogue_announcement WHERE paper_id = %s"
            " ORDER BY day, list, category LIMIT 40", (self.found[0].pk,))

    @cached_property
    def records(self) -> list[tuple[Any, ...]]:
        """(source, source_key, received_at, how often replaced) of its source records, oldest first.

        What readers raised and editors moved are records too, but tell nothing of the paper itself.
        """
        return prepared.rows(
            "SELECT source, source_key, received_at, (SELECT COUNT(*) FROM catalogue_pastrecord p WHERE p.record_id ="
            " s.id) FROM catalogue_sourcerecord s WHERE paper_id = %s AND source NOT IN (%s, %s)"
            " ORDER BY received_at, id LIMIT 40", (self.found[0].pk, PLACED, SUBMITTED))

    def ground(self) -> object:
        """Changes with everything that is shown of the paper itself."""
        paper, canonical = self.found
        counted = voting.counts().get(paper.pk), talk.stamp(paper.pk), raised.stamp(paper.pk)
        return paper.pk, paper.revision, canonical, tuple(self.announced), tuple(self.records), counted


@require_safe
def paper(request: HttpRequest, path: str) -> HttpResponse:
    """The page of the paper; other names of it redirect for good."""
    read = _Read(path)
    kept_for = [NEAR_SECONDS]

    def build() -> HttpResponse:
        found, canonical = read.found
        shown = Shown(found, visit_of(request).member)
        if not canonical and request.path != shown.url:
            return HttpResponsePermanentRedirect(shown.url)
        context = _context(request, read, shown)
        if not context["related"]:  # a new paper: its vector is there in a moment
            kept_for[0] = 2.0
        return render(request, "paper.jinja", context)

    return page_cache.page(request, now().date(), build, ground=read.ground, seconds=lambda: kept_for[0])


@require_safe
def bibtex(request: HttpRequest, path: str) -> HttpResponse:
    """The paper as a BibTeX file."""
    found, _ = look_up(path)
    response = HttpResponse(cite(found), content_type="application/x-bibtex; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{found.key}.bib"'
    return response


def with_form(request: HttpRequest, found: Paper, form: talk.Form, *, status: int) -> HttpResponse:
    """The page of the paper with a comment's form as it was typed."""
    read = _Read("")
    read.__dict__["found"] = found, True
    context = _context(request, read, Shown(found, visit_of(request).member), form)
    return render(request, "paper.jinja", context, status=status)


def _context(request: HttpRequest, read: _Read, shown: Shown, form: talk.Form | None = None) -> dict[str, Any]:
    visit, found, site = visit_of(request), read.found[0], site_of(request)
    records = [_record(*item) for item in read.records]
    near = _without_hidden(_near(found, visit.member), visit)
    authors = shown.authors()
    return {
        "shown": shown, "paper": found, "authors": authors, "folded": len(authors) > FOLDED_ABOVE,
        "marks": prepared.marks_at(visit.reader.pk, found.pk) if visit.reader else readers.Marks(),
        "personal": visit.personal, "next": shown.url, "ballots": voting.ballots(visit),
        "told": taste.given(visit.reader, (found.pk,)).get(found.pk, ""),
        **_own(visit, found.pk),
        "talk": talk.of(visit, found.pk, found.key, form), "voters": talk.voters(found.pk, rendering.site(request)),
        "raised": raised.section(visit, found.pk, found.key, fresh="raised" in request.GET),
        "announced": [_announcement(*item) for item in read.announced],
        "records": records, "sources": ", ".join(dict.fromkeys(item["name"] for item in records)),
        "steps": _steps(read, shown),
        "field": field_of(tuple(found.categories), site.table), "place": service.place_of(found, site),
        "related": near.related, "same_day": near.same_day,
        "bibtex": cite(found), "today": now().date(), "share": _share(shown),
    }


def _own(visit: Visit, paper: int) -> dict[str, Any]:
    """The reader's own note at the paper and the collections that hold it; no query for who can have none."""
    if visit.reader is None or not visit.can("keep"):
        return {"note": None, "inside": []}
    return {"note": notes.of(visit.reader, paper), "inside": collections.holding_named(visit.reader, paper)}


# Kinds of announcements; a new one needs no word.
ANNOUNCED = {"new": "", "cross-list": _lazy("cross-list"), "replacement": _lazy("replacement")}


def _announcement(day: Any, name: str, category: str, kind: str, inferred: Any, votes: int | None) -> dict[str, Any]:
    where, on = SOURCE_NAMES.get(name, name.replace("_", " ")), prepared.as_day(day)
    words = [str(where), _("in {category}").format(category=category) if category else "",
             str(ANNOUNCED.get(kind, kind)),
             count(votes, "vote") if votes is not None else "", _("day inferred") if inferred else ""]
    return {"day": on, "long": day_long(on) if on else "", "list": name, "inferred": bool(inferred),
            "words": ", ".join(word for word in words if word)}


def _record(source: str, key: str, received: Any, replaced: int) -> dict[str, Any]:
    name = str(SOURCE_NAMES.get(source, source))
    if source == "file":
        name = _("File {name}").format(name=key.partition("/")[0])
    moment = prepared.as_moment(received)
    return {"name": name, "key": key, "received": moment.date() if moment else "", "replaced": replaced}


def _steps(read: _Read, shown: Shown) -> list[dict[str, Any]]:
    """What changed from text to text, newest first, as far as the records tell; asked only where there are several."""
    of_arxiv = sum(item[0] in history.FAMILIES for item in read.records)
    if of_arxiv < 2 and not any(item[3] for item in read.records):
        return []
    return [{
        "day": step.at.date(), "version": step.version, "source": SOURCE_NAMES.get(step.source, step.source),
        "names": ", ".join(one.name for one in step.differences),
        "differences": [_difference(one, shown) for one in step.differences],
    } for step in history.steps(read.found[0].pk)]


def _difference(one: history.Difference, shown: Shown) -> dict[str, Any]:
    """A field's pieces, word by word. An abstract that may not be shown whole is only said to have changed."""
    open_ = one.name != "abstract" or shown.may_show
    return {"name": one.name, "pieces": differences.words(one.before, one.after) if open_ else []}


@dataclass(frozen=True)
class Near:
    """Papers beside this one: near in meaning, and of the same day."""

    related: list[Shown]
    same_day: list[Shown]


def _near(found: Paper, whole: bool) -> Near:
    """Related papers and four of the same day and category: two look-ups of ids, one query of papers."""
    place = f"near:{found.pk}:{found.revision}"
    related = cache.get(place)
    if related is None:
        related = _related(found.pk)
        cache.set(place, related, NEAR_SECONDS if related else 1)
    beside = prepared.same_day(found, 4)
    rows = prepared.short_by_ids([*related, *beside])
    return Near(*([Shown(rows[row], whole) for row in part if row in rows] for part in (related, beside)))


def _without_hidden(near: Near, visit: Visit) -> Near:
    """The same without what the reader hid for ever; no query for who has no marks."""
    shown = [one.paper.id for one in (*near.related, *near.same_day)]
    hidden = readers.marks_of(visit.reader, shown).hidden if visit.reader is not None else frozenset()
    if not hidden:
        return near
    return Near(*([one for one in part if one.paper.id not in hidden] for part in (near.related, near.same_day)))


def _related(row: int) -> list[int]:
    """Row ids of the five nearest papers in meaning; none while the index is being made."""
    from broadsheet.search import related as search  # loads the index; only pages that show it pay

    try:
        return search.related(row, 5)
    except BroadsheetError:
        return []


def _share(shown: Shown) -> dict[str, str]:
    """Open Graph's four, and an abstract only where everybody may read it."""
    public = shown.paper.rights == "public"
    text = shown.paper.abstract if public else Shown(shown.paper).abstract
    return {"title": shown.title, "description": latex.readable(text)[:300], "url": shown.url}
