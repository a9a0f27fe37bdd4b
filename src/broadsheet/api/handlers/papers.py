"""One paper: what is shown of it, where it comes from, what is near it, how formulas reckon it."""

from __future__ import annotations

from typing import Any

from ...catalogue import history, site
from ...catalogue.models import Announcement, Paper, SourceRecord
from ...readers import votes
from ...web import formulas as reckoning
from ...web.citing import bibtex
from ...web.shown import Shown
from .. import problems
from ..call import Call
from . import forms


def one(call: Call) -> dict[str, Any]:
    """One paper by any of its names."""
    return forms.paper(call.paper, call.visit)


def abstract(call: Call) -> dict[str, Any]:
    """What the source lets be shown of the abstract, as text and as HTML with formulas drawn."""
    found = call.paper
    shown = Shown(found, call.visit.member)
    return {"key": found.key, "abstract": shown.abstract, "html": str(shown.abstract_html),
            "is_excerpt": shown.excerpt_only, "rights": found.rights, "licence": found.licence}


def versions(call: Call) -> dict[str, Any]:
    """Versions, announcements, records, and what changed; a members-only abstract is only said to have changed."""
    found = call.paper
    open_ = Shown(found, call.visit.member).may_show
    announced = Announcement.objects.filter(paper=found).order_by("day", "list", "category").values(
        "day", "list", "category", "kind", "inferred", "votes")[:100]
    records = SourceRecord.objects.filter(paper=found).order_by("received_at", "id").values_list(
        "source", "source_key", "received_at")[:100]
    return {
        "versions": found.versions, "announced": list(announced),
        "records": [{"source": source, "key": key, "received": at.isoformat()} for source, key, at in records],
        "changes": [{
            "source": step.source, "at": step.at.isoformat(), "version": step.version,
            "fields": [{"name": each.name, "before": each.before if open_ or each.name != "abstract" else None,
                        "after": each.after if open_ or each.name != "abstract" else None}
                       for each in step.differences]} for step in history.steps(found.pk)]}


def related(call: Call) -> dict[str, Any]:
    """Papers near in meaning, nearest first; none while the paper has no vector."""
    from ...search import related as search

    return {"items": forms.listed(search.related(call.paper.pk, call.limit), call.visit)}


def citation(call: Call) -> dict[str, Any]:
    """The paper as BibTeX."""
    return {"bibtex": bibtex(call.paper)}


def _formula(name: str) -> dict[str, Any]:
    said = reckoning.FORMULAS[name]
    return {"name": said.name, "title": said.title, "line": said.line, "says": list(said.paragraphs),
            "weights": [{"name": what, "value": value} for what, value in said.weights]}


def formulas(call: Call) -> dict[str, Any]:
    """Every formula by which papers are ordered."""
    return {"items": [_formula(name) for name in reckoning.FORMULAS]}


def worked(call: Call) -> dict[str, Any]:
    """The live inputs of a formula for one paper, and the points that came out."""
    name = call.given["formula"]
    if name not in reckoning.FORMULAS:
        raise problems.not_found(f"No formula is named {name[:60]!r}; known: {', '.join(reckoning.FORMULAS)}.")
    found = reckoning.work_out(name, call.paper, call.site, call.now, call.given["q"], call.given["mode"])
    return {"formula": name, "line": reckoning.FORMULAS[name].line, "examples": [{
        "title": example.title, "url": example.url, "points": example.points, "notes": list(example.notes),
        "inputs": [{"letter": one.letter, "label": one.label, "value": float(one.value), "said": one.said}
                   for one in example.inputs]} for example in found]}


def votes_at(call: Call) -> dict[str, Any]:
    """Votes and comments of the paper; voters by name where the site shows names, of those who want it."""
    return tallied(call, call.paper)


def tallied(call: Call, found: Paper) -> dict[str, Any]:
    """The counts as they stand now."""
    tally, reader = votes.of(found.pk), call.known
    voters = None
    if site.choice("vote_names") is True:
        voters = [forms.person(one) for one in votes.names(found.pk)]
    return {"votes": tally.votes, "comments": tally.comments,
            "voted": reader is not None and found.pk in votes.voted(reader, [found.pk]),
            "own": reader is not None and votes.is_own(reader, found.pk), "voters": voters}
