"""A paper's page as Markdown: title, authors, facts, what may be shown of the abstract, the talk about it."""

from __future__ import annotations

import re

from ...catalogue import rights
from ...catalogue.models import Paper
from ...readers import comments, naming, votes
from ...web.shown import Shown

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def plain(text: str) -> str:
    """Text in which nothing has a meaning in Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def page(paper: Paper, member: bool) -> str:
    """The page. Formulas stay as they were sent, between dollar signs."""
    shown = Shown(paper, member)
    parts = [f"# {plain(paper.title)}", plain(", ".join(shown.names) or shown.byline), _facts(paper, shown)]
    if paper.retraction:
        parts.append(f"> {plain(str(paper.retraction.get('kind', 'retracted')).capitalize())}. "
                     f"{plain(str(paper.retraction.get('reason', '')))}".rstrip())
    abstract = rights.shown(paper.abstract, paper.rights, member)
    if abstract:
        heading = "Abstract" if abstract == paper.abstract else "Abstract, as far as its source lets it be shown here"
        parts += [f"## {heading}", abstract.replace("<", "\\<")]
    return "\n\n".join([*parts, *_talk(paper)]) + "\n"


def _facts(paper: Paper, shown: Shown) -> str:
    tally = votes.of(paper.pk)
    facts = [("Published", paper.published), ("Venue", paper.venue), ("Organisation", paper.organisation),
             ("Categories", ", ".join(paper.categories)), ("Licence", paper.licence), ("Votes here", str(tally.votes)),
             ("Comments here", str(tally.comments))]
    if paper.imported_votes is not None and paper.vote_site:
        facts.append((f"Votes at {paper.vote_site}", str(paper.imported_votes)))
    lines = [f"- {name}: {plain(value)}" for name, value in facts if value]
    return "\n".join(lines + [f"- {name}: {' '.join(f'<{address}>' for _, address in values)}"
                              for name, values in shown.facts() if all(_plain_url(one) for _, one in values)])


def _plain_url(url: str) -> bool:
    return not re.search(r"[\s<>]", url)


def _talk(paper: Paper) -> list[str]:
    threads = comments.threads(paper.pk)
    if not threads:
        return []
    parts = ["## Comments"]
    for thread in threads:
        for comment in (thread.comment, *thread.replies):
            if comments.visible(comment):
                quoted = "\n".join(f"> {line}" for line in comment.text.splitlines())
                parts.append(f"**{plain(naming.shown(comment.reader))}**, {comment.made_at:%Y-%m-%d}:\n\n{quoted}")
    return parts
