"""Addresses of the room. A view's module is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from .operations import by_path
from .operations.model import Operation

View = Callable[..., HttpResponseBase]


def _view(module: str, name: str) -> View:
    """The function ``name`` of ``api/module.py``, loaded at its first call."""

    def view(request: HttpRequest, *given: Any, **arguments: Any) -> HttpResponseBase:
        function: View = getattr(import_module(f"{__package__}.{module}"), name)
        return function(request, *given, **arguments)

    view.__name__ = name
    return view


def _route(at: str) -> str:
    """The pattern of a path: a paper's name may hold slashes, no other parameter does."""
    parts = [f"<{'path' if part == '{paper}' else 'str'}:{part[1:-1]}>" if part.startswith("{") else part
             for part in at.strip("/").split("/")]
    return "api/v1/" + "/".join(parts)


def _operations(at: str, operations: Mapping[str, Operation]) -> View:
    def view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        from .dispatch import answer

        return answer(request, operations, arguments)

    view.__name__ = next(iter(operations.values())).name
    return csrf_exempt(view)  # the dispatcher asks for it when it knows who acts


urlpatterns = [
    path("api/daily_papers", _view("hf.views", "daily"), name="hf-daily"),
    path("api/papers", _view("hf.views", "search"), name="hf-papers"),
    path("api/papers/search", _view("hf.views", "search"), name="hf-search"),
    path("api/papers/<path:path>", _view("hf.views", "paper"), name="hf-paper"),
    path("api", _view("views", "page"), name="api"),
    path("api/v1/openapi.json", _view("views", "openapi"), name="api-openapi"),
    path("papers/<path:path>.md", _view("hf.views", "read"), name="hf-read"),
    *(path(_route(at), _operations(at, operations), name=f"api-{next(iter(operations.values())).name}")
      for at, operations in by_path().items()),
]
