"""Votes and comments as entries and pages show them: the button, the link to the talk. Markup only, no writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from markupsafe import Markup, escape

from ..languages import active, count, number
from ..readers import tallies
from ..readers.votes import NONE, Tally
from . import known, prepared
from .visits import Visit


def counts() -> Mapping[int, Tally]:
    """Votes and comments by paper row id; asked of the database only when something was committed."""
    return known.row("tallies", tallies.all_of)


def ballot(votes: int, voted: bool) -> str:
    """What is seen on the button."""
    if voted:
        return pgettext("on the button", "{count} voted").format(count=number(votes))
    return number(votes) if votes else pgettext("on the button", "Vote")


def named(votes: int, voted: bool) -> str:
    """The name of the button for those who hear it, with ``{title}`` still in it."""
    if voted:
        return _("{count} voted, you too: {title}").replace("{count}", number(votes))
    if votes:
        return ngettext("{count} vote. Vote for: {title}", "{count} votes. Vote for: {title}", votes).replace(
            "{count}", number(votes))
    return _("Vote for: {title}")


def told(votes: int, voted: bool) -> dict[str, object]:
    """What the script of the page is told of a button: the count, and its texts. Each name ends with ``: {title}``."""
    return {"votes": votes, "voted": voted, "seen": ballot(votes, voted), "name": named(votes, voted)}


@lru_cache(maxsize=8192)
def _texts(language: str, votes: int, voted: bool) -> tuple[str, str]:
    """What is seen on a button and its name, once for each ``language``, in which texts are made now."""
    return ballot(votes, voted), named(votes, voted)


@lru_cache(maxsize=2048)
def _comments(language: str, comments: int) -> str:
    return count(comments, "comment") if comments else _("Discuss")


def button(key: str, label: str, tally: Tally, voted: bool, language: str = "") -> str:
    """The button of one paper. ``label``: its title, escaped; ``language``: the active one, where it is at hand.

    The name begins with what is seen (WCAG 2.5.3).
    """
    said, name = _texts(language or active(), tally.votes, voted)
    verb = "unvote" if voted else "vote"
    name = name.replace("{title}", label)  # never filled in by `format` once the title is in it: titles hold braces
    pressed = "true" if voted else "false"
    return (f'<button form="acts" name="act" value="{verb}:{key}" aria-pressed="{pressed}" aria-label="{name}">'
            f'<span aria-hidden="true">▲</span> {said}</button>')


def talk(href: str, tally: Tally, *, invite: bool = False, language: str = "") -> str:
    """The link to a paper's comments; without any there is none, but where the entry invites to talk."""
    if not (tally.comments or invite):
        return ""
    return f'<a href="{href}#comments">{_comments(language or active(), tally.comments)}</a>'


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
