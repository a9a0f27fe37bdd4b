"""Addresses of a reader's own order: its page, what was learned, the questions at the start."""

from __future__ import annotations

from django.urls import URLPattern, path

from .lazy import view

urlpatterns: list[URLPattern] = [
    path("for-you", view("taste", "for_you"), name="for-you"),
    path("taste", view("taste", "taste"), name="taste"),
    path("taste/start", view("taste", "start"), name="taste-start"),
]
