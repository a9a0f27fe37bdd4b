"""Attacks at every address of the matrix: other methods, forged forms, foreign redirects, false locality."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from tests.support import people

from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware

from . import matrix

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ACTS = [row for row in matrix.rows() if row.method != "GET"]
DONE = {"ok", "made", "none", "go"}
EVIL = "https://evil.example/"


@pytest.fixture(autouse=True)
def unlimited(fresh_limit: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1e9, 1e9))


def _asked(world: people.World, persona: str, row: matrix.Row, **more: Any) -> HttpResponse:
    return world.ask(persona, row.method, matrix.place_of(row, world.things),
                     matrix.filled(row.data, world.things), **more)


def _told(answer: HttpResponse) -> str:
    return matrix.told(answer.status_code, answer.headers.get("Location", ""))


def test_no_address_takes_a_method_that_the_matrix_does_not_have(world: people.World) -> None:
    wrong = []
    known = {(row.name, row.method) for row in matrix.rows()}
    first = {row.name: row for row in reversed(matrix.rows())}
    for name in sorted({str(pattern.name) for pattern in get_resolver().url_patterns}):
        place = matrix.place_of(first[name], world.things).partition("?")[0]
        for method in METHODS:
            if (name, method) in known:
                continue
            for persona in ("stranger", "administrator", "local"):
                answer = world.ask(persona, method, place)
                got = _told(answer)
                if world.written or answer.status_code >= 500:
                    wrong.append(f"{persona} {method} {place}: {got}, wrote {world.written}")
                if got in DONE and method not in {"OPTIONS", "GET"} and persona != "local" and not _allauth(name):
                    wrong.append(f"{persona} {method} {place}: {got}")
    assert not wrong, "\n".join(wrong)


def _allauth(name: str) -> bool:
    """Views of django-allauth answer other methods with their page, or lead away; nothing is done."""
    return name.startswith(("account_", "mfa_", "socialaccount_", "openid_"))


# Who may do the most at each row, with a session: the one whose browser another site would use.
def _victim(row: matrix.Row) -> str:
    for persona in ("author", "administrator", "stranger"):
        if matrix.expected(row, "/", persona, "open") in DONE:
            return persona
    return "administrator"


# By the key of a subscription or of a link from a mail: the address itself is the secret, there is no cookie to abuse.
BY_SECRET = ("mail-confirm", "mail-stop", "mail-resume", "mail-act", "mail-subscription")
# Forms on pages that everybody shares, which carry no token: taken from our own pages only.
SHARED_PAGES = ("mail", "language")


@pytest.mark.parametrize("kind", ["no token", "another site", "a wrong token"])
def test_forged_forms_do_nothing(world: people.World, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "browser", Client(enforce_csrf_checks=True, raise_request_exception=False))
    headers: dict[str, str] = {
        "no token": {}, "another site": {"HTTP_ORIGIN": "https://evil.example", "HTTP_SEC_FETCH_SITE": "cross-site"},
        "a wrong token": {"HTTP_X_CSRFTOKEN": "x" * 64},
    }[kind]
    wrong, tried = [], 0
    for row in ACTS:
        if row.name in BY_SECRET or (row.name in SHARED_PAGES and kind != "another site"):
            continue
        for persona in {_victim(row), "cookie"}:
            answer = _asked(world, persona, row, **headers)
            tried += 1
            known = answer.status_code in {401, 403, 404, 405} or _told(answer) == "door"
            # An act of a browser without a reader is first asked for by a page that has a token of its own.
            if world.written or not (known or (row.name == "acts" and answer.status_code == 200)):
                wrong.append(f"{persona} {row.method} {row.name} {row.variant}: {_told(answer)} {world.written}")
    assert not wrong, "\n".join(wrong)
    assert tried > 200


def test_tokens_of_programs_need_no_form_and_cookies_beside_them_give_nothing(world: people.World) -> None:
    wrong = []
    for row in ACTS:
        if not row.name.startswith("api-") or matrix.expected(row, "/api/", "author", "open") not in DONE:
            continue
        header = world.headers["token-read"]
        world.cookies["both"] = world.cookies["author"]
        world.headers["both"] = header
        answer = _asked(world, "both", row)
        if answer.status_code != 403 or world.written:
            wrong.append(f"{row.method} {row.name}: {answer.status_code} {world.written}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("evil", [EVIL, "//evil.example", "/\\evil.example", "https:evil.example", "\t//evil.example",
                                  "javascript:alert(1)"])
def test_no_answer_leads_to_another_site(world: people.World, evil: str) -> None:
    wrong = []
    for row in matrix.rows():
        if row.name.startswith("api-") or "feed" in row.name:
            continue
        data = matrix.filled(row.data, world.things)
        place = matrix.place_of(row, world.things)
        given = {**data, "next": evil} if isinstance(data, dict) else {"next": evil}
        persona = _victim(row)
        answer = world.ask(persona, row.method, place, given, HTTP_REFERER=EVIL)
        target = answer.headers.get("Location", "")
        if "evil" in target.partition("?")[0] or target.startswith(("//", "javascript", "http", "/\\", "\t")):
            wrong.append(f"{persona} {row.method} {place}: {target}")
        if answer.status_code == 200 and b'href="https://evil' in answer.content:
            wrong.append(f"{persona} {row.method} {place} links there")
    assert not wrong, "\n".join(wrong)


FALSE = [
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_FORWARDED": "for=127.0.0.1"}, {"HTTP_VIA": "1.1 proxy"},
    {"HTTP_X_REAL_IP": "127.0.0.1"}, {"HTTP_X_FORWARDED_HOST": "127.0.0.1"}, {"HTTP_HOST": "evil.example"},
    {"HTTP_HOST": "127.0.0.1.evil.example"}, {"HTTP_HOST": "testserver"}, {"REMOTE_ADDR": "203.0.113.9"},
    {"HTTP_HOST": "0.0.0.0"},
]


@pytest.mark.parametrize("headers", FALSE, ids=lambda one: "-".join(f"{k}={v}" for k, v in one.items()))
def test_out_of_local_mode_the_cookie_of_local_mode_is_nobody(world: people.World, headers: dict[str, str]) -> None:
    wrong = []
    for row in matrix.rows():
        if row.method == "GET" and row.may == "all":
            continue
        place = matrix.place_of(row, world.things)
        answer = world.ask("local", row.method, place, matrix.filled(row.data, world.things), **headers)
        got = _told(answer)
        if answer.status_code == 400 and "HTTP_HOST" in headers:
            continue
        if got != matrix.expected(row, place.partition("?")[0], "stranger", "open"):
            wrong.append(f"{row.method} {place} {row.variant}: {got}")
        visit = getattr(answer.wsgi_request, "visit", None) if hasattr(answer, "wsgi_request") else None
        if visit is not None and (visit.local or visit.can("administer")):
            wrong.append(f"{row.method} {place}: local")
    assert not wrong, "\n".join(wrong)
