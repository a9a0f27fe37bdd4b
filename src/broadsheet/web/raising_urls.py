"""Addresses of submitting, claiming authorship, reporting and moderating."""

from __future__ import annotations

from functools import partial

from django.urls import URLPattern, path

from .lazy import view

_view = partial(view, Cache_Control="private, no-store")

urlpatterns: list[URLPattern] = [
    path("submit", _view("submit", "submit"), name="submit"),
    path("submissions/<int:number>", _view("submit", "submission"), name="submission"),
    path("claim/<str:key>", _view("claims", "claim"), name="claim"),
    path("editors/claims", _view("claims", "waiting"), name="claims"),
    path("report", _view("moderation", "report"), name="report"),
    path("comments/<str:key>/report", _view("moderation", "report_comment"), name="report-comment"),
    path("moderation", _view("moderation", "queue"), name="moderation"),
    path("moderation/log", _view("moderation", "log"), name="moderation-log"),
]
