"""Accounts in a browser: the way in by passkey and without JavaScript; nothing for axe-core or the policy to find."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.test_faces import axe
from tests.support.browsing import DESKTOP, NARROW, OVERFLOW, PHONE, Browser, expect, follow, started
from tests.support.program import broadsheet

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "correct horse battery staple"
EMAIL = "ada@example.org"
OPEN = ("/sign-in", "/sign-up", "/sign-in/reset", "/sign-in/reset/sent", "/sign-up/sent", "/invitation/gone", "/setup")
OWN = (
    "/account",
    "/account/sessions",
    "/account/tokens",
    "/account/protection",
    "/account/email",
    "/account/password",
    "/sign-out",
    "/members",
    "/members/invitations",
    "/members/programs",
)


@pytest.fixture(scope="module")
def site(stocked: Callable[..., Path]) -> Iterator[tuple[str, Path]]:
    """The address for strangers, and the data directory. (A passkey needs a name, so it is not 127.0.0.1.)"""
    data = stocked()
    with started(data) as link:
        yield link.partition("/?")[0].replace("127.0.0.1", "localhost"), data


def _first_password(page: Any, site: tuple[str, Path], email: str, *more: str) -> None:
    """Make an account by command, and set its password by the link that the command prints."""
    made = broadsheet("user", "add", email, "--json", *more, data=site[1])
    assert made.returncode == 0, made.stderr
    page.goto(site[0] + "/" + json.loads(made.stdout)["link"].split("/", 3)[3])
    page.get_by_label("New password").fill(PASSWORD)
    if page.get_by_label("The same again").count():
        page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("heading", name="Your password is set").wait_for()


def _sign_in(page: Any, base: str, email: str = EMAIL) -> None:
    page.goto(base + "/sign-in?next=/about")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(base + "/about")


def test_a_passkey_is_added_and_signs_in_alone(browser: Browser, site: tuple[str, Path]) -> None:
    page, base = browser.tab(), site[0]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Security Policy" in message.text else None)
    _first_password(page, site, "key@example.org")
    _sign_in(page, base, "key@example.org")
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(base + "/account/passkeys/add")
    page.get_by_label("Password", exact=True).fill(PASSWORD)  # who is it? asked before anything of this kind
    follow(page.get_by_role("button", name="Confirm"))
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto(base + "/account")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(base + "/")
    page.goto(base + "/sign-in?next=/about")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(base + "/about")
    expect(page.get_by_role("link", name="Account")).to_have_count(1)
    assert said == []


def test_everything_but_passkeys_works_without_javascript(browser: Browser, site: tuple[str, Path]) -> None:
    page, base = browser.tab(PHONE, java_script_enabled=False), site[0]
    _first_password(page, site, "plain@example.org")
    _sign_in(page, base, "plain@example.org")
    page.goto(base + "/account/tokens")
    page.get_by_label("Name").fill("my script")
    follow(page.get_by_role("button", name="Make the token"))
    assert page.locator(".secret").inner_text().startswith("bsh_")
    page.get_by_role("button", name="Revoke my script").click()
    page.get_by_text("The token is revoked.").wait_for()
    page.goto(base + "/account")
    follow(page.get_by_role("button", name="Sign out"))
    page.goto(base + "/account")
    assert "/sign-in?next=" in page.url


def test_pages_of_accounts_pass_axe_and_never_scroll_sideways(browser: Browser, site: tuple[str, Path]) -> None:
    faults: dict[str, Any] = {}
    page, base = browser.tab(bypass_csp=True), site[0]
    _first_password(page, site, EMAIL, "--admin", "--name", "Ada Wolfeschlegelsteinhausen-Featherstonehaugh")
    page.context.close()
    for size, theme in ((DESKTOP, "light"), (NARROW, "dark")):
        page = browser.tab(size, theme, bypass_csp=True)
        for places in (OPEN, OWN):
            for place in places:
                page.goto(base + place)
                for detail in page.locator("main details").all():
                    detail.evaluate("one => one.open = true")
                found = axe(page) + (["wide"] if page.evaluate(OVERFLOW) > 0 else [])
                if found:
                    faults[f"{place} {theme}"] = found
            if places is OPEN:
                _sign_in(page, base)
        page.context.close()
    assert faults == {}
