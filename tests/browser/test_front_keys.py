"""Thirty papers read by keyboard in Chromium: focus moves, abstracts open, marks are kept, the end mark is reached."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.conftest import House
from tests.support.browsing import Browser, expect, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def focused(page: Any) -> str:
    """Key of the paper that has the focus, else the id of what has it."""
    return str(page.evaluate("document.activeElement.closest('[data-key]')?.dataset.key || document.activeElement.id"))


def press(page: Any, key: str) -> None:
    """Press a key that keeps a mark, and wait until the site has kept it and the page shows and says so."""
    page.evaluate("() => { const said = document.getElementById('said'); if (said) said.textContent = '' }")
    with page.expect_response(lambda answer: answer.url.endswith("/acts")) as answer:
        page.keyboard.press(key)
    assert answer.value.status in {200, 204}
    page.wait_for_function("() => document.getElementById('said')?.textContent")


def test_thirty_papers_by_keyboard(keeper: Any, house: House) -> None:
    """The morning of a reader without a mouse: every paper looked at, some opened, saved, hidden, all marked read."""
    page = keeper
    page.goto(house.base + house.pages()["day"])
    order = page.evaluate("[...document.querySelectorAll('[data-key]')].map(one => one.dataset.key)")
    assert len(order) >= 40
    seen, saved, hidden = [], [], []
    for number in range(30):
        page.keyboard.press("j")
        key = focused(page)
        seen.append(key)
        entry = page.locator(f"#p{key}")
        box = page.evaluate("(() => { const box = document.activeElement.getBoundingClientRect();"
                            "return [box.top, box.bottom - innerHeight] })()")
        assert box[0] >= -1 and box[1] <= 1, f"paper {number} is not in sight: {box}"
        if number % 5 == 0 and entry.locator("details").count():
            page.keyboard.press("a")
            entry.locator("details[open] .text p").first.wait_for()
            assert entry.locator("details .text").inner_text().strip()
            page.keyboard.press("a")
            assert focused(page) == key
        if number % 7 == 3:
            press(page, "s")
            saved.append(key)
        press(page, "m")
        assert "read" in str(entry.get_attribute("class"))
        if number % 10 == 9:
            press(page, "x")
            hidden.append(key)
            assert entry.locator("text=Hidden. Undo").count() or entry.inner_text().startswith("Hidden")
    assert seen == order[:30]
    page.keyboard.press("k")
    assert focused(page) == seen[28]
    press(page, "x")
    press(page, "z")
    assert page.locator(f"#p{seen[28]} h3, #p{seen[28]} > a").first.is_visible()
    page.keyboard.press("G")
    assert focused(page) == "end"
    page.reload()
    assert page.locator(".read").count() == 30 - len(hidden)
    for key in hidden:
        assert page.locator(f"#p{key}").count() == 0
    for key in saved:
        found = page.locator(f"#p{key} [aria-pressed=true]")
        assert found.count() == 1 or page.locator(f"#p{key}").evaluate("one => one.matches('.short, .line')")
    page.goto(f"{house.base}/saved")
    assert {one.get_attribute("data-key") for one in page.locator("[data-key]").all()} >= set(saved)


def test_keys_go_between_pages_and_are_silent_in_fields(keeper: Any, house: House) -> None:
    page = keeper
    page.keyboard.press("?")
    page.wait_for_url("**/settings#keys")
    page.wait_for_load_state()
    assert page.locator("dl.keys kbd").count() > 12
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(house.base + "/")
    for key in "[]":
        with page.expect_navigation():
            page.keyboard.press(key)
        assert "/papers/date/" in page.url
    page.goto(house.base)
    page.keyboard.press("J")
    first = focused(page)
    page.keyboard.press("J")
    assert focused(page) != first
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.wait_for_load_state()
    page.locator("input[type=search]").focus()
    page.keyboard.type("matter")
    assert page.locator("input[type=search]").input_value() == "matter"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("ol.hits").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/papers/*")
    expect(page.locator("#abstract")).to_have_count(1)


def test_the_switch_turns_single_letters_off(keeper: Any, house: House) -> None:
    page = keeper
    page.goto(f"{house.base}/settings")
    page.uncheck("#keys-on")
    follow(page.locator("text=Save settings"))
    page.goto(house.base)
    page.keyboard.press("j")
    assert focused(page) in {"", "undefined"}
    page.goto(f"{house.base}/settings")
    page.check("#keys-on")
    follow(page.locator("text=Save settings"))


def test_focus_is_seen(browser: Browser, house: House) -> None:
    for theme in ("light", "dark"):
        page = browser.tab(theme=theme)
        page.goto(house.base)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Tab")
        style = page.evaluate("(() => { const one = getComputedStyle(document.activeElement);"
                              "return [one.outlineStyle, one.outlineWidth] })()")
        assert style == ["solid", "3px"]
