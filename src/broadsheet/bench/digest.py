"""`broadsheet bench digest`: a day's mail for many readers with mixed hours and zones, made and sent for real.

In a throw-away directory: papers of real days where a folder of corpora is given (else the bundled sample), readers of
the site and of categories, weekly ones, and ones with an account, whose mails carry links of their own to vote and
save. All mails of a day are made, hour by hour with the time as an argument, and handed to an SMTP server on loopback.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO, Any

from ..errors import BroadsheetError, UsageError

FILES = ("hf_daily_papers.jsonl.zst", "arxiv_daily.jsonl.zst")
DAY = date(2026, 6, 16)  # a Tuesday of the corpora; the days before it are read too
BEFORE = 12  # days of papers before it
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata",
         "Australia/Sydney", "America/Sao_Paulo")
CATEGORIES = ("cs.CV", "cs.CL", "cs.LG", "cs.AI", "stat.ML", "cs.RO", "astro-ph.GA", "math.OC")


def run_digest(corpora: Path | None, *, readers: int, scratch: Path, seed: int = 10) -> dict[str, Any]:
    """Make and send one day's mails. The caller has started Django in the throw-away directory ``scratch``."""
    papers, day = fill(corpora, scratch, DAY - timedelta(days=BEFORE), DAY)
    subscribe(readers, day, seed)
    prepared = prepare_day(day)
    sent = send_all(scratch / "taken", day)
    return {"readers": readers, "papers": papers, "day": str(day), **prepared, **sent}


# -- papers and readers -------------------------------------------------------------------------------------------

def fill(corpora: Path | None, scratch: Path, first: date, last: date) -> tuple[int, date]:
    """Take the papers of the days in; returns how many there are and the newest day."""
    from django.db.models import F

    from ..catalogue import sample
    from ..catalogue.importing.run import import_paths
    from ..catalogue.models import Paper

    moment = datetime.combine(first, datetime.min.time(), UTC)
    if corpora is None:
        sample.load(moment, scratch / "rejects")
    else:
        missing = [name for name in FILES if not (corpora / name).is_file()]
        if missing:
            raise UsageError(f"{corpora} lacks {' and '.join(missing)}. Nothing was measured.")
        for name in FILES:
            cut = scratch / name.removesuffix(".zst")
            cut.write_bytes(b"".join(_of_days(corpora / name, str(first), str(last))))
            import_paths([cut], now=moment, rejects_dir=scratch / "rejects", alone=lambda: True)
    # Each paper came on the morning of its day, not all at once when they were read here.
    for day in Paper.objects.exclude(edition_day=None).values_list("edition_day", flat=True).distinct():
        if day is not None:
            Paper.objects.filter(edition_day=day).update(added_at=datetime.combine(day, datetime.min.time(), UTC))
    newest = Paper.objects.filter(edition_day__lte=last).order_by(F("edition_day").desc(nulls_last=True)).first()
    if newest is None or newest.edition_day is None:
        raise UsageError("No paper of the files has a day. Nothing was measured.")
    return Paper.objects.count(), newest.edition_day


def _of_days(path: Path, first: str, last: str) -> Iterator[bytes]:
    """Lines of the file that were announced within the days."""
    import io

    import zstandard

    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        for line in io.BufferedReader(stream, 1 << 20):
            days = [str(one.get("day", "")) for one in json.loads(line).get("announced") or ()]
            if any(first <= one <= last for one in days):
                yield line


