"""Settings: how a reader reads, what is kept of the reader, and (for the keeper) what the site chose."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.catalogue import site as choices
from broadsheet.config import current
from broadsheet.readers import service as readers
from broadsheet.readers import settings as reading
from broadsheet.readers.export import everything
from broadsheet.sources import presets
from broadsheet.web import access, speaking
from broadsheet.web import choices as choosing
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

KEYS = (
    ("j k", _lazy("next, previous paper")), ("J K", _lazy("next, previous section")),
    ("o Enter", _lazy("open the paper")),
    ("v", _lazy("open its source")), ("a", _lazy("its abstract, in place")), ("m", _lazy("mark read")),
    ("s", _lazy("save")), ("x", _lazy("hide")),
    ("u", _lazy("upvote")), ("c", _lazy("comments")), ("+ -", _lazy("more like this, not for me")),
    ("n", _lazy("newest first, and back")), ("z", _lazy("undo")), ("/", _lazy("search")),
    ("[ ]", _lazy("edition before, after")),
    ("gg G", _lazy("top, end")), ("gt", _lazy("today")), ("?", _lazy("this list")),
)
_SAID = {"saved": _lazy("Your settings are saved."), "erased": _lazy("Your reading marks are erased."),
         "site": _lazy("The site’s choices are saved."), "name": _lazy("Your name is changed."),
         "closed": _lazy("Everything that was kept about you is erased.")}


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
        theme=post.get("theme", "")[:40], keys="keys" in post, keep_marks="keep_marks" in post,
        show_votes="show_votes" in post, language=post.get("language", "")[:40])
    if faults:
        return _page(request, typed, faults, status=422)
    response = HttpResponseRedirect("/settings?done=saved")
    readers.choose(visit_of(request).ensure_reader(response, timezone.now()), typed)
    speaking.remember(response, request, "")  # what was just chosen holds in this browser too
    return response


@require_POST
@csrf_protect
def site(request: HttpRequest) -> HttpResponse:
    """The keeper's choices for the site: names, interests, sections. What is read here is the first question's."""
    if not visit_of(request).keeper:
        from .errors import forbidden

        return forbidden(request)
    given = {name: request.POST[name][:20_000] for name in choosing.CHOICES
             if name in request.POST and name not in choosing.fixed()}
    read = {name: choosing.read(name, text) for name, text in given.items()}
    faults = {name: fault for name, (_, fault) in read.items() if fault}
    if faults:
        return _page(request, visit_of(request).settings, faults, status=422, extra=given)
    choosing.keep({name: value for name, (value, _) in read.items()})
    return HttpResponseRedirect("/settings?done=site")


@require_POST
@csrf_protect
def marks(request: HttpRequest) -> HttpResponse:
    """Erase reading marks, or everything that is kept about the reader."""
    visit = visit_of(request)
    if visit.reader is None:
        return HttpResponseRedirect("/settings")
    if request.POST.get("erase") == "all" and visit.account is not None:
        return HttpResponseRedirect("/settings/leave")
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
    data: dict[str, Any] = everything(reader) if reader is not None else {"form": "broadsheet-reader/1",
                                                                            "marks": []}
    response = HttpResponse(json.dumps(data, ensure_ascii=False, indent=1), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="broadsheet-data.json"'
    response["Cache-Control"] = "no-store"
    return response


def show(request: HttpRequest, faults: dict[str, str], *, name: str) -> HttpResponse:
    """The page with the fault of a name as it was typed."""
    return _page(request, visit_of(request).settings, faults, status=422, name=name)


def _page(request: HttpRequest, shown: reading.ReadingSettings, faults: dict[str, str], *, status: int = 200,
          extra: dict[str, str] | None = None, name: str | None = None) -> HttpResponse:
    visit = visit_of(request)
    reader = visit.reader
    context: dict[str, Any] = {
        "settings": shown, "faults": faults, "keys": KEYS, "keeper": visit.keeper, "known": visit.reader is not None,
        "numbers": readers.count(visit.reader), "done": _SAID.get(request.GET.get("done", ""), ""),
        "personal": visit.personal, "may_keep": visit.can("keep"), "may_comment": visit.can("comment"),
        "reader": reader,
        "display_name": name if name is not None else reader.name if reader is not None else "",
        "names_shown": choices.choice("vote_names") is True,
    }
    if visit.keeper:
        kept = choices.choices()
        context["site"] = {
            "fields": [presets.FIELDS[key].name for key in kept.get("fields") or [] if key in presets.FIELDS],
            "categories": kept.get("categories") or [], "choices": list(choosing.CHOICES.values()),
            "typed": {**choosing.typed(kept), **(extra or {})}, "fixed": choosing.fixed(),
            "file": current().origin["site"]}
    return render(request, "settings.jinja", context, status=status)
