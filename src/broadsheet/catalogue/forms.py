"""Forms of stored records: the name of a parser (with its version) and the parser itself.

Connectors and importers register here, because the catalogue, which reads stored records again, may not import them.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import BroadsheetError
from .records import ParsedRecord

Parser = Callable[[bytes], ParsedRecord]
PARSERS: dict[str, Parser] = {}


class UnknownForm(BroadsheetError):
    """A stored record was written in a form that this version does not read."""


def register(form: str, parser: Parser) -> None:
    """Make ``form`` readable (``"jsonl/1"``); registering it again with the same parser does nothing."""
    PARSERS[form] = parser


def parse(form: str, body: bytes) -> ParsedRecord:
    """Read the bytes of a stored record again; raises :class:`UnknownForm`."""
    try:
        parser = PARSERS[form]
    except KeyError:
        raise UnknownForm(
            f"A stored record has the form {form!r}, which this version does not read. The record was kept as it is. "
            "Use the version of Broadsheet that wrote it, or a newer one."
        ) from None
    return parser(body)
