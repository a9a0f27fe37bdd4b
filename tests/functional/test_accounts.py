"""Accounts at work: adoption of a browser's reader, one-time codes, a provider, a proxy, and the commands."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.core import mail as outbox
from django.core.cache import cache
from django.test import Client
from tests.support import papers
from tests.support.accounts import NOW, PASSWORD, account, client, sign_in, site, who

from broadsheet.readers import service as readers
from broadsheet.readers import votes
from broadsheet.readers.accounts import adoption, invitations, service
from broadsheet.readers.accounts.models import Account
from broadsheet.readers.models import AuditEntry, Mark, Reader, Vote
from broadsheet.web import access

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def open_site(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch)


# -- adoption -----------------------------------------------------------------------------------------------------


def _browser_of(reader: Reader) -> Client:
    browser = client()
    answer = browser.get("/about")
    access.remember_reader(answer, answer.wsgi_request, reader.key)
    browser.cookies[access.READER_COOKIE] = answer.cookies[access.READER_COOKIE].value
    return browser


def test_what_was_marked_before_the_sign_in_is_the_accounts_afterwards() -> None:
    first, second = papers.add(1, "One"), papers.add(2, "Two")
    own = account().reader
    assert own is not None
    readers.mark(own, [first], readers.SAVED, NOW)
    for _ in range(2):
        found = readers.make(NOW)
        found.settings = {"theme": "dark"}
        found.save()
        readers.mark(found, [first, second], readers.SAVED, NOW)
        sign_in(browser=_browser_of(found))
        assert not Reader.objects.filter(pk=found.pk).exists()
    marks = Mark.objects.filter(reader=own, kind=readers.SAVED)
    assert sorted(marks.values_list("paper_id", flat=True)) == [first, second]
    own.refresh_from_db()
    assert own.settings == {"theme": "dark"}, "the settings of the first browser, for the account had none"


def test_votes_move_and_double_votes_become_one() -> None:
    one, two = papers.add(1, "One"), papers.add(2, "Two")
    own, found = account().reader, readers.make(NOW)
    assert own is not None
    votes.cast(own, one, NOW)
    for row in (one, two):
        votes.cast(found, row, NOW)
    assert votes.of(one).votes == 2
    adoption.adopt(Account.objects.get(), found, NOW)
    assert Vote.objects.filter(reader=own).count() == 2
    assert votes.of(one).votes == 1 and votes.of(two).votes == 1


def test_nobody_adopts_the_local_reader_or_anothers() -> None:
    mine, other = account("me@example.org"), account("other@example.org")
    local = readers.make(NOW, local=True)
    assert other.reader is not None
    for found in (local, other.reader):
        assert adoption.adopt(mine, found, NOW) == mine.reader
        assert Reader.objects.filter(pk=found.pk).exists()


def test_names_of_readers_have_slugs_of_their_own() -> None:
    made = [account(f"{number}@example.org", name="Ana María  López") for number in range(3)]
    slugs = {one.reader.slug for one in made if one.reader}
    assert len(slugs) == 3 and all(slug and slug.startswith("ana-maria-lopez") for slug in slugs)
    assert {one.reader.name for one in made if one.reader} == {
        "Ana María López", "Ana María López 2", "Ana María López 3"}


# -- one-time codes -----------------------------------------------------------------------------------------------


def _code(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_one_time_codes_stand_between_the_password_and_the_account() -> None:
    from allauth.mfa.models import Authenticator

    account()
    browser = sign_in()
    browser.post("/account/confirm", {"password": PASSWORD})
    page = browser.get("/account/codes/on").content.decode()
    assert "<svg" in page and "<script>" not in page and " style=" not in page
    secret = re.search(r'class="secret">([A-Z2-7]{16,})<', page)
    assert secret
    assert browser.post("/account/codes/on", {"code": _code(secret.group(1))}).status_code == 302
    row = Authenticator.objects.get(type="totp")
    assert secret.group(1) not in json.dumps(row.data), "the secret is encrypted in the database"
    spare = re.findall(r"\b\d{8}\b", browser.get("/account/recovery").content.decode())
    assert len(spare) == 10 and b"On since" in browser.get("/account/protection").content
    late = client()
    answer = late.post("/sign-in", {"login": "reader@example.org", "password": PASSWORD, "next": "/about"})
    assert answer["Location"].startswith("/sign-in/code") and who(late) == ""
    assert late.post("/sign-in/code", {"code": "000000"}).status_code == 200 and who(late) == ""
    cache.clear()
    assert late.post("/sign-in/code", {"code": spare[0]})["Location"] == "/about"
    assert who(late) == "reader@example.org"
    again = client()
    again.post("/sign-in", {"login": "reader@example.org", "password": PASSWORD})
    assert again.post("/sign-in/code", {"code": spare[0]}).status_code == 200 and who(again) == "", "used up"


def test_with_another_key_of_the_installation_no_code_fits(settings: Any) -> None:
    from allauth.mfa.adapter import get_adapter

    kept = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert get_adapter().decrypt(kept) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY = "another"
    first, second = get_adapter().decrypt(kept), get_adapter().decrypt(kept)
    assert first != second and len(first) == 32, "an empty or fixed secret would be everybody's"


def test_the_sensitive_pages_ask_who_it_is_and_again_after_a_while() -> None:
    account()
    browser = sign_in()
    assert browser.get("/account/codes/on")["Location"].startswith("/account/confirm?next=")
    browser.post("/account/confirm", {"password": PASSWORD})
    assert browser.get("/account/codes/on").status_code == 200
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    for place in ("/account/codes/on", "/account/passkeys/add"):
        assert browser.get(place)["Location"].startswith("/account/confirm?next="), place
    back = browser.post("/account/confirm", {"password": PASSWORD, "next": "/account/codes/on"})
    assert back["Location"] == "/account/codes/on" and browser.get("/account/codes/on").status_code == 200


# -- a changed address --------------------------------------------------------------------------------------------


def test_a_new_address_counts_from_when_its_link_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, smtp_url="smtp+plain://127.0.0.1:25")
    account()
    browser = sign_in()
    asked = browser.post("/account/email", {"email": "new@example.org", "action_add": "1"})
    assert asked["Location"].startswith("/account/confirm?next=") and not outbox.outbox
    done = browser.post(asked["Location"], {"password": PASSWORD, "next": "/account/email"})
    assert done.status_code == 302, "what was asked for is done once it is clear who asks"
    assert who(browser) == "reader@example.org"
    text = str(next(one for one in outbox.outbox if one.to == ["new@example.org"]).body)
    place = re.search(r"http://[^/]+(/account/verify/\S+)", text)
    assert place
    browser.post(place.group(1))
    assert Account.objects.get().email == "new@example.org"
    assert who(sign_in("new@example.org")) == "new@example.org"


# -- OpenID Connect -----------------------------------------------------------------------------------------------


class _Provider(BaseHTTPRequestHandler):
    """A provider that knows one person."""

    person: dict[str, Any] = {}  # noqa: RUF012
    nonce = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _json(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Discovery and the person."""
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path.startswith("/.well-known"):
            self._json(
                {
                    "issuer": base,
                    "authorization_endpoint": f"{base}/authorize",
                    "jwks_uri": f"{base}/keys",
                    "token_endpoint": f"{base}/token",
                    "userinfo_endpoint": f"{base}/me",
                }
            )
        else:
            self._json(self.person)

    def do_POST(self) -> None:
        """The exchange of the code."""
        length = int(self.headers["Content-Length"])
        asked = parse_qs(self.rfile.read(length).decode())
        assert asked["code"] == ["thecode"] and "code_verifier" in asked, "with PKCE"
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        now = int(time.time())
        claims = {"iss": base, "aud": "broadsheet", "exp": now + 60, "iat": now, **self.person}
        self._json({"access_token": "t", "token_type": "Bearer", "id_token": jwt.encode(claims, "k" * 32)})


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Provider]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    site(monkeypatch, oidc_url=address, oidc_client="broadsheet", oidc_name="University", registration="closed")
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": "University",
                    "client_id": "broadsheet",
                    "secret": "s",
                    "settings": {"server_url": address},
                }
            ],
        }
    }
    _Provider.person = {"sub": "7", "email": "ada@example.org", "email_verified": True, "name": "Ada of the University"}
    yield _Provider
    server.shutdown()
    server.server_close()


