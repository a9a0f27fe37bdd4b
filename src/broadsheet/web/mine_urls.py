"""Addresses of what is a reader's own: collections, notes, streams, what is followed, undo, data in and out."""

from __future__ import annotations

from django.urls import URLPattern, path

from .lazy import view as _view

urlpatterns: list[URLPattern] = [
    path("collections", _view("collections", "collections"), name="collections"),
    path("collections/<str:key>", _view("collections", "collection"), name="collection"),
    path("collections/<str:key>/papers.<str:ending>", _view("collections", "download"), name="collection-papers"),
    path("keep/<str:key>", _view("notes", "keep"), name="keep"),
    path("notes", _view("notes", "notes"), name="notes"),
    path("streams", _view("streams", "streams"), name="streams"),
    path("streams/new", _view("streams", "new"), name="stream-new"),
    path("streams/preview", _view("streams", "preview"), name="stream-preview"),
    path("streams/<str:key>", _view("streams", "stream"), name="stream"),
    path("streams/<str:key>/edit", _view("streams", "edit"), name="stream-edit"),
    path("alerts", _view("alerts", "alerts"), name="alerts"),
    path("alerts/new", _view("alerts", "new"), name="alert-new"),
    path("alerts/<str:key>", _view("alerts", "alert"), name="alert"),
    path("following", _view("following", "following"), name="following"),
    path("undo", _view("following", "undone"), name="undo"),
    path("settings/feeds", _view("own_data", "feeds"), name="settings-feeds"),
    path("settings/export.bib", _view("own_data", "bibtex"), name="settings-bibtex"),
    path("settings/import", _view("own_data", "bring"), name="settings-import"),
    path("settings/leave", _view("own_data", "leave"), name="settings-leave"),
]
