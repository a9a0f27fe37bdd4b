"""Papers in the form that Hugging Face's papers API has: entries of lists, and one paper by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ...catalogue import papers, rights
from ...catalogue.models import Paper
from ...catalogue.site import choice
from ...readers import naming, tallies
from ...readers.models import Claim, Comment, Reader, Submission
from ...readers.votes import NONE, Tally
from ...text import dates, folding
from ...web.shown import Shown, paper_path, safe_url
from . import told


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around papers, by row id; a constant number of queries."""

    tallies: Mapping[int, Tally]
    submissions: Mapping[int, Submission] = field(default_factory=dict)
    claims: Mapping[int, Sequence[Claim]] = field(default_factory=dict)
    told: Mapping[int, told.Told] = field(default_factory=dict)
    joined_in: frozenset[int] = frozenset()  # papers at which one of their authors writes comments
    machine: bool = False  # whether the keeper lets machine-written text be shown


def around(ids: Collection[int]) -> Around:
    """Read what stands around the papers with these row ids."""
    wanted = list(ids)
    claims: dict[int, list[Claim]] = {}
    for claim in Claim.objects.filter(paper_id__in=wanted, state=Claim.State.CONFIRMED).select_related("reader"):
        claims.setdefault(claim.paper_id, []).append(claim)
    first: dict[int, Submission] = {}
    standing = Submission.objects.filter(paper_id__in=wanted, undone_at__isnull=True, hidden_at__isnull=True)
    for row in standing.select_related("reader").order_by("-made_at", "-id"):
        first[row.paper_id] = row  # the earliest comes last
    talking = set()
    if claims:
        authors = {(one.paper_id, one.reader_id) for rows in claims.values() for one in rows}
        talking = {paper for paper, reader in Comment.objects.filter(
            paper_id__in=list(claims), deleted_at__isnull=True, hidden_at__isnull=True).values_list(
            "paper_id", "reader_id").distinct() if (paper, reader) in authors}
    return Around(tallies.all_of(), first, claims, told.of(wanted), frozenset(talking), bool(choice("machine_text")))


def entries(ids: Sequence[int], member: bool) -> list[dict[str, Any]]:
    """Entries of a list in the given order of row ids, as that API sends lists and hits."""
    found, known = papers.by_ids(ids), around(ids)
    return [_entry(found[row], known, member) for row in ids if row in found]


def one(paper: Paper, member: bool) -> dict[str, Any]:
    """One paper by itself, as ``/api/papers/ID`` sends it."""
    known = around([paper.pk])
    answer = _paper(paper, known, member)
    return {**answer, "numComments": known.tallies.get(paper.pk, NONE).comments,
            "linkedModels": [], "numTotalModels": 0, "linkedDatasets": [], "numTotalDatasets": 0, "linkedSpaces": [],
            "numTotalSpaces": 0}


def _entry(paper: Paper, known: Around, member: bool) -> dict[str, Any]:
    """``upvotes``, ``githubRepo`` and so on stand twice, since programs look for them in both places."""
    inner = _paper(paper, known, member)
    entry = {
        "paper": inner, "title": inner["title"], "summary": inner["summary"], "thumbnail": "",
        "publishedAt": inner.get("submittedOnDailyAt") or inner.get("publishedAt"), "upvotes": inner["upvotes"],
        "numComments": known.tallies.get(paper.pk, NONE).comments,
        "isAuthorParticipating": paper.pk in known.joined_in, "source": inner["source"],
        "votesElsewhere": inner["votesElsewhere"],
    }
    for name in ("organization", "projectPage", "githubRepo", "githubStars", "ai_summary", "ai_keywords", "ai_model"):
        if name in inner:
            entry[name] = inner[name]
    if "submittedOnDailyBy" in inner:
        entry["submittedBy"] = inner["submittedOnDailyBy"]
    return {name: value for name, value in entry.items() if value is not None}


