"""Addresses of the room. A view's module is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

View = Callable[..., HttpResponseBase]


def _view(module: str, name: str) -> View:
    """The function ``name`` of ``api/module.py``, loaded at its first call."""

    def view(request: HttpRequest, *given: Any, **arguments: Any) -> HttpResponseBase:
        function: View = getattr(import_module(f"{__package__}.{module}"), name)
        return function(request, *given, **arguments)

    view.__name__ = name
    return view


urlpatterns = [
    path("api/daily_papers", _view("hf.views", "daily"), name="hf-daily"),
    path("api/papers", _view("hf.views", "search"), name="hf-papers"),
    path("api/papers/search", _view("hf.views", "search"), name="hf-search"),
    path("api/papers/<path:path>", _view("hf.views", "paper"), name="hf-paper"),
    path("papers/<path:path>.md", _view("hf.views", "read"), name="hf-read"),
]
