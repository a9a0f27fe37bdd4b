"""A month of digests through a real mail server that refuses, greylists and drops, while the sender is killed.

Each reader gets each digest; a second copy comes about only between the server's OK and our commit (or where the server
cut the connection after taking a mail), and then with the same Message-ID.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from tests.support import counts, program

ROOT = Path(__file__).resolve().parents[2]
FIRST = date(2026, 6, 1)
MOODS = {"refuse": 0.03, "grey": 0.05, "before": 0.02, "after": 0.01}

# Papers, readers and each morning's mails are made in a process of their own: the sender must find a plain database.
MAKE = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
django.setup()
from datetime import datetime, timedelta
from broadsheet.digest.models import Outbox, Subscription
from broadsheet.digest.prepare import Preparer, Setup
from broadsheet.editions import service
from broadsheet.catalogue.models import Paper
now, readers = datetime.fromisoformat(sys.argv[1]), int(sys.argv[2])
if not Subscription.objects.exists():
    from django.utils.timezone import now as clock
    Subscription.objects.bulk_create([Subscription(
        key=f"{n:032x}", email=f"reader{n}@example.org", state="active", asked_at=now, confirmed_at=now, hour=n % 24,
        timezone=("UTC", "Asia/Tokyo", "America/New_York")[n % 3], due_at=now - timedelta(hours=1),
        cadence=("daily", "workdays")[n % 2]) for n in range(readers)])
if now.weekday() < 5:
    first = Paper.objects.count()
    Paper.objects.bulk_create([Paper(
        key=f"r{first + n:09d}", title=f"Paper {first + n}", abstract="We show that it holds.", rights="public",
        identifiers=[["arxiv", f"2606.{first + n:05d}"]], categories=[("cs.CV", "cs.CL", "math.AG")[n % 3]],
        authors=[{"name": "Ada Lovelace"}], published=str(now.date()), edition_day=now.date(), imported_votes=n % 7,
        added_at=now, changed_at=now) for n in range(12)])
setup = Setup("https://p.example.org", "Broadsheet", "", "paper@example.org", "p.example.org")
for hours in (1, 9, 17, 23):
    Preparer(setup, service.Site(), now + timedelta(hours=hours)).run(1_000_000)
print(Outbox.objects.count())
"""


def _run(data: Path, *arguments: str) -> str:
    environment = program.environment(BROADSHEET_DATA=str(data))
    done = subprocess.run([sys.executable, "-c", MAKE, *arguments], env=environment, cwd=ROOT, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def _send(data: Path, port: int, moment: datetime, log: Path, kill_after: int | None) -> bool:
    """Run the sender; kill -9 it once the server took ``kill_after`` mails more. True: it was killed."""
    before = log.stat().st_size if log.exists() else 0
    child = subprocess.Popen([sys.executable, "-m", "broadsheet.bench.mail_sender", str(data),
                              f"smtp+plain://127.0.0.1:{port}", "", moment.isoformat()],
                             cwd=ROOT, env=program.environment(), start_new_session=True)
    while child.poll() is None:
        if kill_after is not None and log.exists():
            with log.open("rb") as file:
                file.seek(before)
                if file.read().count(b"T ") >= kill_after:
                    os.killpg(child.pid, signal.SIGKILL)
                    child.wait()
                    return True
        time.sleep(0.002 if kill_after is not None else 0.05)
    assert child.returncode == 0
    return False


def test_a_month_of_kills_and_bad_servers(tmp_path: Path) -> None:
    from broadsheet.bench.digest import sink

    days, readers, kills = (counts.examples(4, 30), counts.examples(30, 300), counts.examples(3, 10))
    data, log, dice = tmp_path / "data", tmp_path / "taken", Random(5)
    data.mkdir()
    assert program.broadsheet("digest", "status", data=data, timeout=600).returncode == 0
    killed, wanted = 0, 0
    with sink(log, MOODS, seed=3) as port:
        for ahead in range(days):
            morning = datetime.combine(FIRST + timedelta(days=ahead), datetime.min.time(), UTC)
            wanted = int(_run(data, morning.isoformat(), str(readers)))
            if killed < kills and morning.weekday() < 5:
                killed += _send(data, port, morning + timedelta(hours=24), log, dice.randrange(2, readers // 2))
            _send(data, port, morning + timedelta(hours=25), log, None)
        for hours in range(1, 40, 6):  # what was sent away is tried again
            _send(data, port, morning + timedelta(hours=25 + hours), log, None)
    lines = log.read_text().splitlines()
    taken = Counter(line.split()[1] for line in lines if line.startswith("T "))
    answered = Counter(line.split()[1] for line in lines if line.startswith("A "))
    waits = program.broadsheet("digest", "status", "--json", data=data, timeout=600).stdout
    assert '"outbox": 0' in waits and '"failed": 0' in waits, waits
    assert len(taken) == wanted, "each reader got each digest"
    cut = sum(taken.values()) - sum(answered.values())  # taken, and the connection was cut before the OK
    doubles = sum(number - 1 for number in taken.values())
    assert killed == kills
    assert doubles <= cut + killed, "a second copy comes about only inside the window"
    print(f"{wanted} digests, {killed} kills, {cut} cuts after taking, {doubles} second copies, 0 missing")
