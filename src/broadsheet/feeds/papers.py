"""A paper as an entry of a feed, within what its source allows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from html import escape
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ..catalogue import rights
from ..catalogue.models import Paper
from ..text import identifiers, latex
from .model import Entry, Link

_KINDS = {"code": _lazy("Code"), "project": _lazy("Project page"), "data": _lazy("Data"), "video": _lazy("Video")}


def entry_id(kind: str, key: str) -> str:
    """A name that stays the same on every host: a UUID (RFC 9562, version 5) made of the permanent key."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'broadsheet:{kind}:{key}')}"


def address(paper: Paper) -> str:
    """The path of the paper's page."""
    names = paper.identifiers
    return f"/papers/{identifiers.path(*names[0]) if names else paper.key}"


def paper_entry(
    paper: Paper, base: str, *, member: bool, day: date | None = None, had: datetime | None = None
) -> Entry:
    """The entry. ``base``: scheme and host of the site.

    It is dated by ``had``, the moment at which the list got the paper, else by ``day``, the day of the list, else by
    the home edition.
    """
    text = latex.readable(rights.shown(paper.abstract, paper.rights, member))
    whole = rights.may_show(paper.rights, member) or text == latex.readable(paper.abstract)
    path = base + address(paper)
    links, published = _links(paper), had or _published(paper, day)
    told = [f"<p>{escape(text)}</p>"] if text else []
    if paper.summary_by:
        by = _("Summary by {name}.").format(name=paper.summary_by)
        told.append(f"<p>{escape(by)}</p>")
    state = str(paper.retraction.get("kind", "retracted")).capitalize() if paper.retraction else ""
    if state:
        told.insert(0, f"<p><strong>{escape(state)}.</strong></p>")
    facts = [f'<a href="{escape(link.href)}">{escape(link.title)}</a>' for link in links if link.title]
    if facts:
        told.append(f"<p>{', '.join(facts)}</p>")
    return Entry(
        id=entry_id("paper", paper.key), url=path, title=(f"{state}: " if state else "") + latex.readable(paper.title),
        published=published, updated=max(paper.changed_at, published),
        text=text, html="\n".join(told), authors=tuple(str(one.get("name", "")) for one in paper.authors),
        categories=tuple(dict.fromkeys([*paper.categories, *paper.topics])), links=links,
        doi=next((value for scheme, value in paper.identifiers if scheme == "doi"), ""),
        comments_url=f"{path}#comments", excerpt=not whole,
    )


def _published(paper: Paper, day: date | None) -> datetime:
    """When the list had the paper: a plain date, so midnight UTC; a paper without a day has when it arrived."""
    known = day or paper.edition_day
    return datetime.combine(known, time(), UTC) if known else paper.added_at


def _links(paper: Paper) -> tuple[Link, ...]:
    found: list[Link] = []
    for scheme, value in paper.identifiers:
        href = identifiers.url(scheme, value)
        if href.startswith(("https://", "http://")):
            where = "arXiv" if scheme == "arxiv" else _("Source")
            found.append(Link("via" if not found else "related", href, title=where))
            if scheme == "arxiv":
                found.append(Link("related", f"https://arxiv.org/pdf/{value}", "application/pdf", "PDF"))
    seen = {link.href for link in found}
    for link in paper.links:
        href, kind = str(link.get("url", "")), link.get("kind", "")
        if href.startswith(("https://", "http://")) and href not in seen:
            seen.add(href)
            media = "application/pdf" if kind == "pdf" else ""
            found.append(Link("related", href, media, "PDF" if kind == "pdf" else str(_KINDS.get(kind, _("Link")))))
    return tuple(found)
