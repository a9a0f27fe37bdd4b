"""The search page: what was asked, what was found and why, and a way on where nothing was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from broadsheet.catalogue import papers
from broadsheet.config import current
from broadsheet.errors import BroadsheetError
from broadsheet.readers import service as readers
from broadsheet.text import identifiers
from broadsheet.web import by_mail, mine, notices, voting
from broadsheet.web.rendering import render
from broadsheet.web.shown import SCHEME_NAMES, SOURCE_NAMES, Shown
from broadsheet.web.visits import visit_of

from .listing import PER_PAGE, Pages, page_number

LONGEST = 1000  # letters of a query; a pasted title is far shorter
LAST_PAGE = 40  # lists by relevance end at 1,000
MODES = ("hybrid", "words", "meaning")
ORDERS = ("best", "newest")


class Asked:
    """What the address asks for: everything of a search is in it, so that a search can be shared and kept."""

    def __init__(self, request: HttpRequest) -> None:
        self.text = " ".join(request.GET.get("q", "").replace("\0", " ").split())
        self.mode = request.GET.get("mode", "hybrid")
        self.order = request.GET.get("order", "best")
        if self.mode not in MODES or self.order not in ORDERS:
            raise Http404
        self.cut = len(self.text) > LONGEST
        self.text = self.text[:LONGEST]
        self.page = page_number(request, LAST_PAGE)

    def address(self, **changed: Any) -> str:
        """Address of this search with something changed; a change other than the page returns to the first."""
        values = {"q": self.text, "mode": self.mode, "order": self.order, "page": 1, **changed}
        plain = {"mode": "hybrid", "order": "best", "page": 1}
        return "/search?" + urlencode({name: value for name, value in values.items() if value != plain.get(name)})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``/search?q=&mode=&order=&page=``; an identifier or an address of a paper goes straight to it."""
    asked = Asked(request)
    if asked.text and "page" not in request.GET and (straight := _straight(asked.text)):
        return HttpResponseRedirect(straight)
    visit = visit_of(request)
    context: dict[str, Any] = {"asked": asked, "result": None, "personal": visit.personal,
                               "next": request.get_full_path(), "trouble": ""}
    if asked.text:
        context["follow"] = mine.follow_offer(request, "search", asked.text, asked.text)
        context["mail"] = by_mail.offer(request, "search", asked.text)
        context.update(_found(asked, request))
    response = render(request, "search.jinja", context, status=503 if context["trouble"] else 200)
    if context["trouble"]:
        response["Retry-After"] = "10"
    return response


def _straight(text: str) -> str:
    """The page of the paper that an identifier or a pasted address names, when it is here."""
    named = identifiers.recognise(text)
    paper = papers.by_identifier(*named) if named else None
    return Shown(paper).url if paper is not None else ""


def _found(asked: Asked, request: HttpRequest) -> dict[str, Any]:
    """The result for the template; queries: one for the papers, one for the marks, whatever the number of hits."""
    from broadsheet.search import service  # loads the index; only this page pays

    try:
        result = service.search(asked.text, mode=asked.mode, limit=PER_PAGE, offset=(asked.page - 1) * PER_PAGE,
                                order=asked.order, today=timezone.localdate(),
                                reader_filters=_hidden(request, service))
    except BroadsheetError as problem:
        return {"trouble": str(problem)}
    visit = visit_of(request)
    rows = papers.by_ids([hit.row for hit in result.hits])
    hits = [(hit, Shown(rows[hit.row], visit.member)) for hit in result.hits if hit.row in rows]
    first = (asked.page - 1) * PER_PAGE
    sure = [pair for pair in hits if pair[0].sure]
    listed = min(result.listed, LAST_PAGE * PER_PAGE)
    last = max(1, -(-listed // PER_PAGE), asked.page if hits else 1)
    if asked.page > 1 and not hits:
        raise Http404
    return {
        "result": result, "sure": sure, "behind": None if sure or asked.page > 1 else _behind(),
        "close": [pair for pair in hits if not pair[0].sure], "first": first,
        "pages": Pages(asked.page, min(last, LAST_PAGE)), "marks": readers.marks_of(visit.reader, list(rows)),
        "ballots": voting.ballots(visit),
        "facets": _facets(asked, result), "nothing": not hits,
        "ends_here": bool(sure) or first <= result.total < first + PER_PAGE,
        "chips": _chips(asked), "looser": _looser(asked.text) if not sure and asked.page == 1 else "",
    }


def _hidden(request: HttpRequest, service: Any) -> Any:
    """What the reader hid for ever stays out of hits and counts; an identifier still leads straight to its paper."""
    reader = visit_of(request).reader
    hidden = readers.hidden_of(reader)
    return service.ReaderFilters(hidden=tuple(sorted(hidden))) if hidden else None


def _behind() -> notices.Notice | None:
    """Whether what was searched for may just not be in the index yet; asked only where nothing sure was found."""
    from broadsheet.search import status

    index = status.status(current().index_dir, sizes=False)
    return notices.index_behind(index.lag) if index.state == "behind" else None


def _looser(text: str) -> str:
    """The query without its operators and quotation marks, when that leaves words and differs."""
    parts = [part for part in text.replace('"', " ").split() if ":" not in part and not part.startswith("-")]
    looser = " ".join(parts)
    return looser if looser and looser != text else ""


# Facets in the order of the page; a value narrows the query by its operator, so that the address says it all.
_FACETS = (("category", _lazy("Category"), "cat"), ("year", _lazy("Published"), "year"),
           ("organisation", _lazy("Organisation"), "org"), ("source", _lazy("Source"), "source"),
           ("votes", _lazy("Votes elsewhere"), "votes"))


def _facets(asked: Asked, result: Any) -> list[dict[str, Any]]:
    """Facets with counts: (label, count, address, whether it is on)."""
    given = dict(result.facets or {})
    out = []
    for name, heading, operator in _FACETS:
        values = [_facet(asked, operator, *value) for value in given.get(name, ())][:8]
        if values:
            out.append({"heading": heading, "values": values})
    return out


_LABELS: dict[str, Callable[[str], str]] = {
    "source": lambda name: str(SCHEME_NAMES.get(name) or SOURCE_NAMES.get(name, name)),
    "votes": lambda least: _("{number} or more").format(number=least),
}


def _facet(asked: Asked, operator: str, value: str, count: int) -> dict[str, Any]:
    quoted = value if value.replace(".", "").replace("-", "").isalnum() and value.isascii() else f'"{value}"'
    word = f"{operator}:{quoted}"
    on = word in asked.text.split()
    text = " ".join(part for part in asked.text.split() if part != word) if on else f"{asked.text} {word}"
    return {"label": _LABELS.get(operator, str)(value), "count": count, "on": on, "address": asked.address(q=text)}


def _chips(asked: Asked) -> list[tuple[str, str]]:
    """Operators in the query, each with the address of the query without it."""
    names = ("cat:", "topic:", "org:", "year:", "since:", "until:", "author:", "venue:", "votes:", "in:", "source:")
    parts = asked.text.split()
    return [(part, asked.address(q=" ".join(parts[:index] + parts[index + 1:])))
            for index, part in enumerate(parts) if part.startswith(names) and '"' not in part]
