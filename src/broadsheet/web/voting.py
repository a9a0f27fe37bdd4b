"""Votes and comments as entries and pages show them: the button, the link to the talk. Markup only, no writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from ..readers import tallies
from ..readers.votes import NONE, Tally
from . import known, prepared
from .rendering import NBSP
from .visits import Visit


def counts() -> Mapping[int, Tally]:
    """Votes and comments by paper row id; asked of the database only when something was committed."""
    return known.row("tallies", tallies.all_of)


def button(key: str, label: str, tally: Tally, voted: bool) -> str:
    """The button of one paper. ``label``: its title, escaped. The name begins with what is seen (WCAG 2.5.3)."""
    shown = f"{tally.votes:,}"
    if voted:
        said, name, verb = f"{shown} voted", f"{shown} voted, you too: {label}", "unvote"
    elif tally.votes:
        said, name, verb = shown, f"{shown} {'vote' if tally.votes == 1 else 'votes'}. Vote for: {label}", "vote"
    else:
        said, name, verb = "Vote", f"Vote for: {label}", "vote"
    pressed = "true" if voted else "false"
    return (f'<button form="acts" name="act" value="{verb}:{key}" aria-pressed="{pressed}" aria-label="{name}">'
            f'<span aria-hidden="true">▲</span> {said}</button>')


def talk(href: str, tally: Tally, *, invite: bool = False) -> str:
    """The link to a paper's comments; without any there is none, but where the entry invites to talk."""
    if tally.comments:
        said = f"{tally.comments:,}{NBSP}{'comment' if tally.comments == 1 else 'comments'}"
        return f'<a href="{href}#comments">{said}</a>'
    return f'<a href="{href}#comments">Discuss</a>' if invite else ""


@dataclass(frozen=True, slots=True)
class Ballots:
    """Counts of papers and which of them the visitor voted for, for the templates of lists."""

    tallies: Mapping[int, Tally]
    voted: frozenset[int] = frozenset()

    def of(self, paper: int) -> Tally:
        """The counts of a paper (row id)."""
        return self.tallies.get(paper, NONE)

    def button(self, paper: int, key: str, title: str) -> Markup:
        """The button of a paper."""
        return Markup(button(key, str(escape(title)), self.of(paper), paper in self.voted))  # noqa: S704 - escaped

    def talk(self, paper: int, href: str) -> Markup:
        """The link to a paper's comments, empty where there are none."""
        return Markup(talk(str(escape(href)), self.of(paper)))  # noqa: S704 - escaped


def voted(visit: Visit) -> frozenset[int]:
    """The papers (row ids) that the visitor voted for; no query for who cannot vote, one after each commit for others.

    All of them: a reader has voted for hundreds, a page may list thousands.
    """
    reader = visit.reader
    if reader is None or not visit.can("vote"):
        return frozenset()
    return known.row(("voted", reader.pk), lambda: frozenset(row[0] for row in prepared.rows(
        "SELECT paper_id FROM readers_vote WHERE reader_id = %s", (reader.pk,))))


def ballots(visit: Visit) -> Ballots:
    """What lists need to show votes to this visitor."""
    return Ballots(counts(), voted(visit))
