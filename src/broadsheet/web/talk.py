"""The comments of a paper as its page shows them to one visitor, with the forms that the visitor may use."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from markupsafe import Markup

from ..languages import day_short
from ..readers import claims, comments, naming, votes
from ..readers.models import Comment, Reader
from . import voting
from .frontpage import now
from .visits import Visit

NEW, REPLY, EDIT = "new", "reply", "edit"
NOBODY: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed and is not kept yet. ``place``: ``new``, ``reply:KEY`` or ``edit:KEY``.

    ``once`` comes with the form: what is sent twice with it is written once.
    """

    place: str = NEW
    text: str = ""
    fault: str = ""
    preview: Markup = field(default_factory=Markup)
    once: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One comment. ``state``: empty, ``gone`` (taken back) or ``hidden``; ``why`` the moderators' reason.

    ``author``: the name in the paper's byline under which an editor confirmed its writer.
    """

    key: str
    name: str
    address: str
    mine: bool
    html: Markup
    text: str
    when: str
    moment: str
    edited: str
    state: str
    why: str
    author: str = ""
    replies: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """All that the section of comments shows. ``door``: what a visitor who may not write is told."""

    key: str
    count: int
    threads: tuple[Said, ...]
    may_write: bool
    door: str
    form: Form


def of(visit: Visit, paper: int, key: str, form: Form | None = None) -> Talk:
    """The talk about a paper; no query for strangers where nobody has said anything, else one."""
    count = voting.counts().get(paper, votes.NONE).comments
    may_write = visit.can("comment")
    reader = visit.reader if may_write else None
    found = comments.threads(paper, reader) if count or reader is not None else []
    blank = form or Form(once=secrets.token_hex(6))
    authors = claims.authors(paper) if found else NOBODY
    threads = tuple(said(one.comment, reader, one.replies, authors) for one in found)
    return Talk(key, count, threads, may_write, _door(visit, may_write), blank)


def stamp(paper: int) -> object:
    """What a kept page of a paper depends on: changes with every comment, its state and its author's name."""
    if not voting.counts().get(paper, votes.NONE).comments:
        return ()
    return claims.authors(paper), tuple(Comment.objects.filter(paper_id=paper).order_by("id").values_list(
        "id", "edited_at", "deleted_at", "hidden_at", "reader__name", "reader__slug"))


def once(form: str, place: str, text: str) -> str:
    """The token of one writing: the same text of the same form has the same, another text another."""
    return blake2b(f"{form}\n{place}\n{text}".encode(), digest_size=12).hexdigest() if form else ""


def moment(at: datetime) -> tuple[str, str]:
    """``12 May 2026, 06:41`` in the site's zone, and as machines read it."""
    local = at.astimezone(now().tzinfo)
    return f"{day_short(local.date())}, {local:%H:%M}", local.isoformat(timespec="minutes")


def said(
    one: Comment, reader: Reader | None, replies: Sequence[Comment] = (), authors: Mapping[int, str] = NOBODY,
) -> Said:
    """A comment for a template. ``authors``: of the paper, confirmed ones by row id of the reader."""
    state = "hidden" if one.hidden_at else "gone" if one.deleted_at else ""
    mine = reader is not None and one.reader_id == reader.pk
    when, exact = moment(one.made_at)
    author = one.reader
    address = f"/readers/{author.slug}" if author is not None and author.slug and not author.blocked_at else ""
    shown = Markup(one.html) if not state else Markup()  # noqa: S704 - made by readers/prose.py, which escapes
    return Said(one.key, naming.shown(author), address, mine, shown, one.text if mine else "", when, exact,
                moment(one.edited_at)[0] if one.edited_at else "", state, one.hidden_reason,
                authors.get(one.reader_id or 0, ""), tuple(said(reply, reader, authors=authors) for reply in replies))


def voters(paper: int, site: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and page of those who voted for a paper and want to be named; none where the site shows numbers only."""
    if site.get("vote_names") is not True or not voting.counts().get(paper, votes.NONE).votes:
        return []
    return [(one.name, f"/readers/{one.slug}") for one in votes.names(paper)]


def _door(visit: Visit, may_write: bool) -> str:
    if may_write:
        return ""
    return "blocked" if visit.account is not None else "out"
