"""The description itself: for programs as OpenAPI, for people as a page without foreign scripts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ..config import current
from ..web.rendering import render
from . import problems
from .openapi import describe, statuses
from .operations import OPERATIONS


@lru_cache(maxsize=4)
def _text(server: str) -> bytes:
    return orjson.dumps(describe(server))


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """``/api/v1/openapi.json``."""
    return HttpResponse(_text(current().site_url.rstrip("/")), content_type="application/json; charset=utf-8")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """``/api``: every operation with its parameters, as a page."""
    tags: dict[str, list[dict[str, Any]]] = {}
    for one in OPERATIONS:
        tags.setdefault(one.tag, []).append({
            "one": one, "params": one.params, "statuses": ", ".join(str(status) for status in statuses(one))})
    return render(request, "api.jinja", {"tags": tags, "problems": problems.TITLES, "next": "/api"})
