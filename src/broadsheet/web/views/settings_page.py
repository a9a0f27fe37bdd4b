"""Settings: how a reader reads, what is kept of the reader, and (for the keeper) what the site chose."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.catalogue import site as choices
from broadsheet.readers import service as readers
from broadsheet.readers import settings as reading
from broadsheet.sources import presets
from broadsheet.web import access
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

KEYS = (
    ("j k", "next, previous paper"), ("J K", "next, previous section"), ("o Enter", "open the paper"),
    ("v", "open its source"), ("a", "its abstract, in place"), ("m", "mark read"), ("s", "save"), ("x", "hide"),
    ("z", "undo"), ("/", "search"), ("[ ]", "edition before, after"), ("gg G", "top, end"), ("gt", "today"),
    ("?", "this list"),
)
MOST_NAME = 60
_SAID = {"saved": "Your settings are saved.", "erased": "Your reading marks are erased.",
         "site": "The site’s choices are saved.", "closed": "Everything that was kept about you is erased."}


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def settings(request: HttpRequest) -> HttpResponse:
    """Show the form; store what was typed when it is right, else show it again with the faults."""
    if request.method != "POST":
        return _page(request, visit_of(request).settings, {})
    post = request.POST
    typed, faults = reading.check(
        post.get("order", "")[:40], reading.lines(post.get("categories", "")[:4000]),
        reading.lines(post.get("without", "")[:8000]), hide_read="hide_read" in post,
        theme=post.get("theme", "")[:40], keys="keys" in post, keep_marks="keep_marks" in post)
    if faults:
        return _page(request, typed, faults, status=422)
    response = HttpResponseRedirect("/settings?done=saved")
    readers.choose(visit_of(request).ensure_reader(response, timezone.now()), typed)
    return response


@require_POST
@csrf_protect
def site(request: HttpRequest) -> HttpResponse:
    """The keeper's choices for the site: its name and the group's. Fields and words are the first question's."""
    if not visit_of(request).keeper:
        from .errors import forbidden

        return forbidden(request)
    name, group = (" ".join(request.POST.get(one, "").replace("\0", "").split()) for one in ("name", "group"))
    faults = {key: f"At most {MOST_NAME} letters; this has {len(text)}." for key, text in
              (("name", name), ("group", group)) if len(text) > MOST_NAME}
    if faults:
        return _page(request, visit_of(request).settings, faults, status=422,
                     extra={"name": name[:500], "group": group[:500]})
    choices.choose("name", name)
    choices.choose("group", group)
    return HttpResponseRedirect("/settings?done=site")


@require_POST
@csrf_protect
def marks(request: HttpRequest) -> HttpResponse:
    """Erase reading marks, or everything that is kept about the reader."""
    visit = visit_of(request)
    if visit.reader is None:
        return HttpResponseRedirect("/settings")
    if request.POST.get("erase") == "all":
        readers.erase(visit.reader)
        response = HttpResponseRedirect("/settings?done=closed")
        if not visit.local:
            access.forget(response, access.READER_COOKIE)
        visit.__dict__["reader"] = None
        return response
    readers.erase_read(visit.reader)
    return HttpResponseRedirect("/settings?done=erased")


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everything that is kept about the reader, as a JSON file."""
    reader = visit_of(request).reader
    data: dict[str, Any] = readers.export(reader) if reader is not None else {"form": "broadsheet-reader/1",
                                                                            "marks": []}
    response = HttpResponse(json.dumps(data, ensure_ascii=False, indent=1), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="broadsheet-marks.json"'
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, shown: reading.ReadingSettings, faults: dict[str, str], *, status: int = 200,
          extra: dict[str, str] | None = None) -> HttpResponse:
    visit = visit_of(request)
    context: dict[str, Any] = {
        "settings": shown, "faults": faults, "keys": KEYS, "keeper": visit.keeper, "known": visit.reader is not None,
        "numbers": readers.count(visit.reader), "done": _SAID.get(request.GET.get("done", ""), ""),
        "personal": visit.personal,
    }
    if visit.keeper:
        kept = choices.choices()
        interests = kept.get("interests") or {}
        context["site"] = {
            "name": kept.get("name") or "", "group": kept.get("group") or "",
            "fields": [presets.FIELDS[key].name for key in kept.get("fields") or [] if key in presets.FIELDS],
            "categories": kept.get("categories") or [],
            "words": interests.get("words", []) if isinstance(interests, dict) else interests, **(extra or {})}
    return render(request, "settings.jinja", context, status=status)
