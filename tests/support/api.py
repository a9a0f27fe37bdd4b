"""Programs for tests: tokens, calls that are checked against the description, and a small world to ask about."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from django.test import Client
from tests.support.accounts import account, client
from tests.support.incoming import jsonl, record, take

from broadsheet import config
from broadsheet.api.openapi import describe
from broadsheet.api.operations import OPERATIONS
from broadsheet.api.operations.model import Operation
from broadsheet.catalogue.models import Paper
from broadsheet.digest.alerts import service as alerts
from broadsheet.digest.models import Subscription
from broadsheet.readers import (
    claims,
    collections,
    comments,
    moderation,
    notes,
    streams,
    submissions,
    tallies,
    taste,
    tokens,
    votes,
)
from broadsheet.readers.models import AuditEntry, Reader
from broadsheet.search.follower import Follower

OLD = datetime(2020, 1, 1, tzinfo=UTC)
NAMED = {one.name: one for one in OPERATIONS}


@lru_cache(maxsize=1)
def _validators() -> dict[str, Any]:
    whole = orjson.loads(orjson.dumps(describe()))
    return {name: jsonschema_rs.Draft202012Validator({**shape, "components": whole["components"]})
            for name, shape in whole["components"]["schemas"].items()}


def fits(operation: Operation, status: int, answer: Any) -> None:
    """Raise where an answer is not what the description says."""
    name = operation.answer if status < 300 else "Problem"
    if name:
        _validators()[name].validate(answer)


def token(reader: Reader, *scopes: str) -> str:
    """A fresh token."""
    return tokens.make(reader, "test", scopes or ("read", "act"), datetime.now(UTC))[1]


@dataclass
class Program:
    """One that calls operations by name and checks each answer."""

    browser: Client

    def call(self, name: str, *in_path: str, body: Any = None, status: int = 0, **query: Any) -> Any:
        """The answer's JSON; ``status`` is what must come (0: the operation's own)."""
        operation = NAMED[name]
        path = operation.path
        for parameter, value in zip(operation.in_path, in_path, strict=True):
            path = path.replace(f"{{{parameter}}}", value)
        answer = self.browser.generic(
            operation.method, f"/api/v1{path}", orjson.dumps(body) if body is not None else b"",
            content_type="application/json", QUERY_STRING="&".join(f"{key}={value}" for key, value in query.items()))
        assert answer.status_code == (status or operation.status), (name, answer.status_code, answer.content[:500])
        if answer.status_code == 204:
            return None
        said = answer.json()
        fits(operation, answer.status_code, said)
        assert answer["Content-Type"].startswith("application/json" if answer.status_code < 400 else
                                                 "application/problem+json")
        return said


def program(reader: Reader | None, *scopes: str) -> Program:
    """A program with a token of the reader; without a reader a stranger."""
    return Program(client(HTTP_AUTHORIZATION=f"Bearer {token(reader, *scopes)}") if reader is not None else client())


@dataclass
class World:
    """Two readers, a moderator and some papers, with one of everything that the first reader owns."""

    papers: list[Paper]
    ada: Reader
    bo: Reader
    moderator: Reader
    comment: str
    hidden: str
    collection: str
    shared: str
    stream: str
    claim: int
    entry: int
    mail: int
    alert: str

    def place(self, parameter: str) -> str:
        """A value of a parameter of paths that leads to something of the first reader."""
        paper = self.papers[0]
        return {
            "paper": paper.key, "day": paper.edition_day.isoformat(), "mark": "saved", "wish": "more",
            "comment": self.comment, "collection": self.collection, "stream": self.stream, "alert": self.alert,
            "formula": "edition",
            "field": "vision", "topic": "bridges", "author": "ada-lovelace",
            "organisation": "institute-of-nowhere", "reader": "ada", "claim": str(self.claim),
            "entry": str(self.entry), "number": str(self.mail),
        }.get(parameter, "1")


def papers(count: int, day: date, start: int = 0) -> list[Paper]:
    """Papers of one day that share a topic, an author and an organisation; their keys tell their numbers."""
    lines = [record(
        number, id=f"arxiv:2605.{number:05d}", title=f"Bridges number {number}", abstract="Bridges are measured.",
        authors=["Lovelace, Ada"], published=day.isoformat(), categories=["cs.CV"], keywords=["Bridges"],
        organization="Institute of Nowhere",
        announced=[{"day": day.isoformat(), "category": "cs.CV", "list": "arxiv_daily"}],
    ) for number in range(start + 1, start + count + 1)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"bridges-{start}.jsonl")
        file.write_bytes(jsonl(*lines))
        take(file, rights="public")
    made = []
    for number in range(start + 1, start + count + 1):
        paper = Paper.objects.get(identifier_rows__scheme="arxiv", identifier_rows__value=f"2605.{number:05d}")
        paper.key = f"api{number:07d}"
        paper.save(update_fields=["key"])
        made.append(paper)
    return made


def reader(name: str, roles: Iterable[str] = ()) -> Reader:
    """A reader with an account that is years old."""
    made = account(f"{name.lower()}@example.org", *roles, name=name, password=None).reader
    Reader.objects.filter(pk=made.pk).update(joined_at=OLD)
    made.joined_at = OLD
    return made


def world(count: int = 5) -> World:
    """A world for one test."""
    tallies.forget()
    now = datetime.now(UTC)
    made = papers(count, now.date())
    ada, bo, moderator = reader("Ada"), reader("Bo"), reader("Mo", ("moderator", "editor"))
    votes.cast(ada, made[0].pk, now)
    said = comments.write(ada, made[0].pk, "A remark with $x^2$.", now)
    comments.write(bo, made[0].pk, "An answer to @ada.", now, parent=said)
    bad = comments.write(ada, made[0].pk, "Something bad.", now)
    moderation.hide(moderator, f"comment:{bad.key}", "It is bad.", now)
    moderation.report(bo, f"comment:{said.key}", "I do not like it.", now)
    submissions.put(ada, made[0], "Worth it.", now.date(), now)
    claim = claims.put(ada, made[0], 0, "It is me.", now)
    mail = Subscription.objects.create(key="0" * 32, email="ada@example.org", reader=ada, state="active", asked_at=now,
                                       confirmed_at=now, due_at=now)
    taste.record(ada, [made[1].pk], taste.MORE, 1, now)
    mine = collections.make(ada, "To read", now)
    shared = collections.make(ada, "For all", now, shared=True)
    for one in (mine, shared):
        collections.add(ada, one, [made[0].pk], now)
    stream = streams.make(ada, "On bridges", streams.Wish(wanted=("bridges",)), now)
    # A private address: what is sent to it is refused before anything leaves.
    alert = alerts.make(ada, alerts.About("topic", "bridges"), "webhook", alerts.Target("http://127.0.0.1:9/", "x"),
                        alerts.Wishes(), now).alert
    notes.write(ada, made[0].pk, "private thoughts", "later", now)
    entry = AuditEntry.objects.order_by("-id").values_list("id", flat=True)[0]
    return World(made, ada, bo, moderator, said.key, bad.key, mine.key, shared.key, stream.key, claim.pk, entry,
                 mail.pk, alert.key)


def indexed() -> None:
    """Let an index of the data directory follow every change."""
    follower = Follower(config.current().index_dir)
    while follower.step():
        continue


def papers_more(count: int, day: date) -> list[Paper]:
    """Further papers of the day that arrive later."""
    return papers(count, day, start=Paper.objects.count())
