"""Attacks on accounts: forged forms, fixed sessions, used links, foreign rows, guesses."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail as outbox
from django.core.cache import cache
from django.test import Client
from tests.support.accounts import PASSWORD, account, client, sign_in, site, who

from broadsheet.catalogue import site as choices
from broadsheet.readers import service as readers
from broadsheet.readers import tokens
from broadsheet.readers.accounts import hashers, invitations, service
from broadsheet.readers.accounts.models import Account
from broadsheet.readers.models import ApiToken, Invitation, Reader
from broadsheet.web import access, gate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def open_site(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch)


def now() -> datetime:
    return datetime.now(UTC)


def _link(text: str) -> str:
    found = re.search(r"http://[^/]+(/\S+)", text)
    assert found, text
    return found.group(1)


# -- forms and sessions -------------------------------------------------------------------------------------------


def test_every_form_of_accounts_needs_its_token() -> None:
    account("admin@example.org", "administrator")
    browser = Client(enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.9")
    page = browser.get("/sign-in").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    assert browser.post("/sign-in", {"login": "admin@example.org", "password": PASSWORD}).status_code == 403
    answer = browser.post(
        "/sign-in", {"login": "admin@example.org", "password": PASSWORD, "csrfmiddlewaretoken": found.group(1)}
    )
    assert answer.status_code == 302
    for place, data in (
        ("/account/name", {"name": "X"}),
        ("/account/sessions", {"end": "others"}),
        ("/account/tokens", {"name": "x", "scope": "admin"}),
        ("/sign-out", {}),
        ("/members", {"account": "1", "act": "roles"}),
        ("/members/invitations", {"email": "a@b.org"}),
        ("/members/programs", {"act": "renew"}),
        ("/account/password", {}),
        ("/account/email", {}),
    ):
        assert browser.post(place, data, HTTP_ORIGIN="https://evil.example").status_code == 403, place
    assert not ApiToken.objects.exists() and not Invitation.objects.exists() and not gate.has_secret()


def test_a_session_fixed_before_the_sign_in_is_worth_nothing() -> None:
    account()
    victim = client()
    Session.objects.create(session_key="fixedfixedfixedfixedfixedfixed12", session_data="", expire_date=now())
    victim.cookies["broadsheet_session"] = "fixedfixedfixedfixedfixedfixed12"
    sign_in(browser=victim)
    key = victim.cookies["broadsheet_session"].value
    assert key != "fixedfixedfixedfixedfixedfixed12"
    attacker = client()
    attacker.cookies["broadsheet_session"] = "fixedfixedfixedfixedfixedfixed12"
    assert who(attacker) == "" and who(victim) == "reader@example.org"


def test_a_session_begun_by_a_failed_attempt_changes_its_key_at_sign_in() -> None:
    account()
    browser = client()
    session = browser.session
    session["x"] = 1
    session.save()
    browser.cookies["broadsheet_session"] = session.session_key
    before = session.session_key
    sign_in(browser=browser)
    assert browser.cookies["broadsheet_session"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_ends_the_session_for_copies_of_the_cookie() -> None:
    account()
    browser = sign_in()
    copy = client()
    copy.cookies["broadsheet_session"] = browser.cookies["broadsheet_session"].value
    assert who(copy) == "reader@example.org"
    browser.post("/sign-out")
    assert who(copy) == "" and who(browser) == ""


def test_a_new_password_ends_all_other_sessions() -> None:
    account()
    one, two = sign_in(), sign_in()
    answer = one.post(
        "/account/password",
        {"oldpassword": PASSWORD, "password1": "another good phrase 7", "password2": "another good phrase 7"},
    )
    assert answer.status_code == 302
    assert who(one) == "reader@example.org" and who(two) == ""


def test_a_cookie_of_an_adopted_reader_opens_nothing() -> None:
    account()
    browser = client()
    reader = readers.make(now())
    answer = browser.get("/about")
    access.remember_reader(answer, answer.wsgi_request, reader.key)
    old = answer.cookies[access.READER_COOKIE].value
    browser.cookies[access.READER_COOKIE] = old
    sign_in(browser=browser)
    assert not Reader.objects.filter(pk=reader.pk).exists(), "it ended in the account's reader"
    thief = client()
    thief.cookies[access.READER_COOKIE] = old
    assert thief.get("/settings").wsgi_request.reader is None
    account("second@example.org")
    adopted = Account.objects.get(email="reader@example.org").reader
    assert adopted is not None and readers.find(adopted.key) is None


# -- guesses ------------------------------------------------------------------------------------------------------


def test_unknown_and_known_addresses_cost_the_same_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    account()
    done: list[str] = []
    plain = hashers.Argon2.encode

    def counted(self: Any, password: str, salt: str) -> str:
        done.append("encode")
        return plain(self, password, salt)

    checked = hashers.Argon2.verify

    def verify(self: Any, password: str, encoded: str) -> bool:
        done.append("encode")
        return checked(self, password, encoded)

    monkeypatch.setattr(hashers.Argon2, "encode", counted)
    monkeypatch.setattr(hashers.Argon2, "verify", verify)
    bodies = []
    for email in ("reader@example.org", "nobody@example.org"):
        done.clear()
        answer = client().post("/sign-in", {"login": email, "password": "wrong wrong wrong"})
        assert len(done) == 1, email
        bodies.append(re.sub(rb'value="[^"]*"', b"", answer.content))
    assert bodies[0] == bodies[1], "the answer does not tell which addresses have accounts"


def test_passwords_are_kept_with_argon2id() -> None:
    made = account()
    assert made.password.startswith("argon2$argon2id$") and "m=47104,t=1,p=1" in made.password


def test_guessing_is_stopped_for_the_account_and_for_the_address() -> None:
    account()
    for number in range(5):
        client(REMOTE_ADDR=f"203.0.113.{number}").post(
            "/sign-in", {"login": "reader@example.org", "password": f"guess number {number}"}
        )
    answer = client(REMOTE_ADDR="198.51.100.7").post("/sign-in", {"login": "reader@example.org", "password": PASSWORD})
    assert answer.status_code == 200 and b"Too many" in answer.content, "even the right one waits"
    for number in range(11):
        answer = client(REMOTE_ADDR="192.0.2.1").post("/sign-in", {"login": f"u{number}@example.org", "password": "x"})
    assert b"Too many" in answer.content


def test_a_forged_forwarded_header_gives_no_fresh_guesses() -> None:
    account()
    for number in range(12):
        answer = client(HTTP_X_FORWARDED_FOR=f"10.9.8.{number}").post(
            "/sign-in", {"login": f"u{number}@example.org", "password": "wrong"}
        )
    assert b"Too many" in answer.content


def test_weak_passwords_are_refused() -> None:
    _, secret = invitations.make("new@example.org", (), now())
    browser = client()
    browser.post(f"/invitation/{secret}")
    for password in ("short", "password123", "1234567890123", "new@example.org"):
        answer = browser.post("/sign-up", {"email": "new@example.org", "name": "New", "password1": password})
        assert answer.status_code == 200, password
    assert not Account.objects.exists()


# -- links --------------------------------------------------------------------------------------------------------


def test_a_password_link_works_once_and_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    site(
        monkeypatch,
        smtp_url="smtp+plain://127.0.0.1:25",
        site_url="http://papers.example.org",
        allowed_hosts=("papers.example.org",),
    )
    account()
    answers = [
        client().post("/sign-in/reset", {"email": email}) for email in ("reader@example.org", "nobody@example.org")
    ]
    assert {answer["Location"] for answer in answers} == {"/sign-in/reset/sent"}
    text = str(next(one for one in outbox.outbox if one.to == ["reader@example.org"]).body)
    assert "http://papers.example.org/" in text, "the link leads to the site, whatever host was asked for"
    place = _link(text)
    browser = client()
    form = browser.get(place, follow=True)
    assert form.redirect_chain and place not in form.request["PATH_INFO"], "the key leaves the address"
    assert (
        browser.post(
            form.request["PATH_INFO"], {"password1": "fresh and long enough", "password2": "fresh and long enough"}
        ).status_code
        == 302
    )
    assert who(sign_in(password="fresh and long enough")) == "reader@example.org"
    again = client().get(place, follow=True)
    assert b"no longer works" in again.content
    assert b"no longer works" in browser.post(form.request["PATH_INFO"], {"password1": "third time lucky x"}).content


def test_a_password_link_is_for_one_account_only() -> None:
    one, two = account("one@example.org"), account("two@example.org")
    link = service.password_link(one, "http://testserver")
    from allauth.account.utils import user_pk_to_url_str

    forged = link.replace(f"/{user_pk_to_url_str(one)}-", f"/{user_pk_to_url_str(two)}-")
    assert b"no longer works" in client().get(_link(forged), follow=True).content


def test_an_invitation_works_once_for_its_address_only() -> None:
    admin = account("admin@example.org", "administrator")
    _, secret = invitations.make("new@example.org", ("editor",), now(), actor=admin.reader)
    assert secret not in str(list(Invitation.objects.values())), "only its hash is kept"
    first, second = client(), client()
    for browser in (first, second):
        assert browser.get(f"/invitation/{secret}").status_code == 200
        browser.post(f"/invitation/{secret}")
    wrong = first.post("/sign-up", {"email": "other@example.org", "name": "O", "password1": PASSWORD})
    assert wrong.status_code == 200 and b"invitation is for new@example.org" in wrong.content
    assert first.post("/sign-up", {"email": "new@example.org", "name": "New", "password1": PASSWORD}).status_code == 302
    assert who(first) == "new@example.org"
    made = Account.objects.get(email="new@example.org").reader
    assert made is not None and made.roles == ["editor"] and made.name == "New"
    late = second.post("/sign-up", {"email": "third@example.org", "name": "T", "password1": PASSWORD})
    assert b"by invitation" in late.content and Account.objects.count() == 2
    assert client().get(f"/invitation/{secret}").status_code == 404


@pytest.mark.parametrize("registration", ["closed", "invitation"])
def test_nobody_registers_uninvited(monkeypatch: pytest.MonkeyPatch, registration: str) -> None:
    site(monkeypatch, registration=registration, smtp_url="smtp+plain://127.0.0.1:25")
    client().post("/sign-up", {"email": "me@example.org", "name": "Me", "password1": PASSWORD})
    assert not Account.objects.exists()


def test_open_registration_needs_the_mail_to_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, registration="open", smtp_url="smtp+plain://127.0.0.1:25")
    browser = client()
    answer = browser.post("/sign-up", {"email": "me@example.org", "name": "Me", "password1": PASSWORD})
    assert answer["Location"] == "/sign-up/sent" and who(browser) == ""
    assert client().post("/sign-in", {"login": "me@example.org", "password": PASSWORD})["Location"] == "/sign-up/sent"
    stranger = client()
    place = _link(str(outbox.outbox[0].body))
    assert stranger.get(place).status_code == 200 and who(stranger) == "", "opening a link changes nothing by itself"
    assert stranger.post(place).status_code == 302 and who(stranger) == "", "and signs in nobody who did not register"
    assert who(sign_in("me@example.org")) == "me@example.org"
    outbox.outbox.clear()
    cache.clear()  # one mail to an address in three minutes
    known = client().post("/sign-up", {"email": "me@example.org", "name": "Me", "password1": PASSWORD})
    assert known["Location"] == "/sign-up/sent", "registering twice looks the same"
    assert "already" in outbox.outbox[0].subject


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://127.0.0.1:9/",
        "https:evil.example",
        "\thttps://evil.example",
    ],
)
def test_next_leads_nowhere_else(evil: str) -> None:
    account()
    for browser in (client(), sign_in()):
        answer = browser.post(
            f"/sign-in?next={evil}", {"login": "reader@example.org", "password": PASSWORD, "next": evil}
        )
        assert answer.status_code == 302 and answer["Location"] == "/", answer["Location"]
    out = sign_in()
    assert out.post("/sign-out", {"next": evil})["Location"] == "/"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example"])
def test_a_reset_for_a_foreign_host_is_refused(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    site(monkeypatch, smtp_url="smtp+plain://127.0.0.1:25")
    account()
    assert client().post("/sign-in/reset", {"email": "reader@example.org"}, HTTP_HOST=host).status_code == 400
    assert not outbox.outbox


@pytest.mark.parametrize(
    "evil",
    [
        "a@example.org\nBcc: all@example.org",
        "a@example.org\r\nX: y",
        "a@example.org%0aBcc:b@example.org",
        '"a\nBcc: b"@example.org',
    ],
)
def test_no_header_gets_into_mail(monkeypatch: pytest.MonkeyPatch, evil: str) -> None:
    site(monkeypatch, registration="open", smtp_url="smtp+plain://127.0.0.1:25")
    choices.choose("name", "Papers\nBcc: all@example.org")
    client().post("/sign-up", {"email": evil, "name": "N\r\nBcc: x@example.org", "password1": PASSWORD})
    client().post("/sign-in/reset", {"email": evil})
    client().post("/sign-in/reset", {"email": "plain@example.org"}, HTTP_USER_AGENT="X\r\nBcc: y@example.org")
    assert outbox.outbox
    for one in outbox.outbox:
        message = one.message()
        assert message["Bcc"] is None and "\n" not in message["Subject"] and one.to == ["plain@example.org"]


def test_without_a_mail_server_the_pages_say_so() -> None:
    account()
    answer = client().get("/sign-in/reset")
    assert b"Mail is not set up" in answer.content and b"broadsheet user link" in answer.content
    client().post("/sign-in/reset", {"email": "reader@example.org"})
    assert not outbox.outbox


# -- other people's rows ------------------------------------------------------------------------------------------


def test_sessions_tokens_and_passkeys_of_others_are_out_of_reach() -> None:
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.models import UserSession

    victim, thief = account("victim@example.org"), account("thief@example.org")
    theirs, mine = sign_in("victim@example.org"), sign_in("thief@example.org")
    assert victim.reader
    token, secret = tokens.make(victim.reader, "theirs", ("read",), now())
    key = Authenticator.objects.create(user=victim, type="webauthn", data={"name": "key"})
    row = UserSession.objects.get(user=victim)
    assert mine.post("/account/sessions", {"end": str(row.pk)}).status_code == 404
    assert mine.post("/account/tokens", {"revoke": str(token.pk)}).status_code == 404
    for act in ("name", "remove"):
        assert mine.post(f"/account/passkeys/{key.pk}/{act}", {"name": "mine"}).status_code in {302, 404}
    assert mine.post("/account/sessions", {"end": "others"}).status_code == 302
    assert who(theirs) == "victim@example.org" and tokens.find(secret, now()) is not None
    assert Authenticator.objects.filter(pk=key.pk, data={"name": "key"}).exists()
    assert "victim" not in mine.get("/account/tokens").content.decode()
    del thief


@pytest.mark.parametrize("roles", [(), ("editor",), ("moderator",)])
def test_members_pages_exist_for_administrators_only(roles: tuple[str, ...]) -> None:
    victim = account("victim@example.org")
    account("me@example.org", *roles)
    for browser in (client(), sign_in("me@example.org")):
        for place in ("/members", "/members/invitations", "/members/programs"):
            assert browser.get(place).status_code == 404
        for act in ("roles", "block", "link", "end", "remove"):
            assert (
                browser.post(
                    "/members",
                    {"account": str(victim.pk), "act": act, "role": "administrator", "sure": "victim@example.org"},
                ).status_code
                == 404
            )
        assert browser.post("/members/invitations", {"email": "x@example.org"}).status_code == 404
    victim.refresh_from_db()
    assert victim.reader is not None and victim.reader.blocked_at is None and not Invitation.objects.exists()


def test_the_last_administrator_cannot_be_lost() -> None:
    boss = account("admin@example.org", "administrator")
    browser = sign_in("admin@example.org")
    for act in ("roles", "block", "remove"):
        answer = browser.post("/members", {"account": str(boss.pk), "act": act, "sure": "admin@example.org"})
        assert answer.status_code == 422 and b"last administrator" in answer.content
    assert service.has_administrator()


def test_the_members_page_tells_nothing_of_reading() -> None:
    account("admin@example.org", "administrator")
    reader = account("reader@example.org").reader
    assert reader is not None
    Reader.objects.filter(pk=reader.pk).update(last_visit=datetime(2026, 3, 14, 15, 9, tzinfo=UTC))
    text = sign_in("admin@example.org").get("/members").content.decode()
    assert "reader@example.org" in text
    for trace in ("14 Mar", "2026-03-14", "15:09", "last visit", "last seen"):
        assert trace not in text
