"""Addresses of what readers say and are to each other: comments, readers' pages, notifications."""

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
        return function(request, *given, **arguments)

    view.__name__ = name
    return view


urlpatterns: list[URLPattern] = [
    path("comments", _view("comments", "comments"), name="comments"),
    path("comments/<str:key>", _view("comments", "comment"), name="comment"),
    path("readers/<str:slug>", _view("people", "profile"), name="reader"),
    path("notifications", _view("people", "notifications"), name="notifications"),
    path("settings/name", _view("people", "name"), name="settings-name"),
]
