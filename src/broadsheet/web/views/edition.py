"""The front page, days, fields, the reader's own control, formulas, the abstract in place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup

from ... import languages
from ...catalogue.models import Paper
from ...catalogue.records import SUBMITTED
from ...catalogue.rights import may_show
from ...editions import calendar, load, service
from ...editions.candidates import Narrowing, narrow
from ...editions.choose import FRONT_PAPERS, Zone
from ...editions.fields import Field
from ...readers import service as readers
from ...readers import settings as reading
from ...readers import tallies
from ...spoken import spoken
from ...text import identifiers, latex
from ...text.dates import is_listing_day
from .. import for_you, fragments, known, near, notices, page_cache, raised, rendering
from ..frontpage import (
    CONTROLS,
    Control,
    Printer,
    control_of,
    next_look,
    now,
    parse_day,
    picks,
    plain,
    read_of,
    site_of,
)
from ..shown import in_language
from ..visits import Visit, visit_of

LIST_INTRO = _lazy("All papers that this list named on this day, with the votes they had there.")
RAISED_INTRO = _lazy("All papers that readers raised into this day’s edition, whatever edition they belong to.")
MOST_LISTED = 1500  # papers on one page of a field: lines, 72 KB compressed at most


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The newest closed or arriving edition; a thin day shares the page with the last full one."""
    moment = now()
    today = moment.date()
    asked = parse_day(request.GET.get("date", ""))
    if asked is not None:
        return HttpResponseRedirect(f"/papers/date/{asked}")
    if request.GET.get("list"):
        return _newest_of_list(request.GET["list"], today)

    def build() -> HttpResponse:
        days = service.front_days(today)
        return _edition_page(request, days, today) if days else _no_papers(request)

    return page_cache.page(request, today, build, ground=tallies.position, seconds=lambda: _stands(request))


@require_safe
def day(request: HttpRequest, day: str) -> HttpResponse:
    """One day's front page; with ``?list=`` exactly the members of that list's day."""
    asked = parse_day(day)
    today = now().date()
    if asked is None:
        raise Http404(_("“{given}” is not a day; write it as 2026-05-12.").format(given=day[:40]))
    name = request.GET.get("list", "")[:40]

    def build() -> HttpResponse:
        if name:
            return _list_page(request, name, asked)
        if asked > today or not service.day_ids((asked,), site_of(request)):
            return _empty_day(request, asked, today)
        return _edition_page(request, (asked,), today)

    return page_cache.page(request, today, build, ground=tallies.position, seconds=lambda: _stands(request))


def _stands(request: HttpRequest) -> float:
    """Seconds that a page may be kept: vectors come without a write, acts for the order write nothing that the house
    knows of, and a minute later the page has them."""
    return 60.0 if site_of(request).near is not None or near.anything_said() else 86_400.0


def _newest_of_list(name: str, today: date) -> HttpResponse:
    newest = service.newest_list_day(name[:40], today)
    if newest is None:
        raise Http404(_("No list named “{name}” has a day here.").format(name=name[:40]))
    return HttpResponseRedirect(f"/papers/date/{newest}?list={name[:40]}")


