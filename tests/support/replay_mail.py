"""A month of mail replayed: this module run as a program is the sender that gets killed.

``python -m tests.support.replay_mail DATA PORT ISO-TIME``: send what is due at that time, and end.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta


def main() -> None:
    """Send with a clock that starts at the given time and runs as fast as ours."""
    os.environ["BROADSHEET_DATA"], port, start = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
    import time

    import django

    django.setup()
    from broadsheet.digest.sender import Sender
    from broadsheet.digest.transport import Server

    born, server = time.monotonic(), Server("127.0.0.1", port, "none")
    later = [timedelta()]

    def clock() -> datetime:
        return start + later[0] + timedelta(seconds=time.monotonic() - born)

    for _ in range(12):  # a server that was down is tried again, three minutes later by this clock
        done = Sender(server, "paper@example.org", holder=f"sender-{os.getpid()}", clock=clock, wait=time.sleep,
                      per_minute=1_000_000).run()
        if not done.down:
            break
        later[0] += timedelta(minutes=3)


if __name__ == "__main__":
    main()
