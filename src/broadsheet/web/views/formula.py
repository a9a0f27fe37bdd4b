"""A page for each order: its formula, and the numbers that went into it for any paper that is asked for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper
from broadsheet.errors import BroadsheetError
from broadsheet.text import identifiers
from broadsheet.web.formulas import FORMULAS, Example, work_out
from broadsheet.web.frontpage import now, site_of
from broadsheet.web.rendering import render

from .paper import look_up

MODES = ("hybrid", "words", "meaning")
LONGEST = 1000  # letters of a query


@require_safe
def formula(request: HttpRequest, name: str) -> HttpResponse:
    """How an order is computed; with ``?paper=`` (key, identifier or address) worked out for that paper."""
    if name not in FORMULAS:
        raise Http404(f"No formula is named “{name}”.")
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
        return {"trouble": f"No paper here is called “{asked[:80]}”. Its key, identifier or address is wanted."}
    try:
        examples: list[Example] = work_out(name, paper, site_of(request), now(), query, mode)
    except BroadsheetError as problem:
        return {"trouble": str(problem), "subject": paper}
    return {"examples": examples, "subject": paper, "trouble": "" if examples else _nothing(name, paper, query)}


def _named(asked: str) -> Paper:
    """The paper that was asked for in any of its names; raises Http404."""
    known = identifiers.recognise(asked)
    path = identifiers.path(*known) if known else asked.partition("/papers/")[2] or asked
    return look_up(path)[0]


def _nothing(name: str, paper: Paper, query: str) -> str:
    if name == "edition":
        return "This paper has no day, so it has no place in the order of one."
    if name == "mine":
        return "Your own order is seen by you alone; what was learned for it, with its weights, stands on its page."
    if name == "related":
        return "This paper has no vector yet; it gets one when it is indexed."
    return f"This paper is not among the hits of “{query[:80]}”." if query.strip() else "Say what was searched for."
