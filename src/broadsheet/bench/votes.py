"""`bench votes`: acts of several readers at once over HTTP, beside a bulk import; every one is looked for afterwards.

All of it happens in a throw-away directory with papers of its own: a server, readers with sessions, and an import of
further papers that runs as long as the acts do. Each client waits for its answer and acts again at once.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..errors import BroadsheetError
from .clients import Browser, Client, cpu_seconds, percentiles
from .serving import server, settle

SEEDED = 2000  # papers to vote for
BULK = 60_000  # papers of the import beside
_COMMENT_EVERY, _BACK_EVERY = 10, 7  # of each reader's acts
_EACH = 10  # readers whose acts one connection sends in turn: nobody may write more than 60 comments an hour
_WARM = 1.0  # seconds of acts before the measurement, so that every process has loaded what acts need


def run_votes(*, clients: int, seconds: float) -> dict[str, Any]:
    """Acts (votes, votes taken back, comments) over ``clients`` connections for ``seconds``, once alone, once beside
    an import; each connection sends the acts of ten readers in turn.

    Returns ``acts_per_second`` and ``p99_ms`` beside the import, the same ``alone``, how many acknowledged acts are
    ``lost`` or ``doubled``, and ``counts_wrong``: papers whose counts differ from their rows. Nothing outside a
    throw-away directory changes.
    """
    # The import's own helper may still write its last lines when the directory goes.
    with tempfile.TemporaryDirectory(prefix="broadsheet-votes-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        _papers(data, Path(folder))
        crowd = _crowd(data, clients * _EACH)
        with server(data) as (port, process):
            voters = [Voter(port, cookie, number, _keys(data)) for number, cookie in enumerate(crowd)]
            lanes = [Lane(port, voters[first::clients]) for first in range(clients)]
            settle(process)
            _measure(lanes, _WARM, process)
            alone = _measure(lanes, seconds, process)
            with _bulk(data, Path(folder)) as importing:
                beside = _measure(lanes, seconds, process)
                beside["import_ran"] = importing.poll() is None
        checked = check(data, voters)
    return {**beside, "clients": clients, "alone": alone, **checked}


@dataclass(slots=True)
class Voter:
    """One reader: what was asked, and what the site acknowledged. A vote that went out and was not answered is open."""

    port: int
    cookie: str
    number: int
    keys: Sequence[str]
    token: str = ""
    step: int = 0
    voted: dict[str, bool] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    _act: tuple[str, str] = ("", "")

    def enter(self) -> None:
        """Fetch the token of forms, which holds as long as the cookie."""
        if self.token:
            return
        browser = Browser(self.port)
        browser.cookies = dict(part.split("=", 1) for part in self.cookie.split("; "))
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.ask("GET", "/settings"))
        if found is None:
            raise BroadsheetError("The site does not know the readers of the benchmark; nothing was measured.")
        self.token, self.cookie = found[1], browser.cookie

    def next(self) -> tuple[str, dict[str, str]]:
        """The next act: its address and form."""
        self.step += 1
        step, key = self.step, self.keys[(self.step * 7 + self.number * 131) % len(self.keys)]
        if step % _COMMENT_EVERY == 0:
            text = f"Remark {self.number}-{step} of a benchmark"
            self._act = "say", text
            return "/comments", {"paper": key, "place": "new", "text": text, "once": f"{self.number}x{step}"}
        if step % _BACK_EVERY == 0 and self.voted:
            key = next(reversed(self.voted))
            self._act = "unvote", key
        else:
            self._act = "vote", key
        return "/acts", {"act": ":".join(self._act)}

    def acknowledged(self) -> None:
        """The site said that the act is done."""
        verb, what = self._act
        if verb == "say":
            self.said.add(what)
        else:
            self.voted.pop(what, None)
            self.voted[what] = verb == "vote"


@dataclass(slots=True)
class Lane:
    """One connection and the readers who act over it in turn; the next act goes out when the one before is answered."""

    port: int
    voters: Sequence[Voter]
    turn: int = 0
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.port, str, expects=("200", "302"))

    def send(self) -> None:
        """Send the next act."""
        self.turn += 1
        voter = self.voters[self.turn % len(self.voters)]
        address, form = voter.next()
        headers = f"Cookie: {voter.cookie}\r\nX-Requested-With: fetch\r\n"
        self.client.post(address, urlencode({"csrfmiddlewaretoken": voter.token, **form}), headers)

    def acknowledged(self) -> None:
        """The act that was sent last is done."""
        self.voters[self.turn % len(self.voters)].acknowledged()


def _measure(lanes: Sequence[Lane], seconds: float, server: int) -> dict[str, Any]:
    for voter in (voter for lane in lanes for voter in lane.voters):
        voter.enter()
    before, started = cpu_seconds(server), time.monotonic()
    ends = started + seconds
    times: list[float] = []
    with selectors.DefaultSelector() as ready:
        for lane in lanes:
            ready.register(lane.client.connect(), selectors.EVENT_READ, lane)
            lane.send()
        asking = len(lanes)
        while asking:
            for key, _ in ready.select(60):
                lane = key.data
                if not lane.client.listen():
                    continue
                lane.acknowledged()
                times.append(lane.client.times[-1])
                if time.monotonic() < ends:
                    lane.send()
                else:
                    asking -= 1
                    ready.unregister(lane.client.connect())
                    lane.client.close()
    spent = time.monotonic() - started
    after = cpu_seconds(server)
    middle, high = percentiles(times)
    made = {"acts_per_second": round(len(times) / spent, 1), "p50_ms": middle, "p99_ms": high, "acts": len(times)}
    if before is not None and after is not None:
        made["server_cpu_ms_an_act"] = round((after - before) * 1000 / len(times), 2)
    return made


def check(data: Path, voters: Sequence[Voter]) -> dict[str, int]:
    """How many acknowledged acts are not in the database, how many are there twice, which counts are wrong."""
    with sqlite3.connect(data / "broadsheet.sqlite3") as database:
        held = database.execute(
            "SELECT r.slug, p.key FROM readers_vote v JOIN readers_reader r ON r.id = v.reader_id"
            " JOIN catalogue_paper p ON p.id = v.paper_id").fetchall()
        said = [text for (text,) in database.execute("SELECT text FROM readers_comment")]
        wrong = database.execute(WRONG).fetchone()[0]
    database.close()
    there, lost = set(held), 0
    for voter in voters:
        slug = f"crowd-{voter.number}"
        lost += sum(((slug, key) in there) != stands for key, stands in voter.voted.items())
        lost += len(voter.said - set(said))
    return {"lost": lost, "doubled": len(held) - len(there) + len(said) - len(set(said)), "counts_wrong": wrong}


WRONG = (
    "SELECT COUNT(*) FROM readers_activity a WHERE"
    " a.votes <> (SELECT COUNT(*) FROM readers_vote v WHERE v.paper_id = a.paper_id)"
    " OR a.comments <> (SELECT COUNT(*) FROM readers_comment c WHERE c.paper_id = a.paper_id"
    " AND c.deleted_at IS NULL AND c.hidden_at IS NULL)"
)


def _lines(numbers: range) -> Iterator[str]:
    for number in numbers:
        yield json.dumps({
            "id": f"arxiv:2601.{number:05d}", "title": f"On the matter of number {number}",
            "authors": ["Ada Author"], "abstract": f"We show that number {number} is odd or even. " * 6,
            "published": "2026-01-05", "categories": ["cs.CL"],
        }) + "\n"


def _import(data: Path, file: Path) -> list[str]:
    return [sys.executable, "-m", "broadsheet", "import", str(file), "--rights", "public", "--data", str(data)]


def _papers(data: Path, folder: Path) -> None:
    file = folder / "seed.jsonl"
    file.write_text("".join(_lines(range(10_000, 10_000 + SEEDED))), "utf-8")
    subprocess.run(_import(data, file), check=True, stdin=subprocess.DEVNULL, capture_output=True, env=_environment())


@contextmanager
def _bulk(data: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An import that runs beside; stopped when the measurement ends."""
    file = folder / "bulk.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(_lines(range(20_000, 20_000 + BULK)))
    child = subprocess.Popen(_import(data, file), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True)
    time.sleep(2.0)  # until it writes
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        child.wait()


def _crowd(data: Path, readers: int) -> list[str]:
    command = [sys.executable, "-m", "broadsheet.bench.crowd", str(data), str(readers), "0", "0", str(readers), "-"]
    done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=_environment())
    cookies: list[str] = json.loads(done.stdout)["cookies"]
    return cookies


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}


def _keys(data: Path) -> list[str]:
    with sqlite3.connect(data / "broadsheet.sqlite3") as database:
        found = [key for (key,) in database.execute("SELECT key FROM catalogue_paper ORDER BY id LIMIT ?", (SEEDED,))]
    database.close()
    return found
