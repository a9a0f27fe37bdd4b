"""A small site with everybody in it: each role, each kind of token, and things that one reader owns.

Made once for a module; every request of it runs in a transaction that is rolled back, so no cell of the permission
matrix sees what another did. What a request writes is noted from its SQL, on both databases alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

from django.core import mail as outbox
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from tests.support import accounts

from broadsheet import config
from broadsheet.catalogue import forms
from broadsheet.catalogue import papers as catalogue
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.keys import new_key
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.records import Announced, Author, Incoming, ParsedRecord
from broadsheet.digest import links
from broadsheet.digest.alerts import service as alerting
from broadsheet.digest.models import Subscription
from broadsheet.editions import days, snapshots, trending
from broadsheet.editions import service as editions
from broadsheet.readers import comments, feed_secrets, tallies, tokens
from broadsheet.readers import service as readers
from broadsheet.readers.accounts import invitations, service
from broadsheet.readers.accounts.models import Account
from broadsheet.readers.models import (
    AuditEntry,
    Claim,
    Collection,
    Comment,
    Kept,
    Note,
    Notification,
    Reader,
    Report,
    Stream,
    Submission,
    Vote,
)
from broadsheet.search.follower import Follower
from broadsheet.text.dates import partial
from broadsheet.web import access, fragments, gate, known, mine, near, page_cache, tasting, watch

RECORDS: dict[bytes, ParsedRecord] = {}  # what the form of these papers reads again
forms.register("people-test/1", RECORDS.__getitem__)

# Who asks. The things of the site belong to the author; "other" is another reader with things of the same kinds.
PERSONAS = (
    "stranger", "cookie", "reader", "author", "other", "editor", "moderator", "administrator", "blocked",
    "token-read", "token-act", "token-curate", "token-moderate", "token-admin", "token-dead", "program", "local",
)
_WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?(.*)", re.IGNORECASE | re.DOTALL)
# What looking may write: the day of a visit, the day a token was used, the housekeeping of sessions.
_LOOKING = (
    ("UPDATE", "readers_reader", "last_visit"),
    ("UPDATE", "readers_apitoken", "used_on"),
    ("", "django_session", ""),
    ("", "usersessions_usersession", ""),
)


@dataclass
class World:
    """Clients by persona, and the addresses' parts of the things."""

    people: dict[str, Reader] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    secret: str = ""
    written: list[str] = field(default_factory=list)
    browser: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def ask(self, persona: str, method: str, place: str, data: Any = None, *, rolled_back: bool = True,
            **more: Any) -> HttpResponse:
        """The answer to one request of one persona; what it wrote is in ``written``, and is gone."""
        self.browser.cookies = SimpleCookie(self.cookies.get(persona, {}))
        headers = {"REMOTE_ADDR": "203.0.113.9", **self.headers.get(persona, {}), **more}
        prefix = f"{gate.PREFIX}{self.secret}" if persona == "program" else ""
        call = getattr(self.browser, method.lower())
        kind = {} if method in {"GET", "HEAD"} or not isinstance(data, str) else {"content_type": "application/json"}
        self.written.clear()
        with told(self.written), _undone(rolled_back), _listening(persona):
            answer: HttpResponse = call(prefix + place, data if data is not None else {}, **kind, **headers)
            if answer.streaming:
                answer = HttpResponse(b"".join(answer), status=answer.status_code, headers=dict(answer.items()))
        if rolled_back:
            _forget()
        return answer


@contextmanager
def told(written: list[str]) -> Iterator[None]:
    """Note the statements that change rows, but for those that looking may make."""

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        found = _WRITES.match(sql)
        if found and context["cursor"].rowcount:
            verb, table, rest = found.group(1).split()[0].upper(), found.group(2), found.group(3)
            if not any((not v or v == verb) and t == table and c in rest for v, t, c in _LOOKING):
                written.append(f"{verb} {table}")
        return done

    with connection.execute_wrapper(note):
        yield


