"""The sender that replays kill: ``python -m broadsheet.bench.mail_sender DATA SMTP_URL CA_FILE ISO-TIME``.

Sends what is due at that time, by a clock that starts there and runs as fast as ours, and ends.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

TRIES = 60  # of a server that cannot be used, three minutes apart by the replayed clock


def main() -> None:
    """Send."""
    data, url, authority, start = sys.argv[1], sys.argv[2], sys.argv[3], datetime.fromisoformat(sys.argv[4])
    os.environ["BROADSHEET_DATA"], os.environ["DJANGO_SETTINGS_MODULE"] = data, "broadsheet.settings"
    import django

    django.setup()
    from ..digest.sender import Sender
    from ..digest.transport import Server

    born, server = time.monotonic(), Server.of(url, Path(authority) if authority else None)
    later = [timedelta()]

    def clock() -> datetime:
        return start + later[0] + timedelta(seconds=time.monotonic() - born)

    for _ in range(TRIES):
        done = Sender(server, "paper@papers.example.org", holder=f"sender-{os.getpid()}", clock=clock, wait=time.sleep,
                      per_minute=10_000_000).run()
        if not done.down:
            break
        later[0] += timedelta(minutes=3)


if __name__ == "__main__":
    main()
