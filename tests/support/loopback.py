"""arXiv (OAI-PMH, RSS) and Hugging Face on loopback: a real HTTP server that speaks the protocols, with faults.

The records are invented. ``Loopback.faults`` is a list of switches, one used up by each request: ``503``, ``500``,
``slow``, ``cut``, ``html``, ``private``, ``loop``, ``huge``, ``charset``, ``empty``, ``bad-xml``, ``bomb``, ``ok``.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

PAGE = 3
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'


@dataclass
class Invented:
    """One paper that does not exist."""

    number: str
    title: str
    stamp: str
    categories: str = "cs.LG cs.AI"
    submitted: str = "Mon, 16 Nov 2026 10:00:00 GMT"
    comments: str = ""
    deleted: bool = False
    authors: str = "Ada Example, Bo Sample and Cy Test (Institute of Nowhere)"

    def oai(self, prefix: str) -> str:
        """The record as OAI-PMH sends it."""
        gone = ' status="deleted"' if self.deleted else ""
        head = (f"<header{gone}><identifier>oai:arXiv.org:{self.number}</identifier><datestamp>{self.stamp}</datestamp>"
                "<setSpec>cs:cs:LG</setSpec></header>")
        if self.deleted:
            return f"<record>{head}</record>"
        common = (f"<title>{escape(self.title)}</title><categories>{self.categories}</categories>"
                  f"<comments>{escape(self.comments)}</comments>"
                  f"<license>http://creativecommons.org/licenses/by/4.0/</license>"
                  f"<abstract>We invent {escape(self.title)} and measure nothing.</abstract>")
        if prefix == "arXivRaw":
            inner = (f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{self.number}</id><version version="v1">'
                     f"<date>{self.submitted}</date><size>10kb</size></version>"
                     f"<authors>{escape(self.authors)}</authors>{common}</arXivRaw>")
        else:
            inner = (f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{self.number}</id><created>2026-11-16</created>'
                     "<authors><author><keyname>Example</keyname><forenames>Ada</forenames>"
                     f"<affiliation>Nowhere</affiliation></author></authors>{common}</arXiv>")
        return f"<record>{head}<metadata>{inner}</metadata></record>"

    def rss(self, kind: str = "new") -> str:
        """The paper as an item of a feed."""
        cats = "".join(f"<category>{name}</category>" for name in self.categories.split())
        return (f"<item><title>{escape(self.title)}</title><link>https://arxiv.org/abs/{self.number}</link>"
                f"<description>arXiv:{self.number}v1 Announce Type: {kind}\nAbstract: We invent it.</description>"
                f'<guid isPermaLink="false">oai:arXiv.org:{self.number}v1</guid>{cats}'
                f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
                "<dc:creator>Ada Example, Bo Sample</dc:creator></item>")

    def hf(self, day: str, votes: int) -> dict[str, Any]:
        """The paper as an entry of Daily Papers."""
        return {"paper": {"id": self.number, "title": self.title, "summary": "We invent it.", "upvotes": votes,
                          "authors": [{"name": "Ada Example"}], "publishedAt": "2026-11-16T00:00:00.000Z",
                          "submittedOnDailyAt": f"{day}T00:00:00.000Z", "ai_keywords": ["invention"],
                          "githubRepo": "https://github.com/example/invented"},
                "numComments": 2, "organization": {"fullname": "Institute of Nowhere"},
                "submittedBy": {"fullname": "Bo Sample"}}


def papers(count: int = 7) -> list[Invented]:
    """Invented papers with datestamps 16 to 20 November 2026."""
    return [Invented(f"2611.{10000 + i}", f"Invented paper number {i}", f"2026-11-{16 + i % 5:02d}")
            for i in range(count)]


@dataclass
class Loopback:
    """The server. ``papers`` answers OAI-PMH, ``feeds`` {category: [(paper, kind)]},
    ``daily`` {day: [(paper, votes)]}."""

    papers: list[Invented] = field(default_factory=papers)
    feeds: dict[str, list[tuple[Invented, str]]] = field(default_factory=dict)
    feed_day: date = date(2026, 11, 20)
    daily: dict[str, list[tuple[Invented, int]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    raw_known: bool = True
    expire_tokens: int = 0
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    delay: float = 0.0

    def __enter__(self) -> Loopback:
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                world.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One request: the next fault, else the protocol's answer."""
        self.asked.append(handler.path)
        self.times.append(time.monotonic())
        self.agents.add(handler.headers.get("User-Agent", ""))
        if self.delay:
            time.sleep(self.delay)
        fault = self.faults.pop(0) if self.faults else "ok"
        status, headers, body = self.right(handler)
        if fault == "503":
            status, headers, body = 503, {"Retry-After": "7"}, b"busy"
        elif fault == "500":
            status, headers, body = 500, {}, b"oops"
        elif fault == "slow":
            time.sleep(1.5)
        elif fault == "html":
            headers, body = {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><body>Sign in</body></html>"
        elif fault == "private":
            status, headers, body = 302, {"Location": "http://10.0.0.1/secret"}, b""
        elif fault == "loop":
            status, headers, body = 302, {"Location": handler.path}, b""
        elif fault == "huge":
            body = b"<" + b"x" * (3 * 1024 * 1024)
        elif fault == "charset":
            body = body.replace(b"number 1", b"number \xe9 1")
        elif fault == "empty":
            body = b""
        elif fault == "bad-xml":
            body = body.replace(b"<title>Invented paper number 1<", b"<title>A & B <i<")
            if body.startswith(b"[") or b"<rss" in body:
                body = body.replace(b"</channel>", b"<oops></channel>").replace(b"[", b"[nonsense", 1)
        elif fault == "bomb":
            body = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        if fault == "cut":
            handler.send_header("Connection", "close")
            body = body[: len(body) // 2]
            handler.close_connection = True
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except OSError:
            handler.close_connection = True

    def right(self, handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        """What a healthy service answers."""
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/oai":
            return 200, {"Content-Type": "text/xml"}, self._oai(query).encode()
        if parts.path.startswith("/rss/"):
            category = parts.path.removeprefix("/rss/")
            body = self._rss(category).encode()
            etag = f'"{hash(body)}"'
            if handler.headers.get("If-None-Match") == etag:
                return 304, {"ETag": etag}, b""
            return 200, {"Content-Type": "application/rss+xml", "ETag": etag}, body
        if parts.path == "/api/daily_papers":
            rows = [paper.hf(query["date"], votes) for paper, votes in self.daily.get(query["date"], [])]
            return 200, {"Content-Type": "application/json"}, json.dumps(rows).encode()
        return 404, {}, b"no such page"

    def _oai(self, query: dict[str, str]) -> str:
        if query.get("verb") == "GetRecord":
            found = [one for one in self.papers if query["identifier"] == f"oai:arXiv.org:{one.number}"]
            inner = (f"<GetRecord>{found[0].oai(query['metadataPrefix'])}</GetRecord>" if found
                     else '<error code="idDoesNotExist">none</error>')
            return f"{HEAD}{inner}</OAI-PMH>"
        if "resumptionToken" in query:
            if self.expire_tokens:
                self.expire_tokens -= 1
                return f'{HEAD}<error code="badResumptionToken">expired</error></OAI-PMH>'
            prefix, start, end, offset = query["resumptionToken"].split("|")
        else:
            prefix, start, end, offset = query["metadataPrefix"], query["from"], query.get("until", "9999"), "0"
        if prefix == "arXivRaw" and not self.raw_known:
            return f'{HEAD}<error code="cannotDisseminateFormat">no</error></OAI-PMH>'
        found = sorted((p for p in self.papers if start <= p.stamp <= end), key=lambda p: (p.stamp, p.number))
        if not found:
            return f'{HEAD}<error code="noRecordsMatch">none</error></OAI-PMH>'
        at = int(offset)
        page = "".join(paper.oai(prefix) for paper in found[at : at + PAGE])
        token = f"{prefix}|{start}|{end}|{at + PAGE}" if at + PAGE < len(found) else ""
        tail = f'<resumptionToken completeListSize="{len(found)}">{token}</resumptionToken>' if at or token else ""
        return f"{HEAD}<ListRecords>{page}{tail}</ListRecords></OAI-PMH>"

    def _rss(self, category: str) -> str:
        items = "".join(paper.rss(kind) for paper, kind in self.feeds.get(category, []))
        day = format_datetime(datetime.combine(self.feed_day, datetime.min.time(), UTC)).replace("+0000", "-0500")
        return ('<?xml version="1.0" encoding="UTF-8"?><rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
                f"<title>{category} updates on arXiv.org</title><link>http://rss.arxiv.org/rss/{category}</link>"
                f"<pubDate>{day}</pubDate>{items}</channel></rss>")
