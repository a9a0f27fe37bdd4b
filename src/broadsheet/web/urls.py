"""All addresses. A view's module is loaded when its page is first asked for, so that commands start quickly."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from ..api import urls as api_urls
from . import account_urls, curate_urls, mail_urls, mine_urls, people_urls, raising_urls, taste_urls
from .lazy import view as _view

urlpatterns = [
    path("", _view("edition", "front"), name="front"),
    path("acts", _view("marks", "acts"), name="acts"),  # early: patterns are tried in order, and acts are many
    *api_urls.urlpatterns,
    path("papers/date/<str:day>", _view("edition", "day"), name="day"),
    path("papers/date/<str:day>/print", _view("printed", "day"), name="day-print"),
    path("yesterday", _view("printed", "yesterday"), name="yesterday"),
    path("papers/week/<str:week>", _view("week", "week"), name="week"),
    path("papers/month/<str:month>", _view("archive", "month"), name="month"),
    path("archive", _view("archive", "archive"), name="archive"),
    path("trending", _view("archive", "trending"), name="trending"),
    path("field/<slug:slug>", _view("edition", "field"), name="field"),
    path("formula/<slug:name>", _view("formula", "formula"), name="formula"),
    path("control", _view("edition", "keep_control"), name="control"),
    path("robots.txt", _view("edition", "robots"), name="robots"),
    path("papers/<path:path>/abstract", _view("edition", "abstract"), name="abstract"),
    path("papers/<path:path>/bibtex", _view("paper", "bibtex"), name="bibtex"),
    path("papers/<path:path>", _view("paper", "paper"), name="paper"),
    path("search", _view("search", "search"), name="search"),
    path("feeds", _view("feeds", "feeds"), name="feeds"),
    path("feeds.opml", _view("feeds", "feeds"), name="feeds-opml"),
    path("feeds/<path:path>", _view("feeds", "feed"), name="feed"),
    path("topics/<path:slug>", _view("topic", "topic"), name="topic"),
    path("authors/<str:slug>", _view("author", "author"), name="author"),
    path("organisations/<str:slug>", _view("organisation", "organisation"), name="organisation"),
    path("about", _view("about", "about"), name="about"),
    path("saved", _view("marks", "saved"), name="saved"),
    path("saved/papers.<str:ending>", _view("marks", "saved_file"), name="saved-papers"),
    path("settings", _view("settings_page", "settings"), name="settings"),
    path("settings/site", _view("settings_page", "site"), name="settings-site"),
    path("settings/marks", _view("settings_page", "marks"), name="settings-marks"),
    path("settings/export", _view("settings_page", "export"), name="settings-export"),
    path("language", csrf_exempt(_view("language", "language")), name="language"),  # no token: views/language.py
    path("setup", _view("setup", "setup"), name="setup"),
    path("setup/progress", _view("setup", "progress"), name="setup-progress"),
    path("healthz", _view("health", "health"), name="health"),
    *account_urls.urlpatterns,
    *curate_urls.urlpatterns,
    *people_urls.urlpatterns,
    *raising_urls.urlpatterns,
    *mail_urls.urlpatterns,
    *mine_urls.urlpatterns,
    *taste_urls.urlpatterns,
]

handler400 = _view("errors", "bad_request")
handler403 = _view("errors", "forbidden")
handler404 = _view("errors", "not_found")
handler500 = _view("errors", "broken")
