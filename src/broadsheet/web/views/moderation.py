"""Reports, the moderators' queue, and the log of every privileged act."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe
from markupsafe import Markup

from broadsheet.errors import UsageError
from broadsheet.readers import audit, claims, moderation, naming, votes
from broadsheet.readers.models import AuditEntry, Comment, Reader, Report
from broadsheet.readers.votes import NotAllowed
from broadsheet.web import names, talk
from broadsheet.web.allowed import shut
from broadsheet.web.frontpage import now
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import Visit, visit_of

PER_PAGE = 50
# What the log says; an act that is not here stands by its own name.
ACTS = {
    "moderation.hide": _lazy("Hidden"), "moderation.unhide": _lazy("Shown again"),
    "moderation.dismissed": _lazy("Reports dismissed"),
    "moderation.upheld": _lazy("Votes left flagged"), "moderation.cleared": _lazy("Flags of votes cleared"),
    "claim.confirm": _lazy("Author confirmed"), "claim.refuse": _lazy("Author not confirmed"),
    "account.add": _lazy("Account made"),
    "account.roles": _lazy("Roles given"), "account.block": _lazy("Blocked"), "account.unblock": _lazy("Block lifted"),
    "account.remove": _lazy("Account removed"), "account.link": _lazy("One-time link made"),
    "account.sessions": _lazy("Sessions ended"),
    "programs.path": _lazy("Path for programs"), "edition.pin": _lazy("Pinned"), "edition.drop": _lazy("Dropped"),
    "edition.move": _lazy("Moved to another day"), "edition.note": _lazy("Headline and note of the day"),
}
# What an entry is about, and what was changed of it; what is not here stands by its own name.
KINDS = {"invitation": _lazy("Invitation"), "account": _lazy("Account"), "paper": _lazy("Paper"), "day": _lazy("Day"),
         "vote": _lazy("Vote"), "site": _lazy("Site"), "submission": _lazy("Submission"), "comment": _lazy("Comment")}
CHANGED = {"roles": _lazy("roles"), "place": _lazy("place"), "headline": _lazy("headline"), "text": _lazy("text"),
           "day": _lazy("day"), "to_day": _lazy("to the day"), "dropped": _lazy("dropped")}
# What the act's own name says, and row numbers of reports and votes.
_SAID_BY_THE_ACT = frozenset({"reports", "flagged", "reason", "hidden", "state", "position", "blocked"})
AREAS = (("", _lazy("All")), ("moderation", _lazy("Moderation")), ("claim", _lazy("Authors")),
         ("edition", _lazy("Editions")), ("account", _lazy("Accounts")))


# -- reporting ----------------------------------------------------------------------------------------------------

@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def report(request: HttpRequest) -> HttpResponse:
    """Say what is wrong with ``?subject=``; the moderators see it."""
    visit = visit_of(request)
    if not visit.can("report"):
        return shut(request)
    given = request.POST if request.method == "POST" else request.GET
    subject = moderation.may_report(given.get("subject", "")[:40])
    if subject is None:
        raise Http404
    fault, done = "", request.GET.get("done") == "1"
    if request.method == "POST":
        try:
            moderation.report(visit.ensure_reader(None, now()), subject.name, given.get("reason", "")[:4000], now())
            return HttpResponseRedirect("/report?" + urlencode({"subject": subject.name, "done": "1"}))
        except (UsageError, NotAllowed) as problem:
            fault = str(problem)
    return render(request, "report.jinja", {
        "subject": subject, "shown": Shown(subject.paper), "body": _body(subject), "fault": fault, "done": done,
        "reason": given.get("reason", "") if fault else "", "longest": moderation.LONGEST,
        "author": naming.shown(subject.author)}, status=422 if fault else 200)


@require_safe
def report_comment(request: HttpRequest, key: str) -> HttpResponse:
    """The report of a comment."""
    return HttpResponseRedirect("/report?" + urlencode({"subject": f"comment:{key[:10]}"}))


def _body(subject: moderation.Subject) -> Markup:
    """A comment as readers see it; other texts are shown plain."""
    row = subject.row
    return Markup(row.html) if isinstance(row, Comment) else Markup()  # noqa: S704 - made by readers/prose.py


# -- the queue ----------------------------------------------------------------------------------------------------

@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for moderators; POST acts on one subject."""
    visit, fault, at = visit_of(request), "", ""
    if not visit.can("moderate"):
        raise Http404
    if request.method == "POST":
        at = request.POST.get("subject", "")[:40]
        try:
            _act(visit, at, request.POST.get("do", ""), request.POST.get("reason", "")[:4000])
            return HttpResponseRedirect("/moderation?done=1")
        except (UsageError, NotAllowed) as problem:
            fault = str(problem)
    cases = [(one, Shown(one.subject.paper), _body(one.subject), naming.shown(one.subject.author),
              [(_spoken(item), naming.shown(item.reader) if item.reader else "", talk.moment(item.made_at)[0])
               for item in one.reports], [talk.moment(when)[0] for when in one.flagged])
             for one in moderation.queue()]
    return render(request, "moderation.jinja", {
        "cases": cases, "fault": fault, "at": at, "typed": request.POST.get("reason", "") if fault else "",
        "done": request.GET.get("done") == "1", "claims": len(claims.waiting()) if visit.can("confirm_claim") else 0,
        "longest": moderation.LONGEST,
    }, status=422 if fault else 200)


