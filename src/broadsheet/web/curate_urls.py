"""Addresses of editors' work on a day."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import curating  # noqa: F401 - how the log undoes acts of editors is told when addresses are loaded
from .lazy import view

urlpatterns: list[URLPattern] = [path("curate/<str:day>", view("curate", "curate"), name="curate")]
