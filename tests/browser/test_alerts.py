"""Alerts in a browser: made by keyboard without JavaScript, paused, removed, taken back; only fields that matter."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import House
from tests.browser.test_faces import axe
from tests.support.browsing import DESKTOP, NARROW, OVERFLOW, PHONE, Browser, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Where pictures of the pages go, for a person to look at; none are made without it.
PICTURES = os.environ.get("BROADSHEET_TEST_PICTURES", "")
HOOK = "https://hooks.example.org/papers"  # nothing is sent there: no paper comes while these tests run


def press(page: Any, place: str) -> None:
    """Reach an element with the Tab key alone, press Enter, and wait for the page that it leads to."""
    for _ in range(200):
        if page.locator(f"{place}:focus").count():
            break
        page.keyboard.press("Tab")
    else:
        raise AssertionError(f"{place} cannot be reached by keyboard on {page.url}")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_alert_by_keyboard_without_javascript(browser: Browser, house: House) -> None:
    page = browser.tab(java_script_enabled=False)
    page.goto(house.link)
    page.goto(f"{house.base}/topics/matter")
    press(page, "a[href^='/alerts/new']")  # the first step
    page.focus("#target")  # the second: where to
    page.keyboard.type(HOOK)
    page.keyboard.press("Enter")  # the third: made
    page.locator("code.secret").wait_for()
    assert page.locator("code.secret").inner_text().startswith("whsec_")

    page.goto(f"{house.base}/alerts")
    press(page, "main td a")
    place = page.url
    assert page.locator("code.secret").count() == 0
    press(page, "button[value=pause]")
    page.locator("button[value=resume]").wait_for()
    press(page, "button[value=resume]")
    page.locator("button[value=pause]").wait_for()
    press(page, "button[value=remove]")
    page.locator("main .notice").wait_for()
    assert page.locator("td a").count() == 0  # the page has loaded: press() waits for it
    page.goto(f"{house.base}/undo")
    press(page, "button[value=undo]")
    page.goto(place)
    assert HOOK.partition("/papers")[0] in page.locator(".address").inner_text()
    press(page, "button[value=remove]")


def test_fields_are_those_of_what_is_chosen(browser: Browser, house: House) -> None:
    page = browser.tab(java_script_enabled=False)
    page.goto(house.link)
    page.goto(f"{house.base}/alerts/new?kind=topic&value=matter")
    names = ("#target", "#hourly", "#c-daily", "#weekday", "#hour", "#timezone")

    def shown() -> list[str]:
        return [name for name in names if page.locator(name).is_visible()]

    assert shown() == ["#target", "#hourly"]
    page.check("#m-bundled")
    assert shown() == ["#target", "#c-daily", "#hour", "#timezone"]
    page.check("#c-weekly")
    assert shown() == ["#target", "#c-daily", "#weekday", "#hour", "#timezone"]
    page.check("#m-once")
    page.fill("#hourly", "6")
    assert shown() == ["#target", "#hourly"]


def test_pages_pass_axe_and_never_scroll_sideways(browser: Browser, house: House) -> None:
    page = browser.tab()
    page.goto(house.link)
    page.goto(f"{house.base}/alerts/new?kind=topic&value=matter")
    page.fill("#target", HOOK)
    page.check("#m-bundled")
    follow(page.locator("button.main"))
    page.goto(f"{house.base}/alerts")
    one = page.locator("main td a").first.get_attribute("href")
    places = {"alerts": "/alerts", "alert": one, "new alert": "/alerts/new?kind=topic&value=matter",
              "new alert, bundled": "/alerts/new?kind=topic&value=matter"}
    faults = {}
    for size in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for name, place in places.items():
            page.goto(f"{house.base}{place}")
            if "bundled" in name:
                page.check("#m-bundled")
                page.check("#c-weekly")
            wide = ["wide"] if page.evaluate(OVERFLOW) > 0 else []
            box = page.locator(".fields.own [aria-current]").bounding_box()
            hidden = [] if box["x"] >= 0 and box["x"] + box["width"] <= size[0] else ["the current place is cut off"]
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                if found := axe(page) + wide + hidden:
                    faults[f"{name} {size[0]} {theme}"] = found
                if PICTURES:
                    page.screenshot(path=str(Path(PICTURES) / f"{name.replace(' ', '-')}-{size[0]}-{theme}.png"),
                                    full_page=True)
    page.goto(f"{house.base}{one}")
    follow(page.locator("button[value=remove]"))
    assert faults == {}
