"""Votes, comments and what readers are told, in a browser: by click, by key, without JavaScript, under axe-core."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.test_faces import axe
from tests.browser.test_mine import Steps
from tests.support.browsing import DESKTOP, NARROW, OVERFLOW, PHONE, Browser, expect, follow, started
from tests.support.program import ROOT, environment

pytestmark = [pytest.mark.browser, pytest.mark.slow]
READERS = 6


@pytest.fixture(scope="module")
def site(stocked: Callable[..., Path]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address for strangers, and cookies of readers; some papers have votes and comments of theirs."""
    data = stocked()
    done = subprocess.run(
        [sys.executable, "-m", "broadsheet.bench.crowd", str(data), str(READERS), "120", "40", str(READERS), "-"],
        env=environment(BROADSHEET_DATA=str(data)), cwd=ROOT, check=True, capture_output=True, text=True)  # fmt: skip
    cookies = [dict(zip(("name", "value"), one.split("=", 1), strict=True)) for one in
               json.loads(done.stdout)["cookies"]]
    with started(data) as link:
        yield link.partition("/?")[0], cookies


def member(browser: Browser, site: tuple[str, list[dict[str, str]]], number: int, **how: Any) -> Any:
    """A page of a reader who is signed in."""
    page = browser.tab(**how)
    page.context.add_cookies([{**site[1][number], "url": site[0]}])
    page.goto(f"{site[0]}/")
    return page


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_submitting_takes_three_steps_and_a_comment_two(browser: Browser, site: Any, script: bool) -> None:
    page = member(browser, site, 3 + script, java_script_enabled=script)
    raising, title = Steps(page), f"Tea cools by the law of Newton, part {2 - script}"
    raising.click("a[href='/submit']")
    page.fill("#what", f"@article{{tea, title={{{title}}}, author={{Ada Author}}, year={{2026}}}}")
    raising.click("button[value=look]")
    raising.click("button[value=raise]")
    assert raising.count == 3 and title in page.locator("main").inner_text()
    page.goto(site[0])
    saying = Steps(page)
    saying.click("article.lead a[href$='#comments']")
    page.fill("#c-text", "It holds for coffee too.")
    saying.click("form:has(#c-text) button[value=post]")
    page.locator("#comments", has_text="It holds for coffee too.").wait_for()
    assert saying.count == 2


def test_one_click_votes_and_the_same_click_takes_it_back(browser: Browser, site: Any) -> None:
    page = member(browser, site, 0)
    entry = page.locator("article.lead")
    button = entry.locator("button[value*='vote:']")
    before, pressed = button.inner_text(), button.get_attribute("aria-pressed")
    for _ in range(2):
        now = "false" if button.get_attribute("aria-pressed") == "true" else "true"
        button.click()
        page.wait_for_function("([one, now]) => one.getAttribute('aria-pressed') === now",
                               arg=[button.element_handle(), now])
        said = button.inner_text().replace("▲", "").strip()
        assert (button.get_attribute("aria-label") or "").startswith(said.split()[0])
        assert ("voted" in said) is (now == "true")
        page.reload()
        assert button.get_attribute("aria-pressed") == now, "it is kept"
    assert (button.inner_text(), button.get_attribute("aria-pressed")) == (before, pressed)


def test_keys_vote_and_undo(browser: Browser, site: Any) -> None:
    page = member(browser, site, 1)
    page.keyboard.press("j")
    entry = page.locator("[data-key]:focus-within").first
    button = entry.locator("button[value*='vote:']")
    was = button.get_attribute("aria-pressed")
    wait = "([one, was]) => (one.getAttribute('aria-pressed') === was)"
    page.keyboard.press("u")
    page.wait_for_function(wait, arg=[button.element_handle(), "false" if was == "true" else "true"])
    page.keyboard.press("z")
    page.wait_for_function(wait, arg=[button.element_handle(), was])
    page.keyboard.press("c")
    page.wait_for_url("**/papers/*#comments")
    page.keyboard.press("u")
    button = page.locator(".side button[value*='vote:']")
    page.wait_for_function(wait, arg=[button.element_handle(), "false" if was == "true" else "true"])
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.id") == "c-text"


def test_comment_reply_and_being_told(browser: Browser, site: Any) -> None:
    page = member(browser, site, 2)
    follow(page.locator("article.lead h3 a"))
    page.locator("#c-text").fill("Is $n > 3$ needed? @crowd-3 would know.")
    follow(page.get_by_role("button", name="Post comment"))
    page.wait_for_url("**#c*")
    mine = page.locator(".comment", has_text="would know").last
    expect(mine.locator("math")).to_have_count(1)
    other = member(browser, site, 3)
    follow(other.get_by_role("link", name="1 new"))
    follow(other.get_by_role("link", name="Crowd 2 mentioned you"))
    there = other.locator(".comment:target")
    there.get_by_text("Reply", exact=False).first.click()
    there.get_by_label("Your reply to Crowd 2").fill("It is *not*.")
    follow(there.get_by_role("button", name="Post reply"))
    expect(other.locator(".comment .comment em", has_text="not").first).to_be_visible()
    page.goto(f"{site[0]}/notifications")
    expect(page.get_by_text("Crowd 3 replied to you")).to_have_count(1)
    follow(page.get_by_role("button", name="Mark all as seen"))
    expect(page.get_by_text("Nothing new")).to_have_count(1)


def test_without_javascript(browser: Browser, site: Any) -> None:
    page = member(browser, site, 4, size=PHONE, java_script_enabled=False)
    follow(page.locator("article.lead button[value*='vote:']"))
    assert page.url.rstrip("/") == site[0], "back at the same place"
    follow(page.locator("article.lead h3 a"))
    page.locator("#c-text").fill("Said without a script")
    follow(page.locator("#w-c-text").get_by_role("button", name="Post comment"))
    mine = page.locator(".comment", has_text="Said without a script").last
    follow(mine.get_by_role("button", name="Take back"))
    expect(page.get_by_text("You took this comment back")).to_have_count(1)
    follow(page.get_by_role("button", name="Undo").last)
    expect(page.locator(".comment", has_text="Said without a script").first).to_be_visible()
    stranger = browser.tab(java_script_enabled=False)
    stranger.goto(site[0])
    follow(stranger.locator("article.lead button[value*='vote:']"))
    assert "/sign-in" in stranger.url


def test_pages_pass_axe_and_never_scroll_sideways(browser: Browser, site: Any) -> None:
    faults: dict[str, Any] = {}
    for size, theme in ((DESKTOP, "light"), (NARROW, "dark")):
        page = member(browser, site, 5, size=size, theme=theme, bypass_csp=True)
        paper = page.locator("article.lead h3 a").get_attribute("href")
        for place in ("/", paper, "/comments", "/readers/crowd-1", "/notifications", "/settings", "/trending"):
            page.goto(f"{site[0]}{place}")
            for detail in page.locator("main .comments details").all():
                detail.evaluate("one => one.open = true")
            found = axe(page) + (["wide"] if page.evaluate(OVERFLOW) > 0 else [])
            if found:
                faults[f"{place} {theme}"] = found
        page.context.close()
    assert not faults, faults
