"""What a message of an alert says: as JSON for programs, as a few lines for chats, as a mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.catalogue import rights
from broadsheet.catalogue.models import Paper
from broadsheet.spoken import spoken
from broadsheet.text import identifiers, latex

from .. import letter
from ..message import Envelope, compose, message_id, render
from ..setup import Setup
from .models import Alert, AlertDelivery

SCHEMA = 1  # of the JSON; a program may rely on every member that docs/programs names while this stays
IN_CHAT = 10  # papers that are named in a chat; the page has all
IN_MAIL = 50


@dataclass(frozen=True, slots=True)
class Item:
    """A paper and why it is here, in English, spoken as the message is made."""

    paper: Paper
    why: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message before it takes the form of its channel. ``more``: how many an hour the alert may send, where that
    is why several come together; 0 otherwise."""

    alert: Alert
    delivery: AlertDelivery
    items: Sequence[Item]
    setup: Setup
    more: int = 0

    @property
    def test(self) -> bool:
        """Whether it is only a trial."""
        return self.delivery.name.startswith("test:")

    @property
    def about(self) -> str:
        """The name of what the alert is about."""
        return self.alert.label or self.alert.value

    @property
    def title(self) -> str:
        """The subject of a mail, the first line elsewhere."""
        if self.test:
            return _("Test: alerts for {name} arrive").format(name=self.about)
        if len(self.items) == 1:
            return latex.readable(self.items[0].paper.title)
        count = len(self.items)
        return ngettext("{name}: {count} new paper", "{name}: {count} new papers", count).format(
            name=self.about, count=count)

    @property
    def note(self) -> str:
        """Why several papers come together; empty where that is as asked."""
        if not self.more:
            return ""
        return ngettext("Together, because this alert sends at most {count} message an hour.",
                        "Together, because this alert sends at most {count} messages an hour.",
                        self.more).format(count=self.more)

    @property
    def page(self) -> str:
        """Where all of it stands."""
        return f"{self.setup.base}{address(self.alert)}"


def address(alert: Alert) -> str:
    """The page of what an alert is about."""
    from urllib.parse import quote, urlencode

    if alert.kind == "search":
        return "/search?" + urlencode({"q": alert.value, "order": "newest"})
    place = {"stream": "streams", "topic": "topics", "category": "topics", "author": "authors",
             "organisation": "organisations"}[alert.kind]
    return f"/{place}/{quote(alert.value)}"


def url_of(paper: Paper, base: str) -> str:
    """The address of a paper."""
    return f"{base}/papers/{identifiers.path(*paper.identifiers[0]) if paper.identifiers else paper.key}"


def as_json(message: Message) -> bytes:
    """The body of a webhook. Its members are documented in docs/programs; what is not public is left out."""
    alert, delivery, setup = message.alert, message.delivery, message.setup
    return orjson.dumps({
        "type": "alert.test" if message.test else "alert.papers",
        "timestamp": _moment(delivery.made_at),
        "data": {
            "schema": SCHEMA, "id": delivery.key, "title": message.title, "note": message.note,
            "alert": {"key": alert.key, "kind": alert.kind, "value": alert.value, "label": alert.label,
                      "mode": alert.mode, "url": message.page},
            "site": {"name": setup.site_name, "url": f"{setup.base}/"},
            "papers": [_paper(one, setup.base) for one in message.items]}})


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _paper(item: Item, base: str) -> dict[str, Any]:
    """Abstracts as a stranger may read them: where a webhook leads, nobody knows who reads it."""
    paper = item.paper
    whole = rights.may_show(paper.rights, False)
    return {
        "key": paper.key, "url": url_of(paper, base), "identifiers": [":".join(one) for one in paper.identifiers],
        "title": paper.title, "authors": [str(one.get("name", "")) for one in paper.authors],
        "organisation": paper.organisation, "published": paper.published,
        "edition": paper.edition_day.isoformat() if paper.edition_day else None, "categories": list(paper.categories),
        "abstract": rights.shown(paper.abstract, paper.rights, False), "abstract_is_excerpt": not whole,
        "why": str(item.why)}


def as_lines(message: Message) -> tuple[str, str]:
    """Title and text for a chat: plain, no marks of any language."""
    if message.test:
        return message.title, _("This is a test from {site}. Papers of {name} will come here: {url}").format(
            site=message.setup.site_name, name=message.about, url=message.page)
    lines: list[str] = []
    for item in message.items[:IN_CHAT]:
        if len(message.items) > 1:
            lines.append(latex.readable(item.paper.title))
        byline = letter.byline(item.paper).replace(letter.NBSP, " ")
        why = spoken(item.why)
        lines += [f"{byline}. {why}" if byline else why, url_of(item.paper, message.setup.base), ""]
    rest = len(message.items) - IN_CHAT
    if rest > 0:
        lines.append(ngettext("{count} more: {url}", "{count} more: {url}", rest).format(count=rest, url=message.page))
    if message.note:
        lines.append(message.note)
    return message.title, "\n".join(lines).strip()


def as_mail(message: Message, now: datetime, *, member: bool) -> tuple[bytes, str, str]:
    """The mail of a message: bytes, Message-ID, subject."""
    alert, setup = message.alert, message.setup
    assert alert.mail is not None
    year = now.year
    lines = [letter.line_of(one.paper, setup.base, spoken(one.why), member=member, year=year)
             for one in message.items[:IN_MAIL]]
    subject = letter.shortened(message.title, 140)
    stop = f"{setup.base}/mail/stop/{alert.mail.key}"
    rest = len(message.items) - IN_MAIL
    context = {
        "site": setup.site_name, "site_url": f"{setup.base}/", "subject": subject, "lines": lines,
        "about": _("Alert: {name}").format(name=message.about), "note": message.note, "page": message.page,
        "said": as_lines(message)[1] if message.test else "", "all_words": _("All of it on one page"),
        "rest": ngettext("{count} more paper stands there.", "{count} more papers stand there.", rest).format(
            count=rest) if rest > 0 else "",
        "why_words": _("Why"), "stop_url": stop, "stop_words": _("Stop this alert with one click"),
        "change_url": f"{setup.base}/alerts/{alert.key}", "change_words": _("change what is sent")}
    envelope = Envelope(setup.mail_from, setup.site_name, alert.mail.email, f"alert.{setup.host}", setup.site_name,
                        stop, message.delivery.key, now)
    text, html = render("alert.txt.jinja", **context), render("alert.html.jinja", **context)
    return compose(envelope, subject, text, html), message_id(message.delivery.key, setup.mail_from), subject
