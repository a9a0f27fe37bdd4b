"""Addresses of submitting, claiming authorship, reporting and moderating."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


def _view(module: str, name: str) -> View:
    """The function ``name`` of ``views/module.py``, loaded when it is first asked for."""

    def view(request: HttpRequest, *given: Any, **arguments: Any) -> HttpResponseBase:
        function: View = getattr(import_module(f"{__package__}.views.{module}"), name)
        response = function(request, *given, **arguments)
        response["Cache-Control"] = "private, no-store"
        return response

    view.__name__ = name
    return view


urlpatterns: list[URLPattern] = [
    path("submit", _view("submit", "submit"), name="submit"),
    path("submissions/<int:number>", _view("submit", "submission"), name="submission"),
    path("claim/<str:key>", _view("claims", "claim"), name="claim"),
    path("editors/claims", _view("claims", "waiting"), name="claims"),
    path("report", _view("moderation", "report"), name="report"),
    path("comments/<str:key>/report", _view("moderation", "report_comment"), name="report-comment"),
    path("moderation", _view("moderation", "queue"), name="moderation"),
    path("moderation/log", _view("moderation", "log"), name="moderation-log"),
]
