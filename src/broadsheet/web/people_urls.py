"""Addresses of what readers say and are to each other: comments, readers' pages, notifications."""

from __future__ import annotations

from django.urls import URLPattern, path

from .lazy import view as _view

urlpatterns: list[URLPattern] = [
    path("comments", _view("comments", "comments"), name="comments"),
    path("comments/<str:key>", _view("comments", "comment"), name="comment"),
    path("readers/<str:slug>", _view("people", "profile"), name="reader"),
    path("notifications", _view("people", "notifications"), name="notifications"),
    path("settings/name", _view("people", "name"), name="settings-name"),
]
