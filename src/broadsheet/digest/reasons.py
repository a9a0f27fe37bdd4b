"""Why a paper is in a mail, where the front page has not said it already; spoken in the language of each mail."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from .. import languages
from ..spoken import sentence, spoken


@sentence("mail breadth")
def breadth(field: str) -> str:
    """Nothing else speaks for it: the mail covers several fields."""
    return _("So that {field} is not left out").format(field=spoken(field))


@sentence("mail day")
def on_day(day: str, reason: str) -> str:
    """What the front page of one of several days said; ``day`` as 2026-05-12."""
    return _("{weekday}: {reason}").format(weekday=languages.weekday(date.fromisoformat(day)), reason=spoken(reason))


@sentence("mail topic")
def topic(name: str) -> str:
    """Of a followed topic or category."""
    return _("On a topic you follow: {name}").format(name=name)


@sentence("mail author")
def author(name: str) -> str:
    """By a followed name."""
    return _("By {name}, a name you follow").format(name=name)


@sentence("mail organisation")
def organisation(name: str) -> str:
    """From a followed organisation."""
    return _("From {name}, which you follow").format(name=name)


@sentence("mail search")
def search(query: str) -> str:
    """Surely matches a search."""
    return _("Matches your search: {query}").format(query=query)


@sentence("mail stream")
def stream(name: str, reason: str, own: bool) -> str:
    """Taken by a stream, and why; ``own``: the reader's, not one that somebody shares."""
    said = _("In your stream {name}: {reason}") if own else _("In the stream {name}: {reason}")
    return said.format(name=name, reason=spoken(reason))


@sentence("alert search")
def alert_search(query: str) -> str:
    """A search that an alert watches found it."""
    return _("Matches the search {query}").format(query=query)


@sentence("alert new")
def alert_new(name: str) -> str:
    """It carries what an alert watches."""
    return _("New for {name}").format(name=name)


@sentence("mail collection")
def collection(name: str) -> str:
    """Put into a collection."""
    return _("Put into the collection {name}").format(name=name)
