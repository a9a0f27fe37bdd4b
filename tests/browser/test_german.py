"""The second language in a browser: words are longer, the script speaks it too, one button changes back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.conftest import House
from tests.browser.test_faces import axe
from tests.support.browsing import DESKTOP, NARROW, OVERFLOW, PHONE, Browser, expect, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY = "/papers/date/2026-01-28"  # an edition of the sample


def german(browser: Browser, house: House, size: tuple[int, int], **more: Any) -> Any:
    """A tab of the keeper's browser, set to German by the button in the foot."""
    page = browser.tab(size, **more)
    page.goto(house.link)
    page.goto(house.base + DAY)
    follow(page.locator(".foot button[value=de]"))
    assert page.url == house.base + DAY and page.locator("html").get_attribute("lang") == "de"
    return page


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_axe_finds_nothing_in_german(browser: Browser, house: House, size: tuple[int, int], theme: str) -> None:
    page = german(browser, house, size, theme=theme, bypass_csp=True)
    faults = {}
    for name in ("front", "search", "paper", "paper, Hebrew", "settings", "question", "about", "formula", "not found"):
        page.goto(house.base + house.pages()[name])
        assert page.locator("html").get_attribute("lang") == "de", name
        if found := axe(page):
            faults[name] = found
    assert faults == {}


def test_longer_words_scroll_nothing_sideways(browser: Browser, house: House) -> None:
    page = german(browser, house, NARROW)
    wide = []
    for name, path in house.pages().items():
        page.goto(house.base + path)
        if page.evaluate(OVERFLOW) > 0:
            wide.append(name)
    assert wide == []


def test_the_script_says_what_the_page_says(browser: Browser, house: House) -> None:
    page = german(browser, house, DESKTOP)
    entry = page.locator("article.entry").nth(3)
    key = entry.get_attribute("data-key")
    title = entry.locator("h3").inner_text()
    ballot, save = entry.locator(f"button[value$='vote:{key}']"), entry.locator(f"button[value$='save:{key}']")
    before = ballot.get_attribute("aria-label")
    assert before.startswith("Stimmen für: ")
    ballot.click()
    page.locator(f"#p{key} button[value='unvote:{key}']").wait_for()
    expect(ballot).to_have_attribute("aria-label", before.replace("Stimmen für: ", "1 gestimmt, Sie auch: "))
    assert ballot.inner_text().split() == ["▲", "1", "gestimmt"]
    ballot.click()
    page.locator(f"#p{key} button[value='vote:{key}']").wait_for()
    expect(ballot).to_have_attribute("aria-label", before)
    assert title
    save.click()
    page.locator(f"#p{key} button[value='unsave:{key}']").wait_for()
    expect(save).to_have_text("Gemerkt")
    expect(page.locator("#said")).to_have_text("Gemerkt")
    save.click()
    page.locator(f"#p{key} button[value='save:{key}']").wait_for()


def test_one_button_leads_back_without_javascript(browser: Browser, house: House) -> None:
    page = german(browser, house, DESKTOP, java_script_enabled=False)
    page.goto(f"{house.base}/search?q=matter+number")
    follow(page.locator(".foot button[value=en]"))
    assert page.url.endswith("/search?q=matter+number")
    assert page.locator("html").get_attribute("lang") == "en"
    page.go_back()
    page.reload()
    assert page.locator("html").get_attribute("lang") == "en"