def name_of(paper: Paper) -> str:
    """The bare arXiv id where there is one, else what stands after ``/papers/`` in the address of the page."""
    return Shown(paper).identifier("arxiv") or paper_path(paper.identifiers, paper.key)


def _paper(paper: Paper, known: Around, member: bool) -> dict[str, Any]:
    tally = known.tallies.get(paper.pk, NONE)
    answer: dict[str, Any] = {
        "id": name_of(paper), "authors": _authors(paper, known.claims.get(paper.pk, ())), "title": Shown(paper).title,
        "summary": rights.shown(paper.abstract, paper.rights, member), "upvotes": tally.votes,
        "discussionId": paper.key, "source": paper.identifiers[0][0] if paper.identifiers else "",
        "votesElsewhere": {paper.vote_site: paper.imported_votes} if paper.imported_votes is not None else {},
        "publishedAt": _moment(paper.published), "submittedOnDailyAt": stamp(paper.edition_day),
        "organization": _organisation(paper.organisation), "submittedOnDailyBy": _submitter(paper.pk, known),
        "projectPage": _link(paper, "project"), "githubRepo": _link(paper, "code"),
    }
    if answer["githubRepo"] and (stars := known.told.get(paper.pk, told.NOTHING).stars) is not None:
        answer["githubStars"] = stars
    if known.machine and (paper.ai_summary or paper.ai_keywords):
        answer |= {"ai_summary": paper.ai_summary, "ai_keywords": paper.ai_keywords, "ai_model": paper.ai_model}
    return {name: value for name, value in answer.items() if value is not None}


def stamp(day: date | datetime | None) -> str | None:
    """A day as Hugging Face writes it: midnight UTC with milliseconds."""
    return f"{day:%Y-%m-%d}T00:00:00.000Z" if day is not None else None


def _moment(published: str) -> str | None:
    """The first day that a partial date can mean; the client that reads it knows whole dates only."""
    try:
        first = dates.partial(published).text if published else ""
    except ValueError:
        return None
    return f"{(first + '-01-01')[:10] if len(first) < 10 else first}T00:00:00.000Z" if first else None


def _authors(paper: Paper, claims: Sequence[Claim]) -> list[dict[str, Any]]:
    confirmed = {claim.position: claim for claim in claims}
    return [_author(paper.key, place, str(author.get("name", "")), confirmed.get(place))
            for place, author in enumerate(paper.authors)]


def _author(key: str, place: int, name: str, claim: Claim | None) -> dict[str, Any]:
    author: dict[str, Any] = {"_id": f"{key}-{place}", "name": name, "hidden": False}
    if claim is not None:
        author |= {"user": person(claim.reader), "status": "claimed_verified"}
        if claim.decided_at is not None:
            author["statusLastChangedAt"] = f"{claim.decided_at:%Y-%m-%dT%H:%M:%S}.000Z"
    return author


def person(reader: Reader) -> dict[str, Any]:
    """A reader with a name, as that API shows users."""
    slug = reader.slug or ""
    return {"_id": slug, "user": slug, "name": slug, "fullname": naming.shown(reader), "avatarUrl": "",
            "type": "user", "isPro": False}


def _submitter(row: int, known: Around) -> dict[str, Any] | None:
    """Who brought the paper here, else to the list that it was taken from; None for a harvested one."""
    if row in known.submissions:
        reader = known.submissions[row].reader
        return person(reader) if reader is not None and reader.slug else None
    there = known.told.get(row, told.NOTHING)
    if not there.submitter:
        return None
    return {"_id": "", "user": there.slug, "name": there.slug, "fullname": there.submitter, "avatarUrl": "",
            "type": "user", "isPro": False}


def _organisation(name: str) -> dict[str, str] | None:
    return {"_id": "", "name": folding.slug(name) or name, "fullname": name, "avatarUrl": "", "avatar": ""} if name \
        else None


def _link(paper: Paper, kind: str) -> str | None:
    return next((found for link in paper.links if link.get("kind") == kind
                 and (found := safe_url(str(link.get("url", ""))))), None)
