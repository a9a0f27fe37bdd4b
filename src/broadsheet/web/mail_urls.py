"""Addresses of the mail: subscribing, a subscription's own pages by its key, what a link in a mail leads to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from . import lazy


def _view(name: str, module: str = "mail", *, forms: bool = False) -> Any:
    """A function of a module of ``views``; what it answers is kept by nobody and names its address to nobody.

    ``forms``: only a form of ours may ask for it (a token); who may do the others is said in ``views/mail.py``.
    """
    function = lazy.view(module, name)

    def view(request: HttpRequest, *given: Any, **arguments: Any) -> HttpResponseBase:
        response = function(request, *given, **arguments)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response["Referrer-Policy"] = "no-referrer" if arguments else "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    view.__name__ = name
    return view if forms else csrf_exempt(view)


urlpatterns: list[URLPattern] = [
    path("mail", _view("mail"), name="mail"),
    path("mail/preview", _view("preview", "mail_preview"), name="mail-preview"),
    path("mail/preview/letter", _view("letter", "mail_preview"), name="mail-letter"),
    path("mail/preview/send", _view("send", "mail_preview", forms=True), name="mail-trial"),
    path("mail/confirm/<str:key>", _view("confirm"), name="mail-confirm"),
    path("mail/stop/<str:key>", _view("stop"), name="mail-stop"),
    path("mail/resume/<str:key>", _view("resume"), name="mail-resume"),
    path("mail/act/<str:token>", _view("act"), name="mail-act"),
    path("mail/<str:key>", _view("subscription"), name="mail-subscription"),
]
