"""`broadsheet bench digest --days N`: real days replayed through a bad mail server, the sender killed as it sends.

Papers, readers and hours are those of `bench digest`; time is an argument. Mails go to aiosmtpd over STARTTLS with a
login. The server refuses connections, greylists, and cuts the line before or after it took a mail. What it took is
compared with what there was to send: a mail that it took twice must lie in the window between taking it and our
commit, and then bears the same Message-ID (which is what is counted here).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO, Any

from ..errors import BroadsheetError, UsageError
from .clients import cpu_seconds
from .digest import DAY, fill, subscribe

MOODS = {"refuse": 0.03, "grey": 0.05, "before": 0.01, "after": 0.005}
KILLS = 10
SETTLES = 0.5  # seconds in which the server finishes what the killed sender had handed to the network
BEFORE = 6  # days of papers before the first one replayed


@dataclass
class Post:
    """The running server: its port, its process, what it took, and the authority that vouches for it."""

    port: int
    process: int
    log: Path
    authority: Path

    @property
    def url(self) -> str:
        """What ``smtp_url`` would be."""
        from urllib.parse import quote

        from .mail_server import PASSWORD, USER

        return f"smtp://{USER}:{quote(PASSWORD)}@localhost:{self.port}"


@contextmanager
def post(folder: Path, moods: dict[str, float], seed: int = 3) -> Iterator[Post]:
    """The mail server as a process of its own. Raises UsageError where aiosmtpd is not installed."""
    try:
        import aiosmtpd.smtp  # noqa: F401 - asked here, so that the fault is told in a sentence
    except ImportError as problem:
        raise UsageError("Replaying days needs the mail server aiosmtpd, which comes with the parts for development: "
                         "pip install 'broadsheet[dev]'. Nothing was measured.") from problem
    log, (certificate, key) = folder / "taken", certify(folder)
    command = [sys.executable, "-m", "broadsheet.bench.mail_server", str(log), json.dumps(moods), str(seed),
               str(certificate), str(key)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out: IO[bytes] | None = child.stdout
    assert out is not None
    try:
        line = out.readline()
        if not line:
            raise BroadsheetError("The mail server of the benchmark did not start; nothing was measured.")
        log.touch()
        yield Post(int(line), child.pid, log, certificate)
    finally:
        child.kill()
        child.wait()


def certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for ``localhost`` that signs itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(today - timedelta(days=1))
            .not_valid_after(today + timedelta(days=7))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256()))
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return files


class Courier:
    """Runs the sender as a process of its own, and kills it when told. ``cpu``: its seconds, as far as known."""

    def __init__(self, data: Path, server: Post) -> None:
        self.data, self.server = data, server
        self.cpu = 0.0

    def send(self, moment: datetime, kill_after: int | None = None) -> bool:
        """Send what is due at ``moment``. True: it was killed once the server had taken ``kill_after`` mails more."""
        before = self.server.log.stat().st_size
        command = [sys.executable, "-m", "broadsheet.bench.mail_sender", str(self.data), self.server.url,
                   str(self.server.authority), moment.isoformat()]
        child = subprocess.Popen(command, start_new_session=True)
        spent = 0.0
        while child.poll() is None:
            spent = cpu_seconds(child.pid) or spent
            if kill_after is not None and self._taken(before) >= kill_after:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                time.sleep(SETTLES)
                with self.server.log.open("ab") as file:
                    file.write(b"K\n")
                self.cpu += spent
                return True
            time.sleep(0.005 if kill_after is not None else 0.1)
        if child.returncode:
            raise BroadsheetError(f"The sender ended with {child.returncode} at {moment}; nothing was measured.")
        self.cpu += spent
        return False

    def _taken(self, before: int) -> int:
        with self.server.log.open("rb") as file:
            file.seek(before)
            return file.read().count(b"T ")


def judge(lines: Sequence[str], wanted: set[str]) -> dict[str, int]:
    """What the server's log says about ``wanted`` messages.

    A second copy is explained when the copy before it was cut off after taking (no ``A`` follows its ``T``), or was
    the mail in hand at a kill (the last taken before ``K``).
    """
    taken: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    in_hand: Counter[str] = Counter()
    last = ""
    for line in lines:
        kind, _, name = line.partition(" ")
        name = name.partition(" ")[0]
        if kind == "T":
            taken[name] += 1
            last = name
        elif kind == "A":
            answered[name] += 1
        elif kind == "K" and last:
            in_hand[last] += 1
    doubles = {name: number - 1 for name, number in taken.items() if number > 1}
    unexplained = {name: number - (taken[name] - answered[name]) - in_hand[name] for name, number in doubles.items()}
    return {
        "taken": sum(taken.values()), "missing": len(wanted - set(taken)), "second_copies": sum(doubles.values()),
        "outside_the_window": sum(max(0, number) for number in unexplained.values()),
        "strangers": len(set(taken) - wanted), "cut_after_taking": sum((taken - answered).values()),
        "killed": lines.count("K"), "refused_connections": lines.count("R"),
        "greylisted": sum(line.startswith("G ") for line in lines)}


def run_month(corpora: Path | None, *, readers: int, days: int, scratch: Path, seed: int = 10) -> dict[str, Any]:
    """Replay ``days`` days for ``readers`` readers. The caller has started Django in the directory ``scratch``."""
    papers, last = fill(corpora, scratch, DAY - timedelta(days=days + BEFORE), DAY)
    first = last - timedelta(days=days - 1)
    subscribe(readers, first, seed)
    dice, out = Random(seed), {"readers": readers, "days": days, "first": str(first), "papers": papers}
    with post(scratch, MOODS) as server:
        courier = Courier(scratch, server)
        made, killed, clock, cpu, sending = 0, 0, 0.0, 0.0, time.perf_counter()
        midnight = datetime.combine(first, datetime.min.time(), UTC)
        for number in range(days + 1):
            begun, spent = time.perf_counter(), time.process_time()
            mails = _prepare(midnight + timedelta(days=number))
            clock, cpu, made = clock + time.perf_counter() - begun, cpu + time.process_time() - spent, made + mails
            evening = midnight + timedelta(days=number + 1)
            if mails > 40 and killed < KILLS:
                killed += courier.send(evening, dice.randrange(2, mails // 2))
            courier.send(evening + timedelta(hours=1))
        for hours in range(2, 60, 6):  # what was sent away is tried again
            courier.send(evening + timedelta(hours=hours))
        wall = time.perf_counter() - sending - clock
        lines = server.log.read_text("ascii").splitlines()
        served = cpu_seconds(server.process)
    out |= {"digests": made, "prepare_seconds": round(clock, 1), "prepare_cpu_seconds": round(cpu, 1),
            "prepared_per_minute": round(made / clock * 60) if clock else 0,
            "send_seconds": round(wall, 1), "send_cpu_seconds": round(courier.cpu, 1),
            "mails_per_second": round(made / wall, 1) if wall else 0.0, "server_cpu_seconds": round(served or 0.0, 1)}
    return {**out, **_compared(lines)}


def _prepare(day: datetime) -> int:
    """Make the mails of a day, hour by hour."""
    from ..digest.prepare import Preparer, Setup
    from ..editions import service

    setup = Setup("https://papers.example.org", "Broadsheet", "Vision group", "paper@papers.example.org",
                  "papers.example.org")
    service.forget()
    made = 0
    for hour in range(24):
        done = Preparer(setup, service.Site(), day + timedelta(hours=hour)).run(1_000_000)
        if done.problems:
            raise BroadsheetError(f"A mail could not be made: {done.problems[0]}. Nothing was measured.")
        made += done.mails
    return made


def _compared(lines: Sequence[str]) -> dict[str, Any]:
    """What the server took against the outbox; and how many digests like readers got."""
    from django.db.models import Count, Q

    from ..digest.models import Outbox, Subscription

    rows = Outbox.objects.filter(kind="digest")
    found: dict[str, Any] = dict(judge(lines, set(rows.values_list("message_id", flat=True))))
    found["not_sent"] = rows.exclude(state=Outbox.State.SENT).count()
    found["double_rows"] = rows.count() - rows.values("subscription_id", "period").distinct().count()
    counted = Subscription.objects.filter(kind="site").annotate(n=Count("outbox", filter=Q(outbox__kind="digest")))
    each: dict[str, list[int]] = {}
    for cadence, number in counted.values_list("cadence", "n"):
        low, high = each.get(cadence, [number, number])
        each[cadence] = [min(low, number), max(high, number)]
    return {**found, "digests_of_a_reader_of_the_site": each}
