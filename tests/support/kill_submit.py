"""``python -m tests.support.kill_submit``: a submission is killed with -9 at each step, then sent again.

Each time a child process raises a new paper from BibTeX and dies at the named step; the parent looks at what is left,
sends the same form again, and again, and counts. Ends with 0 when nothing was lost, halved or doubled.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
POINTS = ("nothing written", "record taken in", "row written", "day written", "vote weighed", "all committed")


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _patch(point: str) -> None:
    """Make this process die when it reaches ``point``."""
    from broadsheet.readers import journal, submissions, votes

    def after(owner: Any, name: str) -> None:
        whole: Callable[..., Any] = getattr(owner, name)

        def patched(*given: Any, **named: Any) -> Any:
            whole(*given, **named)
            _die()

        setattr(owner, name, patched)

    if point == "record taken in":
        submissions.put = _die  # type: ignore[assignment]
    elif point == "row written":
        journal.note = _die  # type: ignore[assignment]
    elif point == "day written":
        after(submissions, "intake")
    elif point == "vote weighed":
        after(votes, "reweigh")


def _raise(bib: str, reader: Any, point: str = "") -> None:
    """What the page does with the form of the preview."""
    from broadsheet.catalogue import changes
    from broadsheet.catalogue.intake import intake
    from broadsheet.config import current
    from broadsheet.readers import submissions
    from broadsheet.web import bringing

    brought = bringing.bring(bib, reader, current())
    if point == "nothing written":
        _die()
    paper = brought.paper
    if brought.item is not None:
        intake([brought.item], now=NOW, lane=changes.INTERACTIVE)
        paper = bringing.known(list(brought.item.record.identifiers))
    assert paper is not None
    submissions.put(reader, paper, "A note", NOW.date(), NOW)
    if point == "all committed":
        _die()


def main() -> int:
    """Every point in turn."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from broadsheet.catalogue.models import Announcement, Paper, SourceRecord
    from broadsheet.readers import service
    from broadsheet.readers.models import Done, Submission

    call_command("migrate", verbosity=0)
    reader = service.make(NOW, local=True)
    for number, point in enumerate(POINTS, 1):
        bib = f"@article{{k{number}, title={{Paper number {number}}}, author={{Example, Ada}}, year={{2024}}}}"
        connections.close_all()
        child = os.fork()
        if child == 0:
            _patch(point)
            _raise(bib, reader, point)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(f"{point}: the child did not die there ({status})")
            return 1
        left = Submission.objects.count(), Announcement.objects.filter(list="submitted").count()
        whole = number if point == "all committed" else number - 1
        for _ in range(2):
            _raise(bib, reader)
        told = (Paper.objects.count(), Submission.objects.count(), Announcement.objects.count(),
                SourceRecord.objects.count(), Done.objects.filter(verb="submit").count())
        if left != (whole, whole) or told != (number, number, number, 2 * number, number):
            print(f"{point}: after the kill {left}, after sending it again {told}")
            return 1
    print(f"{len(POINTS)} points")
    return 0


if __name__ == "__main__":
    sys.exit(main())
