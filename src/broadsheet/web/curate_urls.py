"""Addresses of editors' work on a day."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from . import curating  # noqa: F401 - how the log undoes acts of editors is told when addresses are loaded


def _curate(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
    answer: HttpResponseBase = import_module(f"{__package__}.views.curate").curate(request, **arguments)
    return answer


urlpatterns: list[URLPattern] = [path("curate/<str:day>", _curate, name="curate")]
