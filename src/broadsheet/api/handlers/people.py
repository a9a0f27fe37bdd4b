"""The reader who asks: who that is, settings, notifications, everything kept; and readers as others see them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django.middleware.csrf import get_token

from ...catalogue import papers
from ...readers import collections, comments, naming, roles, service, submissions
from ...readers import export as export_of
from ...readers import notifications as telling
from ...readers.models import Reader
from ...readers.settings import check
from ...web.citing import bibtex
from ...web.views.people import told
from .. import problems
from ..call import Call
from . import forms, mine

SHOWN = 50


def profile(call: Call) -> dict[str, Any]:
    """What a reader shows: comments, shared collections, what was raised. Never what was read or saved."""
    found = Reader.objects.filter(slug=str(call.given["reader"])[:60].lower(), blocked_at__isnull=True).first()
    if found is None:
        raise problems.not_found("No reader has this name.")
    said = comments.of_reader(found, SHOWN)
    for one in said:
        one.reader = found
    parents = forms.parents_of(said)
    since = found.joined_at or found.created_at
    return {"name": naming.shown(found), "slug": found.slug or "", "since": since.date().isoformat() if since else None,
            "comments": [forms.comment(one, one.paper.key, call.visit, parents) for one in said],
            "submissions": forms.listed([one.paper_id for one in submissions.of_reader(found, SHOWN)], call.visit),
            "collections": [mine.plain_collection(one, call.known) for one in collections.shared_of(found)]}


def me(call: Call) -> dict[str, Any]:
    """Who asks. ``form_token``: what acts of a session send as X-CSRFToken; a bearer of a token needs none."""
    visit, reader = call.visit, call.known
    known = reader is not None and visit.can("keep")
    return {
        "known": known, "local": visit.local, "name": naming.shown(reader) if reader is not None and known else "",
        "slug": reader.slug if reader is not None and known else None,
        "roles": list(reader.roles) if reader is not None and known else [],
        "can": sorted(one for one in roles.CAPABILITIES if visit.can(one)),
        "scopes": list(visit.token.scopes) if visit.token is not None else None,
        "unseen": telling.unseen(reader) if known else 0,
        "form_token": get_token(call.request) if visit.can("keep") and not visit.bearer else None}


def settings(call: Call) -> dict[str, Any]:
    """The reader's settings, defaults where nothing was chosen."""
    return {name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(call.visit.settings).items()}


def choose(call: Call) -> dict[str, Any]:
    """Change what is named; what is not stays."""
    reader = call.reader
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                             for name, value in call.body.items()}
    wanted = replace(service.settings_of(reader), **given)
    checked, faults = check(
        wanted.order, wanted.categories, wanted.without, hide_read=wanted.hide_read, theme=wanted.theme,
        keys=wanted.keys, keep_marks=wanted.keep_marks, language=wanted.language)
    if faults:
        name, said = next(iter(faults.items()))
        raise problems.Problem(422, "refused", f"{name}: {said} Nothing was changed.", parameter=name)
    checked = replace(checked, show_votes=wanted.show_votes)
    service.choose(reader, checked)
    call.visit.__dict__["settings"] = checked
    return settings(call)


def export(call: Call) -> dict[str, Any]:
    """Everything kept about the reader, as the settings page exports it."""
    return export_of.everything(call.reader)


def library(call: Call) -> dict[str, Any]:
    """Papers that the reader saved, collected, voted for or wrote a note at, as BibTeX."""
    ids = export_of.library(call.known) if call.known is not None else []
    there = {}
    for start in range(0, len(ids), 500):
        there.update(papers.by_ids(ids[start:start + 500]))
    return {"bibtex": "\n".join(bibtex(there[row]) for row in ids if row in there)}


def notifications(call: Call) -> dict[str, Any]:
    """What the reader was told, newest first."""
    reader, after = call.known, call.cursor(int)
    rows = telling.newest(reader, limit=call.limit + 1, before=after[0] if after else None) if reader else []
    more, rows = len(rows) > call.limit, rows[:call.limit]
    items = []
    for row in rows:
        said = told(row)
        items.append({"id": row.pk, "kind": row.kind, "said": str(said.text), "about": said.about, "page": said.address,
                      "quote": said.quote, "made": row.made_at.isoformat(), "new": row.seen_at is None})
    return {"items": items, "unseen": telling.unseen(reader), "next": call.next(rows[-1].pk) if more else None}


def seen(call: Call) -> dict[str, Any]:
    """Mark those up to one as seen; how many were new."""
    return {"seen": telling.seen(call.reader, call.body["up_to"], call.now)}


def name(call: Call) -> dict[str, Any]:
    """Choose the name that others see."""
    naming.choose(call.reader, call.body["name"])
    return me(call)
