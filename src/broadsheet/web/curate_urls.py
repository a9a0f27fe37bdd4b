"""Addresses of editors' work on a day."""

from __future__ import annotations

from django.urls import URLPattern, path

from .lazy import view

urlpatterns: list[URLPattern] = [path("curate/<str:day>", view("curate", "curate"), name="curate")]
