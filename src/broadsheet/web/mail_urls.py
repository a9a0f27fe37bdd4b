"""Addresses of the mail: subscribing, a subscription's own pages by its key, what a link in a mail leads to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from . import lazy


def _view(name: str) -> Any:
    """The function ``name`` of ``views/mail.py``; what it answers is kept by nobody and names its address to nobody."""
    function = lazy.view("mail", name)

    def view(request: HttpRequest, *given: Any, **arguments: Any) -> HttpResponseBase:
        response = function(request, *given, **arguments)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response["Referrer-Policy"] = "no-referrer" if arguments else "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    view.__name__ = name
    return csrf_exempt(view)  # who may act is said in views/mail.py


urlpatterns: list[URLPattern] = [
    path("mail", _view("mail"), name="mail"),
    path("mail/preview", _view("preview"), name="mail-preview"),
    path("mail/preview/letter", _view("letter"), name="mail-letter"),
    path("mail/confirm/<str:key>", _view("confirm"), name="mail-confirm"),
    path("mail/stop/<str:key>", _view("stop"), name="mail-stop"),
    path("mail/resume/<str:key>", _view("resume"), name="mail-resume"),
    path("mail/act/<str:token>", _view("act"), name="mail-act"),
    path("mail/<str:key>", _view("subscription"), name="mail-subscription"),
]
