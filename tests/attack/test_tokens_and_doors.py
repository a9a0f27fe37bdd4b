"""Attacks on tokens, the header of proxies, local mode beside accounts, and the doors of a site for members."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.support import papers
from tests.support.accounts import PASSWORD, account, client, sign_in, site, who

from broadsheet.catalogue import site as choices
from broadsheet.readers import tokens
from broadsheet.readers.accounts.models import Account
from broadsheet.readers.models import ApiToken
from broadsheet.web import access, gate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def open_site(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch)


def now() -> datetime:
    return datetime.now(UTC)


# -- tokens -------------------------------------------------------------------------------------------------------


def _token(*scopes: str, roles: tuple[str, ...] = ()) -> str:
    made = account(f"{'-'.join(scopes) or 'none'}@example.org", *roles)
    assert made.reader is not None
    return tokens.make(made.reader, "test", scopes, now())[1]


def test_a_token_is_kept_as_a_hash_and_shown_once() -> None:
    account()
    browser = sign_in()
    page = browser.post("/account/tokens", {"name": "mine", "scope": ["read", "act"], "days": "30"}).content.decode()
    secret = re.search(r"bsh_[\w-]{43}", page)
    assert secret
    assert secret.group() not in browser.get("/account/tokens").content.decode()
    row = ApiToken.objects.get()
    assert row.digest == tokens.digest(secret.group()) and secret.group() not in str(vars(row))
    assert client(HTTP_AUTHORIZATION=f"Bearer {secret.group()}").get("/api/v1/papers").status_code != 401
    browser.post("/account/tokens", {"revoke": str(row.pk)})
    assert client(HTTP_AUTHORIZATION=f"Bearer {secret.group()}").get("/api/v1/papers").status_code == 401


def test_a_token_has_no_scope_beyond_its_reader() -> None:
    account()
    browser = sign_in()
    for scope in ("curate", "moderate", "admin", "everything"):
        assert browser.post("/account/tokens", {"name": "x", "scope": scope}).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_opens_the_api_and_nothing_of_the_account() -> None:
    secret = _token("read", "act", "admin", roles=("administrator",))
    program = Client(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Bearer {secret}", REMOTE_ADDR="203.0.113.9")
    for place in ("/account", "/account/tokens", "/account/sessions", "/members", "/settings", "/setup", "/sign-in"):
        assert program.get(place).status_code == 403, place
        assert program.post(place, {"name": "x", "scope": "admin"}).status_code == 403, place
    assert program.post("/acts", {"act": "save:0000000000"}).status_code == 403
    assert ApiToken.objects.count() == 1


def test_a_token_that_may_read_does_not_act() -> None:
    program = client(HTTP_AUTHORIZATION=f"Bearer {_token('read')}")
    assert program.post("/api/v1/papers").status_code == 403
    assert program.get("/api/v1/papers").status_code == 200


@pytest.mark.parametrize("bearer", ["", "bsh_", "bsh_" + "A" * 43, "x" * 5000, "bsh_\x00", "null"])
def test_a_wrong_token_is_not_somebody_anonymous(bearer: str) -> None:
    answer = client(HTTP_AUTHORIZATION=f"Bearer {bearer}").get("/api/v1/papers")
    assert answer.status_code == (401 if bearer else 200)


def test_a_token_beats_the_cookies_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    account("admin@example.org", "administrator")
    browser = sign_in("admin@example.org")
    answer = browser.get("/members", HTTP_AUTHORIZATION=f"Bearer {_token('read')}")
    assert answer.status_code == 403
    site(monkeypatch, host="127.0.0.1")
    from broadsheet import config

    local = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    link = access.local_link(config.current())
    local.get("/" + link[link.index("?") :])
    assert local.get("/settings").wsgi_request.visit.local  # type: ignore[attr-defined]
    tokened = local.get("/api/v1/papers", HTTP_AUTHORIZATION=f"Bearer {_token('act')}")
    assert not tokened.wsgi_request.visit.local, "a token never gives local mode"  # type: ignore[attr-defined]


def test_block_ends_sessions_and_tokens() -> None:
    admin, victim = account("admin@example.org", "administrator"), account("victim@example.org")
    browser = sign_in("victim@example.org")
    assert victim.reader is not None
    _, secret = tokens.make(victim.reader, "x", ("act",), now())
    blocking = {"account": str(victim.pk), "act": "block", "reason": "spam"}
    answer = sign_in("admin@example.org").post("/members", blocking)
    assert answer.status_code == 200
    assert who(browser) == "" and tokens.find(secret, now()) is None
    again = sign_in("victim@example.org")
    assert b"spam" in again.get("/account").content
    visit = again.get("/settings").wsgi_request.visit  # type: ignore[attr-defined]
    assert not visit.can("vote") and not visit.can("comment") and visit.can("read")
    del admin


# -- proxies and members' sites -----------------------------------------------------------------------------------


def test_the_login_header_is_believed_from_named_proxies_only(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, login_header="Remote-Email", trusted_proxies=("10.0.0.0/8",))
    account("admin@example.org", "administrator")
    forged = client(HTTP_REMOTE_EMAIL="admin@example.org", HTTP_X_FORWARDED_FOR="10.0.0.1")
    assert forged.get("/").status_code == 403 and forged.get("/members").status_code == 403
    through = client(REMOTE_ADDR="10.1.2.3", HTTP_REMOTE_EMAIL="admin@example.org", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert through.get("/members").status_code == 200
    new = client(REMOTE_ADDR="10.1.2.3", HTTP_REMOTE_EMAIL="New@Example.org", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert who(new) == "new@example.org" and new.get("/members").status_code == 404
    assert Account.objects.get(email="new@example.org").has_usable_password() is False
    assert b"Sign out" not in new.get("/account").content, "where the proxy signs in, it signs out"
    unnamed = client(REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert unnamed.get("/members").status_code == 404
    assert who(sign_in("admin@example.org", browser=unnamed)) == "admin@example.org", "a password still works"


def test_a_named_proxy_on_this_machine_is_never_local_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet import config

    site(monkeypatch, host="127.0.0.1", trusted_proxies=("127.0.0.1/32",))
    browser = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    link = access.local_link(config.current())
    browser.get("/" + link[link.index("?") :])
    assert not browser.get("/settings").wsgi_request.visit.local  # type: ignore[attr-defined]
    assert browser.get("/members").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_FOR": "1.2.3.4"},
        {"HTTP_FORWARDED": "for=1.2.3.4"},
        {"HTTP_VIA": "1.1 proxy"},
        {"HTTP_X_REAL_IP": "1.2.3.4"},
        {"REMOTE_ADDR": "203.0.113.9"},
    ],
)
def test_out_of_local_mode_the_members_are_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    from broadsheet import config

    site(monkeypatch, host="127.0.0.1")
    victim = account("victim@example.org")
    browser = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    link = access.local_link(config.current())
    browser.get("/" + link[link.index("?") :])
    assert browser.get("/members").status_code == 200
    assert browser.get("/members", **headers).status_code in {400, 404}
    assert browser.post("/members", {"account": str(victim.pk), "act": "link"}, **headers).status_code in {400, 404}
    assert browser.get("/account", **headers).status_code in {302, 400}


def test_local_mode_needs_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet import config

    site(monkeypatch, host="127.0.0.1", privacy="members")
    browser = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    link = access.local_link(config.current())
    browser.get("/" + link[link.index("?") :])
    page = browser.get("/settings").content
    assert b"/sign-in" not in page and b"/account" not in page
    for place in ("/sign-in", "/sign-up", "/sign-in/reset", "/account", "/account/tokens", "/account/email"):
        assert b"No sign-in here" in browser.get(place).content, place
    assert "broadsheet_session" not in browser.cookies


def test_a_site_for_members_shows_strangers_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, privacy="members")
    account()
    stranger = client()
    for place in ("/", "/papers/2405.12345", "/search?q=x", "/archive", "/feeds", "/nothing", "/settings", "/acts"):
        answer = stranger.get(place)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?next="), place
    for place in ("/api/v1/papers", "/api/v1/papers", "/api/v1/nothing"):
        answer = stranger.get(place)
        assert answer.status_code == 401 and "Bearer" in answer["WWW-Authenticate"], place
    assert stranger.get("/sign-in").status_code == 200
    assert sign_in().get("/about").status_code == 200
    assert client(HTTP_AUTHORIZATION=f"Bearer {_token('read')}").get("/api/v1/papers").status_code == 200


def test_the_secret_path_reads_and_does_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, privacy="members")
    secret = gate.renew_secret()
    assert secret not in str(choices.choices())
    answer = client().get(f"/with/{secret}/api/v1/papers")
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"] and not answer.cookies
    for place in (
        f"/with/{secret}/",
        f"/with/{secret}/account",
        f"/with/{secret}/members",
        f"/with/{secret}/settings",
        f"/with/{secret}/setup",
        "/with/wrong/api/v1/papers",
        "/with//api/v1/papers",
        f"/with/{secret}//evil.example/api/",
    ):
        assert client().get(place).status_code == 404, place
    assert client().post(f"/with/{secret}/api/v1/papers").status_code == 404
    papers.add(1, "One")
    feed = client().get(f"/with/{secret}/feeds/front.atom")
    assert feed.status_code == 200 and "no-store" in feed["Cache-Control"]
    links = re.findall(r'<link[^>]*rel="(?:self|next|prev-archive)"[^>]*>', feed.content.decode())
    assert links and all(f"/with/{secret}/feeds/" in link for link in links), "a reader follows them by the same path"
    assert client().get("/feeds/front.atom").status_code == 302
    gate.renew_secret()
    assert client().get(f"/with/{secret}/api/v1/papers").status_code == 404
    gate.close_secret()
    assert client().get("/with//api/v1/papers").status_code == 404


def test_the_set_up_code_makes_one_administrator_and_ends() -> None:
    from broadsheet import config

    code = access.make_code(config.current().data, now())
    assert client().get("/setup/administrator").status_code == 404
    browser = client()
    assert browser.post("/setup", {"code": code})["Location"] == "/setup/administrator"
    weak = browser.post("/setup/administrator", {"email": "boss@example.org", "password": "short"})
    assert weak.status_code == 422 and not Account.objects.exists()
    keeper = browser.cookies[access.KEEPER_COOKIE].value
    answer = browser.post("/setup/administrator", {"email": "boss@example.org", "name": "Boss", "password": PASSWORD})
    assert answer.status_code == 302 and who(browser) == "boss@example.org"
    assert b"What do you read?" in browser.get("/setup").content
    late = client()
    late.cookies[access.KEEPER_COOKIE] = keeper
    assert late.get("/setup").status_code == 403 and late.get("/setup/administrator").status_code == 404
    assert client().post("/setup", {"code": code}).status_code == 403
