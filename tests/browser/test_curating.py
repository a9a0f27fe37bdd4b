"""An editor curates a day in a browser: without JavaScript, narrow, and nothing for axe-core to find."""

from __future__ import annotations

import pytest
from tests.browser.conftest import House
from tests.browser.test_faces import axe
from tests.support.browsing import DESKTOP, NARROW, OVERFLOW, PHONE, Browser, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY = "2026-01-28"  # an edition of the sample
CURATE = f"/curate/{DAY}"
HEADLINE = "A day for benchmarks, and for what they leave out"


def test_an_editor_curates_without_javascript_and_undoes_it(browser: Browser, house: House) -> None:
    page = browser.tab(java_script_enabled=False)
    page.goto(house.link)
    page.goto(f"{house.base}/papers/date/{DAY}")
    follow(page.get_by_role("link", name="Curate this edition"))
    assert "This day is automatic" in page.locator("main").inner_text()
    rows = page.locator("ol.rows-plain > li")
    first, third = (rows.nth(place).locator("h3").inner_text() for place in (0, 2))
    follow(rows.nth(2).get_by_role("button", name="Pin first"))
    assert rows.nth(0).locator("h3").inner_text() == third
    follow(rows.filter(has_text=first).get_by_role("button", name="Drop"))  # wherever it stands now
    page.get_by_label("Headline of the day").fill(HEADLINE)
    page.get_by_label("Note", exact=True).fill("Read it *slowly*.")
    follow(page.get_by_role("button", name="Save"))
    visitor = browser.tab(java_script_enabled=False)  # nothing that another test hid or read changes what is seen
    visitor.goto(f"{house.base}/papers/date/{DAY}")
    lead = visitor.locator("article.lead")
    assert lead.locator("h3").inner_text() == third and "Pinned by the editors" in lead.inner_text()
    assert visitor.get_by_role("heading", name=HEADLINE).is_visible() and visitor.locator(".daynote em").count() == 1
    assert visitor.locator("article.entry h3", has_text=first).count() == 0
    page.goto(house.base + CURATE)
    follow(page.get_by_role("button", name="Make the day automatic again"))
    page.get_by_label("Headline of the day").fill("")
    page.get_by_label("Note", exact=True).fill("")
    follow(page.get_by_role("button", name="Save"))
    visitor.reload()
    # Who leads is the formula's affair again: what other tests voted for may have moved it meanwhile.
    assert visitor.locator("article.entry h3", has_text=first).count() == 1
    assert "Pinned by the editors" not in visitor.locator("main").inner_text()
    assert visitor.locator(".daynote").count() == 0


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_where_editors_work(
    browser: Browser, house: House, size: tuple[int, int], theme: str
) -> None:
    page = browser.tab(size, theme, bypass_csp=True)
    page.goto(house.link)
    page.goto(house.base + CURATE)
    key = page.locator("ol.rows-plain > li").first.get_attribute("id")
    assert key is not None
    found = {path: faults for path in (CURATE, f"{CURATE}?paper={key[1:]}", f"{CURATE}?q=zzz", "/trending?window=month")
             if (faults := _faults(page, house.base + path))}
    assert found == {}


def _faults(page: object, address: str) -> list[str]:
    page.goto(address)  # type: ignore[attr-defined]
    return axe(page)


def test_it_fits_a_narrow_window(browser: Browser, house: House) -> None:
    page = browser.tab(NARROW)
    page.goto(house.link)
    for path in (CURATE, "/trending?window=day"):
        page.goto(house.base + path)
        assert page.evaluate(OVERFLOW) <= 0, path
