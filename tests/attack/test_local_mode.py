"""Local mode opens to the keeper's own browser only; no proxy, foreign name or guessed code gets in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from broadsheet import config
from broadsheet.catalogue import site
from broadsheet.web import access

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
QUESTION = b"What do you read?"


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Change the address that the program is said to listen on."""
    def bind(host: str) -> None:
        monkeypatch.setattr(config, "_current", replace(config.current(), host=host))

    bind("127.0.0.1")
    yield bind


def _client(**headers: str) -> Client:
    return Client(**{"HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1", **headers})


def _come_in(client: Client) -> None:
    link = access.local_link(config.current())
    client.get("/" + link[link.index("?"):])


def test_the_tokened_link_lets_in_and_leaves_no_token_behind(bound: object) -> None:
    client = _client()
    link = access.local_link(config.current())
    answer = client.get("/" + link[link.index("?"):])
    assert answer.status_code == 302 and answer["Location"] == "/"
    cookie = answer.cookies[access.LOCAL_COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert QUESTION in client.get("/setup").content


def test_without_the_link_loopback_alone_is_not_enough(bound: object) -> None:
    answer = _client().get("/setup")
    assert answer.status_code == 403 and QUESTION not in answer.content


def test_a_wrong_token_gives_no_cookie(bound: object) -> None:
    answer = _client().get("/?key=guess")
    assert answer.status_code == 302 and not answer.cookies


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO",
                                    "HTTP_FORWARDED", "HTTP_X_FORWARDED_PREFIX"])
def test_behind_a_reverse_proxy_there_is_no_local_mode(bound: object, header: str) -> None:
    client = _client()
    _come_in(client)
    assert QUESTION in client.get("/setup").content
    behind = client.get("/setup", **{header: "203.0.113.9"})
    assert behind.status_code == 403 and QUESTION not in behind.content


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0"])
def test_a_rebound_name_is_refused(bound: object, name: str) -> None:
    client = _client()
    _come_in(client)
    answer = client.get("/setup", HTTP_HOST=name)
    assert answer.status_code in {400, 403} and QUESTION not in answer.content


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])
def test_bound_elsewhere_a_local_cookie_means_nothing(bound, host: str) -> None:  # type: ignore[no-untyped-def]
    client = _client()
    _come_in(client)
    bound(host)
    answer = client.get("/setup")
    assert answer.status_code == 403 and QUESTION not in answer.content


def test_a_peer_from_elsewhere_is_not_local(bound: object) -> None:
    client = _client()
    _come_in(client)
    assert QUESTION not in client.get("/setup", REMOTE_ADDR="203.0.113.9").content


def test_a_forged_cookie_is_not_believed(bound: object) -> None:
    client = _client()
    client.cookies[access.LOCAL_COOKIE] = "abc:def:ghi"
    client.cookies[access.KEEPER_COOKIE] = "abc:def:ghi"
    assert client.get("/setup").status_code == 403


def test_the_code_works_once_and_for_a_day(data_dir: Path) -> None:
    code = access.make_code(data_dir, NOW)
    assert access.check_code(data_dir, code.lower(), NOW)
    assert not access.check_code(data_dir, code, NOW)
    code = access.make_code(data_dir, NOW)
    assert not access.check_code(data_dir, code, NOW + timedelta(days=2))


def test_guesses_are_limited(data_dir: Path) -> None:
    code = access.make_code(data_dir, NOW)
    for _ in range(access.CODE_GUESSES):
        assert not access.check_code(data_dir, "00000-00000", NOW)
    assert not access.check_code(data_dir, code, NOW), "the sixth guess of a minute is not looked at"
    assert access.check_code(data_dir, code, NOW + timedelta(minutes=2))


def test_the_code_opens_the_set_up_from_elsewhere(bound) -> None:  # type: ignore[no-untyped-def]
    bound("0.0.0.0")
    client = _client(REMOTE_ADDR="203.0.113.9")
    code = access.make_code(config.current().data, datetime.now(UTC))
    assert client.post("/setup", {"code": "wrong"}).status_code == 403
    assert client.post("/setup", {"code": code}).status_code == 302
    assert QUESTION in client.get("/setup").content
    assert _client().post("/setup", {"code": code}).status_code == 403, "the code is used up"


def test_a_stranger_cannot_answer_the_question(bound: object) -> None:
    answer = _client().post("/setup", {"field": "ai"})
    assert answer.status_code == 403 and site.choice("fields") is None


def test_posts_from_another_site_change_nothing(bound: object) -> None:
    client = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1", enforce_csrf_checks=True)
    _come_in(client)
    for path, data in (("/setup", {"field": "ai"}), ("/settings/site", {"name": "Taken"}),
                       ("/settings", {"order": "newest", "theme": "dark"}), ("/acts", {"act": "save:0000000000"})):
        answer = client.post(path, data, HTTP_ORIGIN="https://evil.example")
        assert answer.status_code == 403, path
    assert site.choices() == {}
