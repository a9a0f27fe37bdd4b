"""A page for each order: its formula, and the numbers that went into it for any paper that is asked for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper
from broadsheet.errors import BroadsheetError
from broadsheet.text import identifiers
from broadsheet.web import for_you
from broadsheet.web.formulas import FORMULAS, Example, work_out
from broadsheet.web.frontpage import now, site_of
from broadsheet.web.own_formula import work_mine
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

from .paper import look_up

MODES = ("hybrid", "words", "meaning")
LONGEST = 1000  # letters of a query


@require_safe
def formula(request: HttpRequest, name: str) -> HttpResponse:
    """How an order is computed; with ``?paper=`` (key, identifier or address) worked out for that paper."""
    if name not in FORMULAS:
        raise Http404(_("No formula is named “{name}”.").format(name=name))
    asked = request.GET.get("paper", "")[:600].strip()
    query = request.GET.get("q", "")[:LONGEST].replace("\0", " ")
    mode = request.GET.get("mode", "hybrid")
    context: dict[str, Any] = {"formula": FORMULAS[name], "all": FORMULAS, "asked": asked, "query": query,
                               "mode": mode if mode in MODES else "hybrid", "examples": [], "trouble": ""}
    if asked:
        context |= _worked(request, name, asked, query, context["mode"])
    return render(request, "formula.jinja", context)


def _worked(request: HttpRequest, name: str, asked: str, query: str, mode: str) -> dict[str, Any]:
    try:
        paper = _named(asked)
    except Http404:
        return {"trouble": _("No paper here is called “{given}”. Its key, identifier or address is wanted.").format(
            given=asked[:80])}
    try:
        if name == "mine":
            examples = _mine(request, paper)
        else:
            examples = work_out(name, paper, site_of(request), now(), query, mode)
    except BroadsheetError as problem:
        return {"trouble": str(problem), "subject": paper}
    return {"examples": examples, "subject": paper, "trouble": "" if examples else _nothing(name, paper, query)}


def _mine(request: HttpRequest, paper: Paper) -> list[Example]:
    """The reader's own order at this paper; nothing for who has none."""
    taste = for_you.taste_of(visit_of(request).reader)
    if not taste:
        return []
    shown = Shown(paper)
    inputs, score, notes = work_mine(taste, paper)
    return [Example(shown.title, shown.url, inputs, score, notes)]


def _named(asked: str) -> Paper:
    """The paper that was asked for in any of its names; raises Http404."""
    known = identifiers.recognise(asked)
    path = identifiers.path(*known) if known else asked.partition("/papers/")[2] or asked
    return look_up(path)[0]


def _nothing(name: str, paper: Paper, query: str) -> str:
    if name == "edition":
        return _("This paper has no day, so it has no place in the order of one.")
    if name == "mine":
        return _("Nothing was learned for an order of yours yet. Say “More like this” under a paper, or answer the "
                 "three questions at the start.")
    if name == "related":
        return _("This paper has no vector yet; it gets one when it is indexed.")
    if not query.strip():
        return _("Say what was searched for.")
    return _("This paper is not among the hits of “{query}”.").format(query=query[:80])