def _through(browser: Client) -> Any:
    """Sign in at the provider and come back."""
    page = browser.post("/account/oidc/oidc/login?process=login&next=/about")
    assert page.status_code == 200, "forms end at this site: a page leads to the other host"
    target = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    assert target
    asked = parse_qs(urlsplit(target.group(1).replace("&amp;", "&")).query)
    assert asked["client_id"] == ["broadsheet"] and asked["code_challenge_method"] == ["S256"]
    return browser.get("/account/oidc/oidc/login/callback", {"code": "thecode", "state": asked["state"][0]})


def test_whom_the_provider_knows_comes_in_and_finds_the_same_account(provider: type[_Provider]) -> None:
    browser = client()
    assert b"Sign in with University" in browser.get("/sign-in").content
    assert _through(browser)["Location"] == "/about"
    assert who(browser) == "ada@example.org"
    made = Account.objects.get()
    assert made.reader is not None and made.reader.name == "Ada of the University" and not made.has_usable_password()
    again = client()
    assert _through(again)["Location"] == "/about" and Account.objects.count() == 1


def test_a_verified_address_joins_the_account_and_an_unverified_one_does_not(provider: type[_Provider]) -> None:
    account("ada@example.org")
    provider.person["email_verified"] = False
    stranger = client()
    answer = _through(stranger)
    assert who(stranger) == "" and answer.status_code in {200, 302}
    assert Account.objects.count() == 1
    provider.person["email_verified"] = True
    browser = client()
    assert _through(browser)["Location"] == "/about" and who(browser) == "ada@example.org"
    assert Account.objects.count() == 1


