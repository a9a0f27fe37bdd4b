"""Addresses of a reader's own order: its page, what was learned, the questions at the start."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


def _view(name: str) -> View:
    """The function ``name`` of ``views/taste.py``, loaded when it is first asked for."""

    def view(request: HttpRequest, *given: Any, **arguments: Any) -> HttpResponseBase:
        function: View = getattr(import_module(f"{__package__}.views.taste"), name)
        return function(request, *given, **arguments)

    view.__name__ = name
    return view


urlpatterns: list[URLPattern] = [
    path("for-you", _view("for_you"), name="for-you"),
    path("taste", _view("taste"), name="taste"),
    path("taste/start", _view("start"), name="taste-start"),
]
