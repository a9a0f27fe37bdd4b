"""Submit: paste, look at what was found, raise it into today's edition. Three steps, each a plain form."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.catalogue import changes
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.records import Incoming
from broadsheet.config import current
from broadsheet.errors import UsageError
from broadsheet.readers import submissions
from broadsheet.readers.models import Reader, Submission
from broadsheet.readers.votes import NotAllowed
from broadsheet.web import bringing
from broadsheet.web.allowed import shut
from broadsheet.web.bringing import Brought, NotBrought
from broadsheet.web.frontpage import now
from broadsheet.web.rendering import render
from broadsheet.web.shown import SOURCE_NAMES, Shown
from broadsheet.web.visits import visit_of


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def submit(request: HttpRequest) -> HttpResponse:
    """The form; ``?paper=KEY`` previews a paper that is here. POST ``do=look`` previews, ``do=raise`` raises."""
    visit = visit_of(request)
    if not visit.can("submit"):
        return shut(request)
    if request.method == "POST":
        reader, given = visit.ensure_reader(None, now()), request.POST
        return _raise(request, reader) if given.get("do") == "raise" else _look(request, reader, given.get("what", ""))
    key = request.GET.get("paper", "")
    if not key:
        typed = request.GET.get("what", "")[:600]
        return render(request, "submit.jinja", {"what": typed, "offline": current().offline})
    paper = bringing.by_key(key)
    if paper is None:
        raise Http404
    return _preview(request, Brought(paper), visit.reader)


def _look(request: HttpRequest, reader: Reader, what: str) -> HttpResponse:
    try:
        return _preview(request, bringing.bring(what, reader, current()), reader)
    except NotBrought as problem:
        return render(request, "submit.jinja", {
            "what": what[:bringing.MOST_TYPED], "fault": str(problem), "offline": current().offline}, status=422)


def _preview(
    request: HttpRequest, brought: Brought, reader: Reader | None, *, note: str = "", fault: str = "",
) -> HttpResponse:
    moment = now()
    paper = brought.paper or bringing.draft(_item(brought), moment)
    mine = submissions.of(reader, paper.pk) if brought.paper is not None else None
    item = brought.item
    return render(request, "submit_preview.jinja", {
        "shown": Shown(paper, visit_of(request).member), "known": brought.paper is not None, "said": brought.said,
        "record": bringing.seal(item, reader) if item is not None and reader is not None else "",
        "source": _source(item.source) if item is not None else "", "today": moment.date(),
        "mine": mine if mine is not None and mine.stands else None, "fault": fault,
        "note": note or (mine.note if mine is not None else ""), "longest": submissions.LONGEST_NOTE,
        "also": submissions.at(paper.pk) if brought.paper is not None else [],
    }, status=422 if fault else 200)


def _raise(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Write the record if the paper is not here, and raise it. Sent twice, or cut off between: the same end."""
    given, moment = request.POST, now()
    note, brought = given.get("note", "")[:4000], Brought()
    try:
        brought = _handed_back(given.get("paper", ""), given.get("record", ""), reader)
        submissions.tidy_note(note)  # before anything is written
        paper = brought.paper
        if paper is None:
            item = _item(brought)
            intake([item], now=moment, lane=changes.INTERACTIVE)
            paper = bringing.known(list(item.record.identifiers))
        if paper is None:
            raise NotBrought(_("The paper could not be taken in. Nothing was raised; look it up again."))
        submissions.put(reader, paper, note, moment.date(), moment)
    except NotBrought as problem:
        return render(request, "submit.jinja", {"what": "", "fault": str(problem), "offline": current().offline},
                      status=422)
    except (UsageError, NotAllowed) as problem:
        return _preview(request, brought, reader, note=note, fault=str(problem))
    return HttpResponseRedirect(f"{Shown(paper).url}?raised=1#raised")


def _handed_back(key: str, record: str, reader: Reader) -> Brought:
    """What the form of the preview holds: a paper's key, or a sealed record, whose paper may be here by now."""
    if key:
        paper = bringing.by_key(key)
        if paper is None:
            raise NotBrought(_("This paper is no longer here. Nothing was raised."))
        return Brought(paper)
    item = bringing.unseal(record, reader)
    found = bringing.known(list(item.record.identifiers))
    return Brought(found) if found is not None else Brought(item=item)


def _item(brought: Brought) -> Incoming:
    if brought.item is None:
        raise NotBrought(_("This preview is too old. Nothing was raised; look the paper up again."))
    return brought.item


def _source(name: str) -> str:
    return str(SOURCE_NAMES.get(name, name))


@require_POST
@csrf_protect
def submission(request: HttpRequest, number: int) -> HttpResponse:
    """The submitter takes it back (``do=take-back``), or brings it back."""
    visit, moment = visit_of(request), now()
    if not visit.can("submit"):
        return shut(request)
    if visit.reader is None:
        raise Http404
    row = Submission.objects.select_related("paper", "reader").filter(pk=number, reader=visit.reader).first()
    if row is None or row.paper.state != Paper.State.LIVE:
        raise Http404
    do = request.POST.get("do")
    if do == "take-back":
        submissions.take_back(visit.reader, row, moment)
    elif do == "bring-back":
        submissions.bring_back(visit.reader, row, moment)
    else:
        raise Http404
    return HttpResponseRedirect(f"{Shown(row.paper).url}#raised")