def _act(visit: Visit, name: str, do: str, reason: str) -> None:
    actor, moment = visit.ensure_reader(None, now()), now()
    if do == "hide":
        moderation.hide(actor, name, reason, moment)
    elif do == "unhide":
        moderation.unhide(actor, name, reason, moment)
    elif do in (moderation.DISMISSED, moderation.UPHELD, moderation.CLEARED):
        moderation.close(actor, name, do, reason, moment)
    elif do == "block":
        found = moderation.look(name)
        if found is None or found.author is None:
            raise UsageError(_("There is nobody to block here. Nothing was done."))
        moderation.block(actor, found.author, reason, moment)
    else:
        raise Http404


# -- the log ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Line:
    """One entry for the page. ``undo``: whether this visitor may undo it now."""

    entry: AuditEntry
    when: str
    what: str
    subject: str
    changed: str
    undone: str
    undo: bool


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def log(request: HttpRequest) -> HttpResponse:
    """Every privileged act, newest first; POST undoes one."""
    visit, fault = visit_of(request), ""
    if not visit.can("moderate"):
        raise Http404
    if request.method == "POST":
        number = request.POST.get("entry", "")
        if not (number.isdecimal() and len(number) < 18):
            raise Http404
        try:
            _undo(visit, int(number))
            return HttpResponseRedirect("/moderation/log?done=1")
        except (UsageError, NotAllowed) as problem:
            fault = str(problem)
    before, area = request.GET.get("before", ""), request.GET.get("area", "")
    if (before and not (before.isdecimal() and len(before) < 18)) or area not in dict(AREAS):
        raise Http404
    rows = audit.newest(limit=PER_PAGE + 1, before=int(before) if before else None, area=area)
    return render(request, "moderation_log.jinja", {
        "lines": [_line(one, visit) for one in rows[:PER_PAGE]], "fault": fault, "area": area, "areas": AREAS,
        "more": rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else 0, "done": request.GET.get("done") == "1",
    }, status=422 if fault else 200)


def _undo(visit: Visit, number: int) -> None:
    entry = AuditEntry.objects.filter(pk=number).first()
    way = audit.way_of(entry.act) if entry is not None else None
    if entry is None or way is None or not visit.can(way.capability):
        raise UsageError(_("This act is not yours to undo. Nothing was changed."))
    audit.undo(number, visit.ensure_reader(None, now()), now())


def _spoken(report: Report) -> Report:
    """The report with its reason as it is read here; what the site noticed itself has a sentence of its own."""
    if report.reader is None:
        report.reason = votes.said_ring(report.reason)
    return report


def _line(entry: AuditEntry, visit: Visit) -> Line:
    way = audit.way_of(entry.act)
    entry.reason = audit.said(entry)
    return Line(
        entry, talk.moment(entry.made_at)[0], str(ACTS.get(entry.act, entry.act)), _subject(entry.subject),
        _changed(entry), talk.moment(entry.undone_at)[0] if entry.undone_at else "",
        entry.undone_at is None and way is not None and visit.can(way.capability))


def _subject(name: str) -> str:
    """What an entry is about, in words."""
    kind, key = [*name.split(":", 1), ""][:2]
    if kind in moderation.KINDS:
        return moderation.shown_name(name)
    if kind == "claim" and key.isdecimal():
        row = claims.by_number(int(key))
        if row is None:
            return name
        return _("{reader} as {author}: {title}").format(
            reader=naming.shown(row.reader), author=row.name, title=row.paper.title)
    if kind == "reader":
        found = Reader.objects.filter(slug=key).values_list("name", flat=True).first()
        return found or name
    return f"{KINDS.get(kind, kind)} {key}" if key else name


def _changed(entry: AuditEntry) -> str:
    """``roles: reader → editor`` for the small values that differ."""
    said = []
    for name, after in entry.after.items():
        old = entry.before.get(name)
        if name not in _SAID_BY_THE_ACT and (old or after) and old != after:
            said.append(f"{CHANGED.get(name, name)}: {_value(old)} → {_value(after)}")
    return "; ".join(said)[:300]


def _value(value: object) -> str:
    if isinstance(value, list):
        return names.roles(str(one) for one in value) or _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)[:120] if value not in (None, "") else _("none")
