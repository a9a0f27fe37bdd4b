"""Papers, readers and comments as JSON; lists cost a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...catalogue import papers
from ...catalogue.models import Paper
from ...readers import comments, naming, service, tallies, taste, votes
from ...readers.models import Comment, Reader
from ...readers.votes import NONE
from ...web.shown import Shown, safe_url
from ...web.visits import Visit


def paper(found: Paper, visit: Visit) -> dict[str, Any]:
    """One paper."""
    return of_papers({found.pk: found}, visit)[found.pk]


def listed(ids: Sequence[int], visit: Visit) -> list[dict[str, Any]]:
    """Live papers in the order of these row ids."""
    made = by_row(ids, visit)
    return [made[row] for row in ids if row in made]


def by_row(ids: Sequence[int], visit: Visit) -> dict[int, dict[str, Any]]:
    """Live papers by row id."""
    return of_papers(papers.by_ids(ids), visit) if ids else {}


def of_papers(found: Mapping[int, Paper], visit: Visit) -> dict[int, dict[str, Any]]:
    """Papers by row id, with the counts and, for a reader, the reader's own marks and vote."""
    counts, whole = tallies.all_of(), visit.member
    mine = _mine(visit.reader, list(found)) if visit.reader is not None else {}
    made = {}
    for row, one in found.items():
        tally = counts.get(row, NONE)
        made[row] = _plain(one, whole) | {
            "votes": tally.votes, "comments": tally.comments, "mine": mine.get(row)}
    return made


def _mine(reader: Reader, ids: list[int]) -> dict[int, dict[str, Any]]:
    marks, voted, wishes = service.marks_of(reader, ids), votes.voted(reader, ids), taste.given(reader, ids)
    return {row: {"voted": row in voted, "read": row in marks.read, "saved": row in marks.saved,
                  "hidden": row in marks.hidden, "wish": wishes.get(row, "")} for row in ids}


def _plain(found: Paper, whole: bool) -> dict[str, Any]:
    shown = Shown(found, whole)
    return {
        "key": found.key, "id": ":".join(found.identifiers[0]) if found.identifiers else found.key,
        "url": shown.url, "identifiers": [":".join(name) for name in found.identifiers], "title": found.title,
        "abstract": shown.abstract, "abstract_is_excerpt": shown.excerpt_only, "summary_by": found.summary_by,
        "authors": found.authors, "organisation": found.organisation, "published": found.published,
        "categories": found.categories, "topics": found.topics, "venue": found.venue, "licence": found.licence,
        "links": [link for link in found.links if safe_url(link["url"])], "versions": found.versions,
        "retraction": found.retraction,
        "edition": found.edition_day.isoformat() if found.edition_day else None,
        "votes_elsewhere": found.imported_votes, "vote_site": found.vote_site,
    }


def person(reader: Reader | None) -> dict[str, Any] | None:
    """What others see of a reader: the chosen name; None for one who left."""
    return {"name": naming.shown(reader), "slug": reader.slug} if reader is not None else None


def parents_of(found: Iterable[Comment]) -> dict[int, str]:
    """Keys of the comments that these answer, by row id: one query, none where none answers."""
    rows = {one.parent_id for one in found if one.parent_id is not None}
    return dict(Comment.objects.filter(id__in=rows).values_list("id", "key")) if rows else {}


def comment(
    found: Comment, paper_key: str, visit: Visit, parents: Mapping[int, str], replies: Sequence[Comment] = (),
) -> dict[str, Any]:
    """A comment: without text where it was taken back or hidden, even for its author. ``parents``: as above."""
    shown = comments.visible(found)
    hidden = found.hidden_at is not None
    return {
        "key": found.key, "paper": paper_key, "parent": parents.get(found.parent_id or 0),
        "by": person(found.reader) if shown else None,
        "text": found.text if shown else "", "html": found.html if shown else "", "made": found.made_at.isoformat(),
        "edited": found.edited_at.isoformat() if found.edited_at else None,
        "state": "hidden" if hidden else "shown" if shown else "taken back",
        "why": found.hidden_reason if hidden else "",
        "mine": visit.reader is not None and found.reader_id == visit.reader.pk,
        "replies": [comment(one, paper_key, visit, {found.pk: found.key}) for one in replies],
    }
