"""Addresses of what is a reader's own: collections, notes, streams, what is followed, undo, data in and out."""

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
    path("collections", _view("collections", "collections"), name="collections"),
    path("collections/<str:key>", _view("collections", "collection"), name="collection"),
    path("collections/<str:key>/papers.<str:ending>", _view("collections", "download"), name="collection-papers"),
    path("keep/<str:key>", _view("notes", "keep"), name="keep"),
    path("notes", _view("notes", "notes"), name="notes"),
    path("streams", _view("streams", "streams"), name="streams"),
    path("streams/new", _view("streams", "new"), name="stream-new"),
    path("streams/preview", _view("streams", "preview"), name="stream-preview"),
    path("streams/<str:key>", _view("streams", "stream"), name="stream"),
    path("streams/<str:key>/edit", _view("streams", "edit"), name="stream-edit"),
    path("following", _view("following", "following"), name="following"),
    path("undo", _view("following", "undone"), name="undo"),
    path("settings/feeds", _view("own_data", "feeds"), name="settings-feeds"),
    path("settings/export.bib", _view("own_data", "bibtex"), name="settings-bibtex"),
    path("settings/import", _view("own_data", "bring"), name="settings-import"),
    path("settings/leave", _view("own_data", "leave"), name="settings-leave"),
]