def test_the_keeper_may_keep_registration_shut_for_the_provider_too(
    provider: type[_Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    site(monkeypatch, registration="closed", oidc_signup=False, oidc_name="University", oidc_url="http://127.0.0.1:1")
    browser = client()
    assert b"made by the administrators" in _through(browser).content and not Account.objects.exists()


def test_an_answer_that_nobody_asked_for_signs_nobody_in(provider: type[_Provider]) -> None:
    browser = client()
    answer = browser.get("/account/oidc/oidc/login/callback", {"code": "thecode", "state": "forged"})
    assert b"did not work" in answer.content and who(browser) == "" and not Account.objects.exists()


def test_a_provider_that_is_away_is_a_sentence(provider: type[_Provider], settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = client().post("/account/oidc/oidc/login?process=login")
    assert b"did not work" in answer.content


# -- proxies, privacy, keepers --------------------------------------------------------------------------------------


def test_behind_a_proxy_with_https_cookies_are_secure_and_forms_work(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, trusted_proxies=("10.0.0.1/32",))
    account()
    browser = Client(
        enforce_csrf_checks=True,
        REMOTE_ADDR="10.0.0.1",
        HTTP_X_FORWARDED_FOR="203.0.113.4",
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_ORIGIN="https://testserver",
        HTTP_HOST="testserver",
    )
    page = browser.get("/sign-in")
    assert page.cookies["csrftoken"]["secure"]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert token
    answer = browser.post(
        "/sign-in", {"login": "reader@example.org", "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)}
    )
    assert answer.status_code == 302 and answer.cookies["broadsheet_session"]["secure"]
    assert answer.cookies["broadsheet_session"]["httponly"]
    assert "203.0.113.4" in browser.get("/account/sessions").content.decode()


def test_one_session_is_ended_from_another() -> None:
    from allauth.usersessions.models import UserSession

    account()
    here, there = sign_in(), sign_in()
    row = UserSession.objects.get(session_key=there.cookies["broadsheet_session"].value)
    assert here.post("/account/sessions", {"end": str(row.pk)}).status_code == 302
    assert who(there) == "" and who(here) == "reader@example.org"
    sign_in()
    here.post("/account/sessions", {"end": "others"})
    assert UserSession.objects.count() == 1


def test_privileged_acts_leave_a_trace_without_secrets() -> None:
    boss = account("admin@example.org", "administrator", name="Boss")
    other = account("other@example.org")
    browser = sign_in("admin@example.org")
    browser.post("/members", {"account": str(other.pk), "act": "roles", "role": ["editor"]})
    browser.post("/members", {"account": str(other.pk), "act": "block", "reason": "noise"})
    browser.post("/members", {"account": str(other.pk), "act": "unblock"})
    shown = browser.post("/members", {"account": str(other.pk), "act": "link"}).content.decode()
    link = re.search(r"/sign-in/reset/\S+?(?=<)", shown)
    assert link
    browser.post("/members/invitations", {"email": "new@example.org"})
    browser.post("/members", {"account": str(other.pk), "act": "remove", "sure": "other@example.org"})
    rows = list(AuditEntry.objects.filter(actor=boss.reader).order_by("id"))
    assert [row.act for row in rows] == [
        "account.roles",
        "account.block",
        "account.unblock",
        "account.link",
        "invitation.make",
        "account.remove",
    ]
    assert all(row.actor_name == "Boss" for row in rows)
    assert "@" not in str([(row.subject, row.before, row.after) for row in rows]), "addresses are not for the log"
    assert link.group().rpartition("-")[2] not in str([vars(row) for row in rows])
    assert not Account.objects.filter(pk=other.pk).exists()


def test_an_account_without_a_password_gets_one_by_link() -> None:
    made = account("fresh@example.org", password=None)
    link = service.password_link(made, "http://testserver")
    browser = client()
    form = browser.get(urlsplit(link).path, follow=True)
    fields = {"password1": PASSWORD, "password2": PASSWORD}
    assert browser.post(form.request["PATH_INFO"], fields).status_code == 302
    assert who(sign_in("fresh@example.org")) == "fresh@example.org"


def test_a_second_invitation_to_an_address_voids_the_first() -> None:
    now = datetime.now(UTC)
    _, old = invitations.make("new@example.org", (), now)
    _, new = invitations.make("new@example.org", (), now)
    assert invitations.find(old, now) is None and invitations.find(new, now) is not None