def _no_papers(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    if visit.keeper and not rendering.site(request).get("fields"):
        return HttpResponseRedirect("/setup")
    state = known.of_house("sources", notices.sources)
    told = notices.no_papers(state, keeper=visit.keeper)
    context = {"heading": _("No papers yet"), "notices": [told], "again": 8 if state.running else 0}
    return rendering.render(request, "empty.jinja", context)


def _empty_day(request: HttpRequest, asked: date, today: date) -> HttpResponse:
    before = calendar.day_before(min(asked, today))
    link = (_("{weekday}’s edition").format(weekday=languages.weekday(before)),
            f"/papers/date/{before}") if before else None
    text = languages.day_long(asked)
    notice = notices.empty_day(text, weekend=asked.weekday() > 4, holiday=not is_listing_day(asked), before=link)
    return rendering.render(request, "empty.jinja", {"heading": text, "notices": [notice]}, status=404)


def _edition_page(request: HttpRequest, days: tuple[date, ...], today: date) -> HttpResponse:
    visit, site, moment = visit_of(request), site_of(request), now()
    control = replace(control_of(request.GET, visit), mine_offered=True)
    marks = readers.marks_of(visit.reader, service.day_ids(days, site)) if visit.reader else readers.Marks()
    gone = marks.read if control.hide_read else ()
    found = service.edition(days, today, site, control.narrowing, gone, newest=request.path == "/")
    if marks.hidden:  # the next paper leads
        found = replace(found, front=service.without(found.front, marks.hidden))
    found, own, order = _own(found, control, visit, marks, [*gone])
    printer = Printer(request, found.candidates, marks)
    if any(one.raised for one in found.candidates.values()):
        printer.raised = raised.of_days(found.days)
    state = known.of_house("sources", notices.sources)
    told = notices.about_sources(state) if request.path == "/" or days[0] == today else []
    if known.of_house("sample", notices.has_sample):
        told = [notices.sample(), *told]
    context: dict[str, Any] = {
        "edition": found, "front": found.front, "control": control, "state": state, "notices": told,
        "week_url": "/papers/week/{0.year}-W{0.week:02d}".format(days[0].isocalendar()), "path": request.path,
        "fresh": _fresh(printer, found), "personal": visit.personal,
        "next_look": next_look(state.due, moment), "shared_days": found.days[1:], "is_front": request.path == "/",
        "unread": [found.candidates[one].key
                   for one in dict.fromkeys((*found.front.papers(), *(paper for paper, _ in own.pairs)))
                   if one not in marks.read and one in found.candidates] if visit.personal else [],
    }
    if found.total and found.hidden == found.total:
        context["instead"] = _nothing_left(found.total, control, marks, request.path)
    if found.ordered:
        context["rows"] = _newest_rows(printer, found.ordered)
    elif order is not None:
        context["mine"] = _own_rows(printer, order)
    else:
        context["zones"] = _zones(printer, found, own)
    if control.narrowing.order == "mine" and order is None:
        context["notices"] = [notices.no_order_yet(), *told]
    return rendering.render(request, "edition.jinja", context)


def _own(
    found: service.Edition, control: Control, visit: Visit, marks: readers.Marks, gone: list[int]
) -> tuple[service.Edition, for_you.Places, for_you.Places | None]:
    """The edition, the reader's zone in it, and the whole day in the reader's order where that was asked for."""
    taste = for_you.taste_of(visit.reader)
    if taste is None or found.ordered:
        return found, for_you.NONE, None
    day = [one for one in found.candidates.values() if one.day in found.days]
    if control.narrowing.order == "mine":
        return found, for_you.NONE, for_you.places(taste, narrow(day, control.narrowing, gone), FRONT_PAPERS)
    front, own = for_you.zone(taste, found.front, narrow(day, control.narrowing, gone), marks.read | marks.hidden)
    return replace(found, front=front), own, None


def _own_rows(printer: Printer, order: for_you.Places) -> dict[str, list[Markup]]:
    """A day in the reader's order, in tiers."""
    pairs = order.pairs
    full, short, lines = printer.print([("full", pairs[:24]), ("short", pairs[24:60]), ("line", pairs[60:])])
    return {"full": full, "short": short, "lines": lines}


def _fresh(printer: Printer, found: service.Edition) -> int:
    return sum(printer.is_new(one) for one in found.candidates.values() if one.day in found.days)


def _nothing_left(papers: int, control: Control, marks: readers.Marks, path: str) -> notices.Notice:
    again = f"{path}?order={control.narrowing.order}"
    if control.hide_read and len(marks.read) >= papers:
        return notices.all_read(papers, again)
    return notices.narrowed_away(papers, control.words, again)


def _zones(printer: Printer, found: service.Edition, own: for_you.Places = for_you.NONE) -> dict[str, Any]:
    """All entries of the front page, printed with one look into the store."""
    page = found.front
    groups = [("lead", picks([page.lead] if page.lead else [])), ("second", picks(page.seconds)),
              ("zone", picks(page.group.picks)), ("zone", picks(page.talked.picks)), ("full", own.pairs)]
    for row in page.sections:
        groups += [("full", picks(row.full)), ("short", plain(row.short)), ("line", plain(row.lines))]
    lead, seconds, group, talked, yours, *rest = printer.print(groups)
    rows = [
        {"row": row, "full": rest[3 * n], "short": rest[3 * n + 1], "lines": rest[3 * n + 2]}
        for n, row in enumerate(page.sections)
    ]

    def zone(item: Zone, entries: list[Markup]) -> dict[str, Any]:
        return {"zone": item, "entries": entries}

    return {"lead": lead, "seconds": seconds, "group": zone(page.group, group), "talked": zone(page.talked, talked),
            "sections": rows, "own": yours, "open": own.open}


def _newest_rows(printer: Printer, ordered: tuple[int, ...]) -> dict[str, list[Markup]]:
    """A plain list in tiers: the first entries whole, then headlines, then lines."""
    full, short, lines = printer.print(
        [("full", plain(ordered[:12])), ("short", plain(ordered[12:60])), ("line", plain(ordered[60:]))])
    return {"full": full, "short": short, "lines": lines}


def _list_page(request: HttpRequest, name: str, asked: date) -> HttpResponse:
    visit, site = visit_of(request), site_of(request)
    control = control_of(request.GET, visit)
    # A list's day shows all its members; only an address that says so narrows it.
    narrowing = control.narrowing if control.shared else None
    gone = read_of(control, visit) if control.shared else frozenset()
    found = service.day_list(name, asked, site, narrowing, gone)
    title = load.LISTS.get(name, name)
    if not found.total and narrowing is None:
        before = (_("The list’s day before"), f"/papers/date/{found.before}?list={name}") if found.before else None
        notice = notices.empty_day(languages.day_long(asked), weekend=asked.weekday() > 4, before=before)
        return rendering.render(request, "empty.jinja", {"heading": title, "notices": [notice]}, status=404)
    candidates = {one.id: one for one in found.papers}
    marks = readers.marks_of(visit.reader, list(candidates)) if visit.reader else readers.Marks()
    printer = Printer(request, candidates, marks)
    printer.raised = raised.of_days((asked,)) if name == SUBMITTED else {}
    (entries,) = printer.print([("full", plain(candidates))])
    helped = load.machine_words(list(candidates)) if rendering.site(request).get("machine_text") else {}
    notes = [helped.get(one) for one in candidates if one not in marks.hidden] if helped else []
    return rendering.render(request, "listing.jinja", {
        "heading": f"{title}, {languages.day_long(asked)}", "entries": entries,
        "intro": RAISED_INTRO if name == SUBMITTED else LIST_INTRO,
        "before": (languages.day_short(found.before), f"/papers/date/{found.before}?list={name}")
        if found.before else None,
        "after": (languages.day_short(found.after), f"/papers/date/{found.after}?list={name}")
        if found.after else None,
        "formula": None, "notes": notes, "hidden": found.whole - found.total, "others": [("list", name)],
        "control": control if control.shared else Control(Narrowing(), False, True),
        "order": _("Newest first.") if narrowing and narrowing.order == "newest"
        else _("Most votes at the list first."),
    })


@require_safe
def field(request: HttpRequest, slug: str) -> HttpResponse:
    """All papers of one field on one edition (``?date=``, else the newest)."""
    today = now().date()

    def build() -> HttpResponse:
        asked = parse_day(request.GET.get("date", ""))
        days = (asked,) if asked and asked <= today else service.front_days(today)
        site = site_of(request)
        control = control_of(request.GET, visit_of(request))
        gone = read_of(control, visit_of(request))
        found = service.field_page(slug, days, site, control.narrowing, gone) if days else None
        if found is None:
            raise Http404(_("No field named “{slug}” has papers on this day.").format(slug=slug))
        return _field_page(request, slug, days, found, control)

    return page_cache.page(request, today, build, ground=tallies.position, seconds=lambda: _stands(request))


def _field_page(
    request: HttpRequest, slug: str, days: tuple[date, ...], found: tuple[Field, service.Listing], control: Control
) -> HttpResponse:
    named, listing = found
    candidates = {one.id: one for one in listing.papers[:MOST_LISTED]}
    visit = visit_of(request)
    marks = readers.marks_of(visit.reader, list(candidates)) if visit.reader else readers.Marks()
    ids = tuple(candidates)
    rows = _newest_rows(Printer(request, candidates, marks), ids)
    return rendering.render(request, "field.jinja", {
        "heading": f"{spoken(named.name)}, {languages.day_long(days[0])}", "field": named, "total": listing.total,
        "rows": rows, "day": days[0], "slug": slug, "control": control, "hidden": listing.whole - listing.total,
    })


@require_safe
def abstract(request: HttpRequest, path: str) -> HttpResponse:
    """The whole abstract: a piece of a page with ``?part=1``, else the way to the paper's page."""
    row = Paper.objects.filter(key=path, state=Paper.State.LIVE).values(
        "abstract", "rights", "licence", "summary_by", "identifiers", "language").first()
    if row is None:
        raise Http404(_("No paper has this address."))
    address = fragments.address(row, path)
    if "part" not in request.GET:
        return HttpResponseRedirect(f"{address}#abstract")
    if not may_show(row["rights"], visit_of(request).member):
        names = row["identifiers"]
        source = identifiers.url(*names[0]) if names else ""
        text = Markup('<p>{} <a href="{}">{}</a></p>')
        return HttpResponse(text.format(_("The source allows no copy of the abstract here."), source or address,
                                        _("Read it there")))
    body = Markup("<p>{}</p>").format(in_language(
        languages.foreign(row["language"]), Markup(latex.to_html(row["abstract"]))))  # noqa: S704 - escaped there
    if row["summary_by"]:
        body += Markup('<p class="hint">{}</p>').format(
            _("Summary by {model}.").format(model=row["summary_by"]))
    return HttpResponse(body + Markup('<p class="hint"><a href="/keep/{}">{}</a></p>').format(
        path, _("Collections and notes")))


@require_POST
def keep_control(request: HttpRequest) -> HttpResponse:
    """Keep the control of a shared address in the reader's own settings."""
    visit = visit_of(request)
    control = control_of(request.POST, visit)
    response = HttpResponseRedirect("/")
    reader = visit.ensure_reader(response, now())
    own = readers.settings_of(reader)
    settings, faults = reading.check(
        control.narrowing.order, control.narrowing.categories, control.narrowing.without,
        hide_read=control.hide_read, theme=own.theme, keys=own.keys, keep_marks=own.keep_marks,
        show_votes=own.show_votes, language=own.language)
    if faults:
        return rendering.render(request, "empty.jinja", {
            "heading": _("Not kept"),
            "notices": [notices.Notice("error", _("These choices cannot be kept"),
                                       (*faults.values(), _("Your settings stay as they were.")),
                                       (_("Settings"), "/settings"))],
        }, status=400)
    readers.choose(reader, settings)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What walkers of the archive may ask for: pages, slowly; no acts, no searches, no endless combinations."""
    closed = ["/acts", "/search", "/settings", "/setup", "/saved", "/api/", "/control"]
    closed += [f"/*?*{name}=" for name in CONTROLS]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "Crawl-delay: 2", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
