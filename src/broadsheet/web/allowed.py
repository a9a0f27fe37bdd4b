"""What a visitor meets who may not do something: the way to sign in, or the reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from broadsheet.readers import votes

from . import notices
from .rendering import render
from .visits import visit_of


def shut(request: HttpRequest) -> HttpResponse:
    """A stranger is sent to sign in and comes back; who is signed in is told why not. Nothing was done."""
    visit = visit_of(request)
    if visit.account is None and not visit.bearer and not visit.secret:
        place = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
        return HttpResponseRedirect("/sign-in?" + urlencode({"next": place}))
    why = _("This is not yours to do. Nothing was changed.")
    if visit.reader is not None:
        try:
            votes.may_act(visit.reader)
        except votes.NotAllowed as problem:
            why = str(problem)
    notice = notices.Notice("error", _("That was not done"), (why,), (_("Today’s edition"), "/"))
    return render(request, "empty.jinja", {"heading": _("Not done"), "notices": [notice]}, status=403)
