"""``python -m tests.support.kill_alerts DATA URL ROUND POINT``: alerts are sent, and the process dies at POINT.

Each round brings two papers of its own and happens an hour after the one before, so that leases of the dead have run
out. POINT: ``finding`` (rows written, not committed), ``position`` (committed, the log's position not), ``claimed``,
``answered`` (the receiver has said OK, nothing is committed), ``sent`` (committed), or ``none``.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

POINTS = ("finding", "position", "claimed", "answered", "sent")


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """One round."""
    data, url, number, point = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
    os.environ["BROADSHEET_DATA"] = str(data)
    import django

    django.setup()
    from django.core.management import call_command
    from tests.support import alerting as a

    from broadsheet.digest.alerts import bundling, sending

    if number == 0:
        call_command("migrate", verbosity=0)
        a.begin()
        a.alert(a.reader(), url, hourly=30)
    moment = a.NOW + timedelta(hours=number + 1)
    for one in range(2):
        a.paper(number * 10 + one, at=moment)
    if point == "finding":
        put = bundling.put
        bundling.put = lambda *given: (put(*given), _die())  # type: ignore[assignment,return-value]
    if point == "position":
        from django.db.models import QuerySet

        update = QuerySet.update
        QuerySet.update = lambda rows, **values: (  # type: ignore[method-assign]
            _die() if rows.model.__name__ == "AlertPosition" else update(rows, **values))
    if point == "claimed":
        sending.Sender.one = _die  # type: ignore[method-assign,assignment]
    if point == "answered":
        sending._sent = _die
    if point == "sent":
        sent = sending._sent
        sending._sent = lambda *given: (sent(*given), _die())  # type: ignore[assignment,return-value]
    a.find(moment)
    a.sender(moment, holder=f"round {number}").run()


if __name__ == "__main__":
    main()