def subscribe(readers: int, day: date, seed: int) -> None:
    """Subscriptions with mixed wishes; all had their last mail the day before. One in twenty has an account."""
    from ..digest import subscriptions
    from ..digest.models import Subscription
    from ..readers.models import Reader

    dice, moment = Random(seed), datetime.combine(day - timedelta(days=1), datetime.min.time(), UTC)
    members = Reader.objects.bulk_create([
        Reader(key=f"bench{number:021d}", name=f"Reader {number}", created_at=moment, last_visit=moment,
               joined_at=moment) for number in range(readers // 20)])
    rows = []
    for number in range(readers):
        kind, value = ("category", dice.choice(CATEGORIES)) if dice.random() < 0.3 else ("site", "")
        row = Subscription(
            key=f"{number:032x}", email=f"reader{number}@example.org", kind=kind, value=value, label=value,
            reader=members[number // 20] if number % 20 == 0 and number // 20 < len(members) else None,
            cadence=dice.choices(("daily", "workdays", "weekly"), (75, 20, 5))[0], weekday=day.weekday(),
            hour=dice.choices(range(24), [1] * 5 + [4, 10, 14, 12, 8, 4] + [2] * 6 + [4, 4, 2, 2, 1, 1, 1])[0],
            timezone=dice.choice(ZONES), most=dice.choice((5, 10, 10, 15)), state=Subscription.State.ACTIVE,
            asked_at=moment, confirmed_at=moment, through=day - timedelta(days=1 + dice.randrange(2)),
            prepared_at=moment)
        row.due_at = subscriptions.next_due(row, moment + timedelta(hours=12))
        rows.append(row)
    Subscription.objects.bulk_create(rows, batch_size=500)


# -- making and sending -------------------------------------------------------------------------------------------

def prepare_day(day: date) -> dict[str, Any]:
    """Make all mails due within the next days' hours, as the worker would, hour by hour."""
    from django.db.models import Avg, Max, Min
    from django.db.models.functions import Length

    from ..digest.models import Outbox, Subscription
    from ..digest.prepare import Preparer, Setup
    from ..editions import service

    bounds = Subscription.objects.aggregate(first=Min("due_at"), last=Max("due_at"))
    moment = bounds["first"].replace(minute=0)
    end = min(bounds["last"], datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=12))
    setup = Setup("https://papers.example.org", "Broadsheet", "Vision group", "paper@papers.example.org",
                  "papers.example.org")
    mails, problems, clock, cpu = 0, 0, time.perf_counter(), time.process_time()
    service.forget()
    while moment <= end:
        done = Preparer(setup, service.Site(), moment).run(1_000_000)
        mails, problems = mails + done.mails, problems + len(done.problems)
        moment += timedelta(hours=1)
    seconds = time.perf_counter() - clock
    size = Outbox.objects.aggregate(mean=Avg(Length("body")), papers=Avg("papers"))
    return {
        "prepared": mails, "problems": problems, "prepare_seconds": round(seconds, 1),
        "prepare_cpu_seconds": round(time.process_time() - cpu, 1),
        "prepared_per_minute": round(mails / seconds * 60) if seconds else 0,
        "packed_bytes_mean": round(size["mean"] or 0), "papers_mean": round(size["papers"] or 0, 1)}


@contextmanager
def sink(log: Path, moods: dict[str, float] | None = None, seed: int = 1) -> Iterator[int]:
    """The mail server as a process of its own; yields its port."""
    command = [sys.executable, "-m", "broadsheet.bench.mail_sink", str(log), json.dumps(moods or {}), str(seed)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ))
    out: IO[bytes] | None = child.stdout
    assert out is not None
    try:
        yield int(out.readline())
    finally:
        child.kill()
        child.wait()


def send_all(log: Path, day: date) -> dict[str, Any]:
    """Send everything that waits; compare what the server took with what there was to send."""
    from ..digest.models import Outbox
    from ..digest.sender import Sender
    from ..digest.transport import Server

    wanted = set(Outbox.objects.filter(kind="digest").values_list("message_id", flat=True))
    later = datetime.combine(day + timedelta(days=3), datetime.min.time(), UTC)
    with sink(log) as port:
        clock, cpu = time.perf_counter(), time.process_time()
        sender = Sender(Server("127.0.0.1", port, "none"), "paper@papers.example.org", holder="bench",
                        clock=lambda: later, wait=time.sleep, per_minute=10_000_000)
        done = sender.run()
        seconds, spent = time.perf_counter() - clock, time.process_time() - cpu
    taken = Counter(line.split()[1] for line in log.read_text().splitlines() if line.startswith("T "))
    return {
        "sent": done.sent, "send_seconds": round(seconds, 1), "send_cpu_seconds": round(spent, 1),
        "mails_per_second": round(done.sent / seconds, 1) if seconds else 0,
        "missing": len(wanted - set(taken)), "doubled": sum(number - 1 for number in taken.values())}


def bench(corpora: Path | None, readers: int, days: int = 1) -> dict[str, Any]:
    """Measure in a process of its own, so that its database is a throw-away one. ``days`` over 1 replays so many."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-digest-") as home:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
        environment |= {"BROADSHEET_DATA": home, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
        command = [sys.executable, "-m", "broadsheet.bench.digest", home, str(readers), str(corpora or ""),
                   str(days)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise BroadsheetError("The measuring process ended early; its words stand above. Nothing was measured.")
        result: dict[str, Any] = json.loads(done.stdout)
        return result


def _main() -> None:
    home, readers, days = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
    corpora = Path(sys.argv[3]) if sys.argv[3] else None
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    if days > 1:
        from .month import run_month

        result = run_month(corpora, readers=readers, days=days, scratch=home)
    else:
        result = run_digest(corpora, readers=readers, scratch=home)
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    _main()
