"""One family of errors. Every message says what happened, where, what was kept, and what to do next."""

from __future__ import annotations


class BroadsheetError(Exception):
    """Root of all errors that are meant for a person. ``exit_code``: 2 wrong use, 3 could not do it."""

    exit_code = 3


class UsageError(BroadsheetError):
    """The command or address was used wrongly."""

    exit_code = 2
