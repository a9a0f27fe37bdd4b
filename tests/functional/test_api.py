"""Every operation of the API, for everybody who may ask it: what comes, what is refused, what is not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support import api
from tests.support.accounts import account, client, sign_in, site

from broadsheet.api import dispatch, problems
from broadsheet.api.openapi import describe
from broadsheet.api.operations import OPERATIONS
from broadsheet.api.operations.model import Operation
from broadsheet.catalogue import papers as catalogue
from broadsheet.readers import comments, roles, tokens, votes
from broadsheet.readers.models import ApiToken
from broadsheet.search import service as search
from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware

pytestmark = pytest.mark.django_db(transaction=True)
BODIES: dict[str, Any] = {
    "CommentBody": {"text": "New."}, "TextBody": {"text": "Changed."}, "SettingsPatch": {"hide_read": True},
    "SeenBody": {"up_to": 10}, "NameBody": {"name": "Another Name"}, "NoteBody": {"text": "x", "tags": ["a"]},
    "CollectionBody": {"name": "C"}, "CollectionPatch": {"note": "n"}, "PapersBody": {"papers": ["2605.00002"]},
    "KeptBody": {"note": "n", "move": 1}, "StreamBody": {"name": "S", "categories": ["cs.CV"]},
    "StreamPatch": {"cap": 3}, "FollowBody": {"kind": "topic", "value": "Bridges"},
    "ReportBody": {"subject": "paper:api0000002", "reason": "Not science."}, "LookBody": {"what": "2605.00001"},
    "SubmitBody": {"paper": "2605.00003", "note": "Look."}, "ClaimBody": {"position": 0},
    "DecisionBody": {"state": "confirmed"},
    "ModerateBody": {"subject": "paper:api0000003", "do": "hide", "reason": "r"},
    "PlaceBody": {"act": "pin", "place": 1}, "MoveBody": {"day": None}, "DayNoteBody": {"headline": "H", "note": "N"},
    "WishBody": {"wanted": ["bridges"]}, "StrikeBody": {"do": "strike", "line": "topic:bridges"},
    "MailBody": {"kind": "site", "hour": 8}, "MailPatch": {"most": 20}, "MoveSavedBody": {"move": 1},
    "AlertBody": {"kind": "topic", "value": "bridges", "channel": "webhook", "target": "https://hooks.example.org/"},
    "AlertPatch": {"hourly": 5},
}
QUERIES = {"unfollow": {"kind": "topic", "value": "bridges"}}
# What only its owner has: for everybody else it is not there.
ADAS = {"collection", "change_collection", "remove_collection", "collected", "collect", "change_collected", "uncollect",
        "stream", "change_stream", "remove_stream", "stream_papers", "edit_comment", "take_back_comment",
        "bring_back_comment", "take_back_submission", "change_mail", "stop_mail", "alert", "change_alert",
        "remove_alert", "deliveries", "test_alert", "renew_alert_secret"}
LAST = ("remove_collection", "remove_stream", "remove_alert", "stop_mail", "drop_claim", "decide_claim")
WHO = {"stranger": None, "reading": ("read",), "ada": ("read", "act"), "bo": ("read", "act"),
       "mo": ("read", "act", "curate", "moderate")}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> api.World:
    """A site that anybody reaches, with its index."""
    site(monkeypatch, data=tmp_path, offline=True)
    monkeypatch.setattr(search, "_embedder", search.Embedder(full=False))
    monkeypatch.setattr(dispatch, "_buckets", limits.Buckets(dispatch.BURST, dispatch.RATE))
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1000, 1000))
    made = api.world()
    api.indexed()
    return made


def _expected(operation: Operation, who: str, world: api.World) -> int:
    """The status that the rules of DECISIONS.md and the documentation ask for."""
    reader = {"ada": world.ada, "reading": world.ada, "bo": world.bo, "mo": world.moderator}.get(who)
    scopes = WHO[who]
    if reader is None or scopes is None:
        may = operation.capability == "read"
    else:
        may = roles.within(scopes, operation.capability) and roles.can(reader, operation.capability, local=False)
    if not may:
        return 401 if who == "stranger" else 403
    owner = who == "ada"  # a token that may not act sees nothing of its reader's own
    return 404 if operation.name in ADAS and not owner else operation.status


@pytest.mark.parametrize("who", WHO)
def test_every_operation_for(who: str, world: api.World) -> None:
    reader = {"ada": world.ada, "reading": world.ada, "bo": world.bo, "mo": world.moderator}.get(who)
    program = api.program(reader, *(WHO[who] or ()))
    faults = []
    for operation in sorted(OPERATIONS, key=lambda one: LAST.index(one.name) + 1 if one.name in LAST else 0):
        status = _expected(operation, who, world)
        if operation.name == "move_saved" and status < 400:
            program.call("mark", world.place("paper"), "saved")
        try:
            program.call(operation.name, *(world.place(name) for name in operation.in_path), status=status,
                         body=BODIES[operation.body] if operation.body else None, **QUERIES.get(operation.name, {}))
        except (AssertionError, ValueError) as fault:
            faults.append(f"{operation.name}: {fault}"[:700])
    assert not faults, "\n".join(faults)


def test_a_dead_token_opens_nothing_and_is_never_a_stranger(world: api.World) -> None:
    secret = api.token(world.ada)
    ApiToken.objects.update(revoked_at=datetime.now(UTC))
    for bearer in (secret, "bsh_wrong", "x"):
        answer = client(HTTP_AUTHORIZATION=f"Bearer {bearer}").get("/api/v1/papers")
        assert answer.status_code == 401 and "Bearer" in answer["WWW-Authenticate"]
        api.fits(api.NAMED["papers"], 401, answer.json())
    assert tokens.find(secret, datetime.now(UTC)) is None


def test_acts_of_a_session_carry_the_token_of_forms(world: api.World) -> None:
    account("cy@example.org", name="Cy")
    browser = sign_in("cy@example.org", browser=Client(enforce_csrf_checks=False, REMOTE_ADDR="203.0.113.9"))
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.9")
    strict.cookies = browser.cookies
    key = world.papers[0].key
    refused = strict.put(f"/api/v1/papers/{key}/vote")
    assert refused.status_code == 403 and refused.json()["type"].endswith("#form-token")
    me = strict.get("/api/v1/me").json()
    assert me["name"] == "Cy" and "vote" in me["can"] and "curate" not in me["can"]
    done = strict.put(f"/api/v1/papers/{key}/vote", headers={"X-CSRFToken": me["form_token"]})
    assert done.status_code == 200 and done.json()["votes"] == 2
    other = strict.put(f"/api/v1/papers/{key}/vote", headers={"X-CSRFToken": "x" * 64})
    assert other.status_code == 403


def test_acts_are_idempotent_and_undone(world: api.World) -> None:
    program, key = api.program(world.bo), world.papers[2].key
    assert [program.call("vote", key)["votes"] for _ in range(2)] == [1, 1]
    assert program.call("votes", key) == {"votes": 1, "comments": 0, "voted": True, "own": False, "voters": None}
    assert [program.call("unvote", key)["votes"] for _ in range(2)] == [0, 0]
    assert program.call("mark", key, "saved") == {"read": False, "saved": True, "hidden": False}
    assert program.call("paper", key)["mine"]["saved"]
    assert program.call("undo")["paper"] == key and not program.call("paper", key)["mine"]["saved"]
    first = program.call("write_comment", key, body={"text": "Once.", "once": "a"})
    assert program.call("write_comment", key, body={"text": "Once.", "once": "a"})["key"] == first["key"]
    reply = program.call("write_comment", key, body={"text": "Reply.", "parent": first["key"]})
    assert reply["parent"] == first["key"]
    assert [one["key"] for one in program.call("paper_comments", key)["items"][0]["replies"]] == [reply["key"]]
    assert program.call("take_back_comment", first["key"])["text"] == ""
    assert program.call("bring_back_comment", first["key"])["text"] == "Once."
    assert program.call("set", body={"without": ["blockchain"], "keys": False})["without"] == ["blockchain"]
    assert program.call("settings")["keys"] is False


def test_what_must_stay_secret_is_not_there(world: api.World) -> None:
    bo, stranger = api.program(world.bo), api.program(None)
    for program in (bo, stranger):
        program.call("comment", world.hidden, status=404)
        program.call("collection", world.collection, status=404)
        program.call("stream", world.stream, status=404)
        assert program.call("collection", world.shared)["by"] == {"name": "Ada", "slug": "ada"}
    profile = stranger.call("reader", "ada")
    assert [one["name"] for one in profile["collections"]] == ["For all"]
    assert world.hidden not in str(profile) and "private thoughts" not in str(profile)
    catalogue.hide(world.papers[0], datetime.now(UTC))
    for name in ("paper", "abstract", "votes", "paper_comments"):
        bo.call(name, world.papers[0].key, status=404)
    told = [bo.call("papers"), bo.call("comments"), bo.call("edition", "newest")]
    assert world.papers[0].key not in str(told)


def test_cursors_stay_right_while_papers_come(world: api.World) -> None:
    program = api.program(None)
    first = program.call("papers", limit=2, order="newest")
    seen = [one["key"] for one in first["papers"]]
    api.papers_more(3, world.papers[0].edition_day)
    while first["next"]:
        first = program.call("papers", limit=2, order="newest", cursor=first["next"])
        seen += [one["key"] for one in first["papers"]]
    assert seen == [f"api{number:07d}" for number in (5, 4, 3, 2, 1)], "what came since is not shown twice or amid"
    for cursor in ("x", "bm9uc2Vuc2U", first["next"] or "WyJwYXBlcnMiLCB7fV0", "WyJwYXBlcnMiLC0xXQ"):
        program.call("papers", cursor=cursor, status=400)
    pages, cursor = [], ""
    while cursor is not None:
        page = program.call("author_papers", "ada-lovelace", limit=3, **({"cursor": cursor} if cursor else {}))
        pages += [one["key"] for one in page["items"]]
        cursor = page["next"]
    assert len(pages) == len(set(pages)) == page["total"] == 8
    now = datetime.now(UTC)
    comments.write(world.bo, world.papers[1].pk, "One more.", now)
    newest = program.call("comments", limit=1)
    comments.write(world.bo, world.papers[1].pk, "And another.", now)
    assert program.call("comments", limit=1, cursor=newest["next"])["items"][0]["text"] == "An answer to @ada."


def test_answers_are_asked_for_again_with_their_etag(world: api.World) -> None:
    program = client()
    for path in ("/api/v1/papers", "/api/v1/editions/newest", "/api/v1/search?q=paper", "/api/v1/openapi.json",
                 "/api/daily_papers"):
        answer = program.get(path)
        assert (answer.status_code == 200 and "Authorization" in answer["Vary"]) or path.endswith("json")
        again = program.get(path, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304 and not again.content
    votes.cast(world.bo, world.papers[0].pk, datetime.now(UTC))
    assert program.get("/api/v1/papers", headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_limits_are_told_before_they_are_met(world: api.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_buckets", limits.Buckets(3, 0.001))
    monkeypatch.setattr(dispatch, "BURST", 3)
    secret = api.token(world.ada)
    program = client(HTTP_AUTHORIZATION=f"Bearer {secret}")
    left = [program.get("/api/v1/site")["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = program.get("/api/v1/site")
    assert refused.status_code == 429 and int(refused["Retry-After"]) >= 1
    api.fits(api.NAMED["site"], 429, refused.json())
    assert client(HTTP_AUTHORIZATION=f"Bearer {api.token(world.bo)}").get("/api/v1/site").status_code == 200


@pytest.mark.parametrize(("path", "method", "kind", "body", "status"), [
    ("/papers?dat=2026-05-12", "GET", "", b"", 400), ("/papers?date=yesterday", "GET", "", b"", 400),
    ("/papers?limit=0", "GET", "", b"", 400), ("/papers?limit=x", "GET", "", b"", 400),
    ("/papers?week=2026-W99", "GET", "", b"", 400), ("/editions/2026-13-45", "GET", "", b"", 404),
    ("/papers/nothing", "GET", "", b"", 404), ("/nothing", "GET", "", b"", 404), ("/papers", "POST", "", b"", 405),
    ("/me/collections", "POST", "application/json", b"{", 400),
    ("/me/collections", "POST", "application/json", b"[]", 400),
    ("/me/collections", "POST", "application/json", b'{"name": 1}', 400),
    ("/me/collections", "POST", "application/json", b'{"name": "a", "more": 1}', 400),
    ("/me/collections", "POST", "application/json", b'{"name": "  "}', 422),
    ("/me/collections", "POST", "text/plain", b"name=a", 415),
    ("/me/collections", "POST", "application/json", b'{"name": "\\ud800"}', 400),
    ("/me/settings", "PATCH", "application/json", b"{}", 400),
    ("/papers/api0000001/vote", "PATCH", "", b"", 405),
])
def test_what_cannot_be_used_is_refused_with_its_place(
    world: api.World, path: str, method: str, kind: str, body: bytes, status: int,
) -> None:
    program = client(HTTP_AUTHORIZATION=f"Bearer {api.token(world.ada)}")
    answer = program.generic(method, f"/api/v1{path}", body, content_type=kind or "application/json")
    assert answer.status_code == status, answer.content
    said = answer.json()
    api.fits(api.NAMED["papers"], status, said)
    assert said["status"] == status and said["detail"]
    if status == 405:
        assert "GET" in answer["Allow"] or "PUT" in answer["Allow"]


def test_a_members_site_is_shut_to_strangers(world: api.World, monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, privacy="members")
    for operation in OPERATIONS:
        path = operation.path
        for name in operation.in_path:
            path = path.replace(f"{{{name}}}", world.place(name))
        answer = client().generic(operation.method, f"/api/v1{path}")
        assert answer.status_code == 401, operation.name
        api.fits(operation, 401, answer.json())
    assert client().get("/api/daily_papers").status_code == 401
    assert api.program(world.ada).call("papers")["total"] == 5


def test_queries_do_not_grow_with_what_is_listed(world: api.World) -> None:
    program = api.program(world.ada)

    def ask(name: str, *in_path: str, limit: int) -> int:
        program.call(name, *in_path, limit=limit)
        with CaptureQueriesContext(connection) as asked:
            program.call(name, *in_path, limit=limit)
        return len(asked)

    now = datetime.now(UTC)
    for paper in world.papers:
        comments.write(world.bo, paper.pk, "Said.", now)
    comments.write(world.bo, world.papers[0].pk, "Answered.", now, parent=comments.by_key(world.comment))
    for name, *in_path in (("papers",), ("author_papers", "ada-lovelace"), ("topic_papers", "bridges"),
                           ("trending",), ("comments",), ("collected", world.collection), ("search",),
                           ("notifications",), ("related", world.papers[0].key)):
        few, many = ask(name, *in_path, limit=1), ask(name, *in_path, limit=25)
        assert few == many, (name, few, many)
        assert many <= 16, (name, many)


def test_the_description_is_the_table() -> None:
    told = describe("https://papers.example.org")
    assert told["openapi"] == "3.1.0" and told["servers"][0]["url"] == "https://papers.example.org/api/v1"
    there = {(path, method.upper()) for path, methods in told["paths"].items() for method in methods}
    assert there == {(one.path, one.method) for one in OPERATIONS}
    used = set(re.findall(r"#/components/schemas/(\w+)", orjson.dumps(told).decode()))
    assert used == set(told["components"]["schemas"]), "no shape that nothing uses, none that is missing"
    assert set(problems.TITLES) >= {"parameter", "not-found"}


def test_the_page_for_people_names_every_operation(world: api.World) -> None:
    page = client().get("/api")
    text = page.content.decode()
    assert page.status_code == 200 and all(f'id="{one.name}"' in text for one in OPERATIONS)
    assert "default-src 'none'" in page["Content-Security-Policy"] and "<script" not in text.replace(
        '<script src="/static/', "").replace('<script type="application/json" id="script-words">', "")
