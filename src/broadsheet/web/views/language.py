"""The buttons in the foot of every page that set this browser's language."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from broadsheet import languages
from broadsheet.web import access, speaking

from . import errors


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Set the cookie and lead back to the page. Nothing is stored about anybody.

    Exempt from tokens (``urls.py``), since anonymous pages carry none: what another site sends is refused here, and
    only words would change.
    """
    chosen = languages.known(request.POST.get("language"))
    if not chosen:
        raise Http404
    if not access.from_our_pages(request):
        return errors.forbidden(request)
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    speaking.remember(response, request, chosen)
    return response
