"""Every page: nothing for axe-core to find, no sideways scroll, small, readable on paper and without JavaScript."""

from __future__ import annotations

import gzip
import re
from typing import Any

import httpx
import pytest
from tests.browser.conftest import House
from tests.support.browsing import DESKTOP, HEADLINES, NARROW, OVERFLOW, PHONE, Browser, expect, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"]}  # what passes need not be told: three times as fast on the front page  # fmt: skip


def axe(page: Any) -> list[str]:
    """What axe-core finds on the page as it stands: rule, what it asks for, the elements, and why the first is one."""
    library = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    # What is far below is laid out only when it comes near: its links would seem to lie upon the next section's.
    page.evaluate("[...document.querySelectorAll('.far')].forEach(one => { one.style.contentVisibility = 'visible' })")
    found = library.Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:4]}; "
            f"{one['nodes'][0]['failureSummary'][:400]} in {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_axe_finds_nothing(browser: Browser, house: House, size: tuple[int, int], theme: str) -> None:
    page = browser.tab(size, theme, bypass_csp=True)  # axe-core is put into the page
    page.goto(house.link)
    faults = {}
    for name, path in house.pages().items():
        page.goto(house.base + path)
        if found := axe(page):
            faults[name] = found
    page.context.clear_cookies()
    page.goto(f"{house.base}/setup")  # a stranger's: the one-time code
    assert page.locator("input[name=code]").count() == 1
    if found := axe(page):
        faults["code"] = found
    assert faults == {}


def test_nothing_scrolls_sideways(browser: Browser, house: House) -> None:
    page = browser.tab(NARROW)
    page.goto(house.link)
    wide = {}
    for name, path in house.pages().items():
        page.goto(house.base + path)
        if page.evaluate(OVERFLOW) > 0:
            wide[name] = page.evaluate(
                "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > "
                "innerWidth + 1 && getComputedStyle(one).position !== 'absolute').slice(0, 4)"
                ".map(one => one.tagName + '.' + one.className)")
    assert wide == {}


def test_pages_are_small_and_say_who_they_are(house: House) -> None:
    titles: dict[str, str] = {}
    with httpx.Client(base_url=house.base, trust_env=False, timeout=20, follow_redirects=True,
                      headers={"accept-encoding": "gzip"}) as client:
        for name, path in house.pages().items():
            answer = client.get(path)
            assert len(gzip.compress(answer.content, 6)) < 60_000, name
            text = answer.text
            assert len(re.findall("<h1[ >]", text)) == 1, name
            found = re.search("<title>(.*?)</title>", text, re.S)
            assert found and found[1].strip(), name
            titles[name] = found[1]
    assert "\\" not in titles["paper, formula"] and "$" not in titles["paper, formula"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_first_screens_hold_their_headlines(browser: Browser, house: House, theme: str) -> None:
    for size, least in ((DESKTOP, 12), (PHONE, 4)):
        page = browser.tab(size, theme)
        page.goto(f"{house.base}/papers/date/2026-01-28")  # an edition of the sample
        assert page.evaluate(HEADLINES) >= least, size


def test_print_is_black_on_white_without_furniture(browser: Browser, house: House) -> None:
    page = browser.tab(theme="dark")
    page.goto(house.link)
    for path in ("/", house.pages()["paper"], house.pages()["search"]):
        page.goto(house.base + path)
        page.emulate_media(media="print", color_scheme="dark")
        for furniture in (".fields", ".foot", ".acts", "form", ".skip", ".pages", "summary"):
            shown = [one for one in page.locator(furniture).all() if one.is_visible()]
            assert not shown, f"{furniture} is printed at {path}"
        colours = page.evaluate("(() => { const body = getComputedStyle(document.body);"
                                "const head = getComputedStyle(document.querySelector('h3, h1'));"
                                "return [body.backgroundColor, head.color, body.fontSize] })()")
        assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "14px"], path
        assert page.locator("h1, h3").first.inner_text().strip()
        assert len(page.pdf(format="A4")) > 5_000
        page.emulate_media(media="screen")


def test_everything_works_without_javascript(browser: Browser, house: House) -> None:
    page = browser.tab(java_script_enabled=False)
    page.goto(house.link)
    page.goto(f"{house.base}/papers/date/2026-01-28")
    entry = page.locator("article.entry").first
    key = entry.get_attribute("data-key")
    entry.locator("details.abs:not(.tune) summary").click()
    follow(entry.locator("details.abs:not(.tune) a").first)
    assert page.url.endswith("#abstract") and page.locator("#abstract").inner_text()
    page.go_back()
    follow(page.locator(f"#p{key} button", has_text="Save"))
    assert page.locator(f"#p{key} button[aria-pressed=true]").inner_text() == "Saved"
    page.goto(f"{house.base}/saved")
    assert page.locator(f"#p{key}").count() == 1
    follow(page.locator(f"#p{key} button[value*='save:']"))
    page.goto(f"{house.base}/papers/date/2026-01-28")
    follow(page.locator(f"#p{key} button", has_text="Hide"))
    assert page.locator(f"#p{key}:visible").count() == 0 or page.locator(f"#p{key} >> text=Undo").count() == 1
    before = page.locator("[data-key]").count()
    follow(page.locator("button", has_text="Mark all as read"))
    assert page.locator(".read").count() == page.locator("[data-key]").count() == before
    page.goto(f"{house.base}/papers/date/2026-01-28?order=newest&cat=cs.CV")
    assert 0 < page.locator("[data-key]").count() < before
    assert "only cs.CV" in page.locator("#control summary").inner_text()
    page.goto(house.base)
    follow(page.locator("nav.tools >> text=Search"))
    page.fill("input[type=search]", "matter number 7")
    follow(page.locator("button:has-text('Search')").first)
    assert page.locator("ol.hits li").first.inner_text().count("On matter number 7")
    follow(page.locator("text=newest").first)
    assert "order=newest" in page.url and page.locator("ol.hits li").count()
    page.goto(f"{house.base}/settings")
    page.check("#t-dark")
    follow(page.locator("text=Save settings"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.check("#t-system")
    follow(page.locator("text=Save settings"))