@contextmanager
def _undone(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    kept = list(getattr(outbox, "outbox", []))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    if hasattr(outbox, "outbox"):
        outbox.outbox[:] = kept


@contextmanager
def _listening(persona: str) -> Iterator[None]:
    """The local reader's program listens on loopback, everybody else's for all."""
    before = config.current()
    config._current = replace(before, host="127.0.0.1") if persona == "local" else before
    try:
        yield
    finally:
        config._current = before


def _forget() -> None:
    """Nothing of the database before: its row numbers begin again, so what was kept under them would seem to hold."""
    cache.clear()
    for kept in (days, editions, fragments, mine, near, page_cache, snapshots, tallies, tasting, trending, watch):
        kept.forget()
    known._rows.clear()
    known._house.clear()


def build() -> World:
    """The site. Settings that are current count: host for everybody, mail by an unused server."""
    world = World()
    for name in ("reader", "author", "other", "editor", "moderator", "administrator", "blocked"):
        roles = (name,) if name in {"editor", "moderator", "administrator"} else ()
        made = accounts.account(f"{name}@example.org", *roles, name=name.title() + " Person")
        world.accounts[name], world.people[name] = made, made.reader  # type: ignore[assignment]
    # Accounts that are some weeks old: votes weigh, and the limits of new accounts are past.
    Reader.objects.update(joined_at=accounts.NOW - timedelta(days=90), created_at=accounts.NOW - timedelta(days=90))
    Account.objects.update(created_at=accounts.NOW - timedelta(days=90))
    for reader in world.people.values():
        reader.refresh_from_db()
    service.block(world.accounts["blocked"], "spam", _now())
    world.things["other_account"] = world.accounts["other"].pk
    _things(world)
    _doors(world)
    _forget()
    return world


def _kept(cookies: Any) -> dict[str, str]:
    return {name: morsel.value for name, morsel in cookies.items() if morsel.value}


def _now() -> datetime:
    return datetime.now(UTC)


def _doors(world: World) -> None:
    for number, name in enumerate(world.people):
        browser = accounts.sign_in(f"{name}@example.org", browser=accounts.client(REMOTE_ADDR=f"203.0.113.{number}"))
        world.cookies[name] = _kept(browser.cookies)
        cache.clear()
    walker = readers.make(_now())
    readers.mark(walker, [world.things["row"]], readers.SAVED, _now())
    answer = accounts.client().get("/about")
    access.remember_reader(answer, answer.wsgi_request, walker.key)
    world.people["cookie"] = walker
    world.cookies["cookie"] = _kept(answer.cookies)
    # Tokens of somebody who may do everything: what holds them back is their scope alone.
    every = accounts.account("every@example.org", "editor", "moderator", "administrator", name="Every Role").reader
    assert every is not None
    Reader.objects.filter(pk=every.pk).update(joined_at=accounts.NOW - timedelta(days=90))
    every.refresh_from_db()
    for scope in ("read", "act", "curate", "moderate", "admin"):
        _, secret = tokens.make(every, scope, (scope,), _now())
        world.headers[f"token-{scope}"] = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    row, secret = tokens.make(every, "dead", ("read", "act", "admin"), _now())
    tokens.revoke(every, row.pk, _now())
    world.headers["token-dead"] = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    world.people["every"] = every
    world.secret = gate.renew_secret()
    local = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    with _listening("local"):
        link = access.local_link(config.current())
        local.get("/" + link[link.index("?"):])
    world.cookies["local"] = _kept(local.cookies)
    world.headers["local"] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1"}


def _things(world: World) -> None:
    """What the author owns, and what the other reader owns beside it."""
    t, now = world.things, _now()
    found = [_paper(number, now) for number in range(1, 7)]
    rows = [one.pk for one in found]
    catalogue.hide(found[5], now)
    follower = Follower(config.current().index_dir)
    while follower.step():
        continue
    t.update(row=rows[0], rows=rows, paper=found[0].key, path="2605.00001", second=found[1].key, hidden=found[5].key,
             hidden_path="2605.00006", tomorrow=(now + timedelta(days=1)).date().isoformat(),
             day=now.date().isoformat(), week=f"{now:%G-W%V}", month=f"{now:%Y-%m}")
    author, other = world.people["author"], world.people["other"]
    t["author_slug"], t["blocked_slug"] = author.slug, world.people["blocked"].slug
    said = comments.write(author, rows[0], "MARKED-comment-open", now)
    hidden = comments.write(author, rows[0], "MARKED-comment-hidden", now)
    gone = comments.write(author, rows[0], "MARKED-comment-gone", now)
    comments.hide(hidden, "MARKED-reason", now)
    comments.take_back(author, gone, now)
    t.update(comment=said.key, comment_hidden=hidden.key, comment_gone=gone.key)
    for owner, mark in ((author, ""), (other, "other_")):
        for shared in (True, False):
            word = "shared" if shared else "private"
            # A sharing stranger does not matter here: names differ, so that they can be searched for.
            one = Collection.objects.create(
                key=new_key(), reader=owner, name=f"MARKED-{mark}collection-{word}", note=f"MARKED-{mark}note-{word}",
                shared=shared, made_at=now, changed_at=now)
            Kept.objects.create(collection=one, paper_id=rows[0], place=1.0, note=f"MARKED-{mark}remark-{word}",
                                added_at=now)
            stream = Stream.objects.create(
                key=new_key(), reader=owner, name=f"MARKED-{mark}stream-{word}", wanted=["bridges"], shared=shared,
                made_at=now, changed_at=now)
            t[f"{mark}collection_{word}"], t[f"{mark}stream_{word}"] = one.key, stream.key
        Note.objects.create(reader=owner, paper_id=rows[0], text=f"MARKED-{mark}private-note",
                            tags=[f"marked-{mark}tag"], changed_at=now)
    Vote.objects.create(paper_id=rows[1], reader=author, made_at=now, weighs_from=now)
    readers.mark(author, [rows[1]], readers.SAVED, now)
    readers.mark(author, [rows[2]], readers.HIDDEN, now)
    readers.mark(author, [rows[3]], readers.READ, now)
    _raised(world, now)
    _mailed(world, now)
    _alerted(world, now)
    t["invitation"] = invitations.make("", (), now)[1]
    t["notification"] = Notification.objects.create(
        reader=author, kind="mention", once="x", paper_id=rows[0], text="MARKED-notification", made_at=now).pk
    t["feed_secret"] = feed_secrets.renew(author, now)


def _paper(number: int, now: datetime) -> Paper:
    name = f"2605.{number:05d}"
    record = ParsedRecord(
        identifiers=(("arxiv", name),), title=f"Bridges sway, part {number}",
        abstract="Ten bridges were measured. They sway.", authors=(Author("Ada Lovelace"), Author("José Núñez")),
        published=partial(now.date().isoformat()), categories=("cs.CV",), topics=("Bridges",),
        organisation="Bridge Institute", rights="public", announced=(Announced("arxiv", now.date(), "cs.CV"),))
    body = f"{name} of people".encode()
    RECORDS[body] = record
    intake([Incoming("file", f"people/{name}", body, "people-test/1", record)], now=now, lane=0)
    found = catalogue.by_identifier("arxiv", name)
    assert found is not None
    return found


def _raised(world: World, now: datetime) -> None:
    t, author, other = world.things, world.people["author"], world.people["other"]
    t["submission"] = Submission.objects.create(
        paper_id=t["rows"][1], reader=author, note="MARKED-submission-note", day=now.date(), made_at=now).pk
    t["claim"] = Claim.objects.create(paper_id=t["rows"][2], reader=author, position=0, name="Ada Lovelace",
                                      note="MARKED-claim-note", made_at=now).pk
    t["report"] = Report.objects.create(subject=f"comment:{t['comment']}", reader=other, reason="MARKED-report",
                                        made_at=now).pk
    t["audit"] = AuditEntry.objects.create(
        actor=world.people["moderator"], actor_name="Moderator Person", act="comment.hide",
        subject=f"comment:{t['comment_hidden']}", reason="MARKED-audit", made_at=now).pk
    assert Comment.objects.filter(key=t["comment"]).exists()


def _alerted(world: World, now: datetime) -> None:
    """An alert of the author's; what it calls is refused before anything leaves."""
    target = alerting.Target("http://127.0.0.1:9/hook", "http://127.0.0.1:9/hook")
    made = alerting.make(world.people["author"], alerting.About("topic", "bridges", "MARKED-alert"), "webhook", target,
                         alerting.Wishes(), now)
    world.things["alert"] = made.alert.key


def _mailed(world: World, now: datetime) -> None:
    t, author = world.things, world.people["author"]
    common: dict[str, Any] = {"asked_at": now, "reader": author}
    active = Subscription.objects.create(key="a" * 32, email="author@example.org", state="active", due_at=now, **common)
    Subscription.objects.create(key="b" * 32, email="asked@example.org", state="asked", kind="search", value="x",
                                asked_at=now)
    Subscription.objects.create(key="c" * 32, email="stopped@example.org", state="stopped", kind="search", value="y",
                                stopped_at=now, confirmed_at=now, **common)
    t.update(mail="a" * 32, mail_row=active.pk, mail_asked="b" * 32, mail_stopped="c" * 32,
             mail_act=links.sign(links.Act("vote", t["paper"], active.pk), now.date()))
