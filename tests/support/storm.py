"""Readers who vote and comment over HTTP while the server is killed: what was acknowledged, and what is there."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.program import ROOT, environment

from broadsheet.bench.votes import WRONG, Voter

_LOOK = f"""
import json, sys
from pathlib import Path
from broadsheet.cli.common import boot
boot(Path(sys.argv[1]), create=False)
from django.db import connection
def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
print(json.dumps({{
    "votes": rows("SELECT r.slug, p.key FROM readers_vote v JOIN readers_reader r ON r.id = v.reader_id"
                  " JOIN catalogue_paper p ON p.id = v.paper_id"),
    "comments": [row[0] for row in rows("SELECT text FROM readers_comment")],
    "wrong": rows({WRONG!r})[0][0],
    "keys": [row[0] for row in rows("SELECT key FROM catalogue_paper ORDER BY id LIMIT 2000")],
}}))
"""


@dataclass
class Storm:
    """A site in ``data`` (on ``url`` where that names PostgreSQL) and its readers. ``kills``: at which shares of the
    storm the server dies without a word."""

    data: Path
    url: str = ""
    clients: int = 8
    kills: tuple[float, ...] = (0.35, 0.7)
    voters: list[Voter] = field(default_factory=list)
    acts: int = 0
    retried: int = 0
    faults: list[str] = field(default_factory=list)

    def fill(self, papers: int) -> None:
        """Papers and readers with sessions."""
        file = self.data.parent / "papers.jsonl"
        file.write_text("".join(json.dumps({
            "id": f"arxiv:2601.{10_000 + number}", "title": f"On number {number}", "published": "2026-01-05",
            "authors": ["Ada Author"], "abstract": "It is odd or even.", "categories": ["cs.CL"],
        }) + "\n" for number in range(papers)), "utf-8")  # fmt: skip
        self._run("-m", "broadsheet", "import", str(file), "--rights", "public")
        count = str(self.clients)
        crowd = self._run("-m", "broadsheet.bench.crowd", str(self.data), count, "0", "0", count, "-")
        keys = self.look()["keys"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.voters = [Voter(self.port, cookie, number, keys)
                       for number, cookie in enumerate(json.loads(crowd)["cookies"])]

    def blow(self, *, acts: int = 0, seconds: float = 0.0) -> None:
        """All readers act until ``acts`` are acknowledged or ``seconds`` are over; the server dies and comes back
        meanwhile."""
        server = self._serve()
        try:
            for voter in self.voters:
                voter.enter()
            over = threading.Event()
            threads = [threading.Thread(target=self._act, args=(voter, over)) for voter in self.voters]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            for share in (*self.kills, 1.0):
                while (self.acts / acts if acts else (time.monotonic() - began) / seconds) < share:
                    assert any(thread.is_alive() for thread in threads), self.faults
                    time.sleep(0.01)
                if share < 1.0:
                    os.killpg(server.pid, signal.SIGKILL)
                    server.wait()
                    server = self._serve()
            over.set()
            for thread in threads:
                thread.join(60)
                assert not thread.is_alive(), "a reader still waits for an answer"
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def look(self) -> dict[str, Any]:
        """What is in the database."""
        found: dict[str, Any] = json.loads(self._run("-c", _LOOK, str(self.data)))
        return found

    def outcome(self) -> dict[str, int]:
        """Acknowledged acts, those not there, those there twice, papers whose counts differ from their rows."""
        found = self.look()
        held, said = [tuple(pair) for pair in found["votes"]], found["comments"]
        there, spoken, lost = set(held), set(said), 0
        for voter in self.voters:
            slug = f"crowd-{voter.number}"
            lost += sum(((slug, key) in there) != stands for key, stands in voter.voted.items())
            lost += len(voter.said - spoken)
        return {"acts": self.acts, "retried": self.retried, "votes": len(held), "comments": len(said), "lost": lost,
                "doubled": len(held) - len(there) + len(said) - len(spoken), "counts_wrong": found["wrong"]}

    def _act(self, voter: Voter, over: threading.Event) -> None:
        """Act until it is over; an act that got no answer is sent again, as a person would."""
        while not over.is_set():
            address, form = voter.next()
            ends = time.monotonic() + 60
            while not self._sent(voter, address, form):
                self.retried += 1
                if time.monotonic() > ends:
                    self.faults.append(f"no answer to {address} {form}")
                    return
                time.sleep(0.1)
            voter.acknowledged()
            self.acts += 1

    def _sent(self, voter: Voter, address: str, form: dict[str, str]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", address, urlencode({"csrfmiddlewaretoken": voter.token, **form}), {
                "Cookie": voter.cookie, "X-Requested-With": "fetch",
                "Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status not in {200, 204, 302}:
            self.faults.append(f"{answer.status} {address} {body[:200]!r}")
            return False
        return True

    def _environment(self) -> dict[str, str]:
        more = {"BROADSHEET_DATABASE_URL": self.url} if self.url else {}
        return environment(BROADSHEET_DATA=str(self.data), **more)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([sys.executable, *arguments], env=self._environment(), cwd=ROOT, check=False, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=180)  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def _serve(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "web", "--port", str(self.port)], env=self._environment(), cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert child.poll() is None, "the server did not start"
                time.sleep(0.05)
            else:
                return child
        raise AssertionError("the server gave no port in a minute")
