"""What can go wrong on the way to a source: one family with cause, sentence and next step."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from ..errors import BroadsheetError
from ..spoken import message, spoken

LATER = message(noop("It is asked again later."))
ADDRESS = message(noop("Check the address of this source in the settings."))
PASTE = message(noop("Paste its BibTeX instead."))


class SourceError(BroadsheetError):
    """A source could not be read.

    ``kind``: offline, private, dns, tls, connect, timeout, proxy, redirect, refused (4xx), busy (429, 503),
    server (5xx), too-large, html, cut, malformed, empty, protocol, turn. ``cause`` is for the log, ``sentence`` for
    the reader, ``step`` what to do next; both may know how to be spoken (``spoken.message``).
    ``again``: asking once more may help. ``retry_after``: seconds the source asked for.
    """

    def __init__(self, kind: str, sentence: str, step: str, *, cause: str = "", again: bool = False,
                 retry_after: float | None = None) -> None:
        self.kind = kind
        self.sentence = sentence
        self.step = step
        self.cause = cause or sentence
        self.again = again
        self.retry_after = retry_after
        super().__init__(f"{sentence} {step}".strip())

    def __str__(self) -> str:
        return f"{spoken(self.sentence)} {spoken(self.step)}".strip()


class ParseError(BroadsheetError):
    """One record cannot be taken. ``field`` names where, ``reason`` why; the rest of its page goes on."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")
