"""Why a paper stands where it stands, in one line: sentences that are stored with a day and spoken to its readers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..languages import joined, number
from ..spoken import sentence, spoken


def site_name(site: str) -> str:
    """The name of the site that counted votes."""
    return {"": _("another site"), "huggingface": "Hugging Face", "hf": "Hugging Face"}.get(site, site)


def counted_votes(votes: int, weighing: int | None = None) -> str:
    """``9 votes``; of votes that do not all weigh, how many do: ``3 of 9 votes``."""
    if weighing is None or weighing == votes:
        return ngettext("{count} vote", "{count} votes", votes).format(count=number(votes))
    return ngettext("{weighing} of {count} vote", "{weighing} of {count} votes", votes).format(
        weighing=number(weighing), count=number(votes))


def counted_comments(comments: int) -> str:
    """``2 comments``."""
    return ngettext("{count} comment", "{count} comments", comments).format(count=number(comments))


def _here(votes: int, weighing: int, comments: int) -> list[str]:
    said = [counted_votes(votes, weighing)] if weighing else []
    return [*said, counted_comments(comments)] if comments else said


def _there(votes: int, comments: int) -> list[str]:
    said = [counted_votes(votes)] if votes else []
    return [*said, counted_comments(comments)] if comments else said


@sentence("said here")
def said_here(votes: int, weighing: int, comments: int, most: bool = False) -> str:
    """``9 votes and 2 comments in your group``, what is none left out; empty where nothing weighs."""
    said = _here(votes, weighing, comments)
    if not said:
        return ""
    if most:
        return _("{acts} in your group, the most of this day").format(acts=joined(said))
    return _("{acts} in your group").format(acts=joined(said))


@sentence("said there")
def said_there(votes: int, comments: int, site: str, most: bool = False) -> str:
    """``21 votes and 3 comments at Hugging Face``, what is none left out."""
    said = joined(_there(votes, comments))
    if most:
        return _("{acts} at {site}, the most of this day").format(acts=said, site=site_name(site))
    return _("{acts} at {site}").format(acts=said, site=site_name(site))


@sentence("said")
def said_everywhere(here: str, there: str) -> str:
    """What was said of a paper in two places."""
    return f"{spoken(here)}; {spoken(there)}"


@sentence("pinned")
def pinned() -> str:
    """Editors put it there."""
    return _("Pinned by the editors")


@sentence("raised")
def raised() -> str:
    """Who raised it, and the note, is said where the page is printed."""
    return _("Raised by a reader")


@sentence("moved")
def moved() -> str:
    """Editors made this its day."""
    return _("Moved to this day by the editors")


@sentence("words")
def words(declared: Sequence[str]) -> str:
    """Declared interests found in title or abstract, in the order they were found; the first two are named."""
    return ngettext("Matches your interest: {words}", "Matches your interests: {words}", len(declared)).format(
        words=", ".join(declared[:2]))


@sentence("nearness")
def nearness(interest: str) -> str:
    """The declared interest it comes nearest to in meaning."""
    return _("Near in meaning to your interest: {interest}").format(interest=interest)


@sentence("category")
def category(name: str) -> str:
    """In a declared category."""
    return _("In {category}, which this group reads").format(category=name)


@sentence("only")
def only_of_field(field: str) -> str:
    """No other paper of its field came."""
    return _("The only paper of this day in {field}").format(field=spoken(field))


@sentence("largest")
def of_largest_field(field: str) -> str:
    """From the field with most papers."""
    return _("From {field}, the largest field of this day").format(field=spoken(field))


@sentence("newest")
def among_newest(field: str) -> str:
    """For a paper that only its date speaks for."""
    return _("Among the newest in {field}").format(field=spoken(field))


@sentence("zone")
def zone_title(slug: str) -> str:
    """The heading of a zone."""
    return {
        "group": _("For this group"), "across": _("Across the fields"), "talked": _("Still talked about"),
        "also": _("Also today"),
    }.get(slug, "")
