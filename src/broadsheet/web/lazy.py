"""Views whose module is loaded when their page is first asked for, so that commands start quickly."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def view(module: str, name: str, **headers: str) -> View:
    """The function ``name`` of ``views/module.py``; ``headers`` are set on every answer (``_`` stands for ``-``)."""
    given = {header.replace("_", "-"): value for header, value in headers.items()}

    def loaded(request: HttpRequest, *places: Any, **arguments: Any) -> HttpResponseBase:
        function: View = getattr(import_module(f"{__package__}.views.{module}"), name)
        response = function(request, *places, **arguments)
        for header, value in given.items():
            response[header] = value
        return response

    loaded.__name__ = name
    return loaded
