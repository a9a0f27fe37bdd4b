"""What is a reader's own, in a browser: counted steps with and without JavaScript, undo by key, axe-core, widths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import House
from tests.browser.test_faces import axe
from tests.support.browsing import DESKTOP, NARROW, OVERFLOW, PHONE, Browser, expect, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Where pictures of the pages go, for a person to look at; none are made without it.
PICTURES = os.environ.get("BROADSHEET_TEST_PICTURES", "")


class Steps:
    """Counts what a person does: a click, a key, a form sent."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def click(self, place: str, leads: bool = True) -> None:
        """One click, and the page that it leads to, where it ``leads`` to one (the script may act in its place)."""
        self.count += 1
        found = self.page.locator(place).first
        if leads:
            follow(found)
        else:
            found.click()


def reader(browser: Browser, house: House, **how: Any) -> Any:
    """A page of the local reader, with the front page open."""
    page = browser.tab(**how)
    page.goto(house.link)
    return page


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_tasks_take_the_steps_that_are_promised(browser: Browser, house: House, script: bool) -> None:
    """Yesterday's paper 2, save 1, hide for ever 1, follow an author 2, make a stream 3, and each undone by 1."""
    page = reader(browser, house, java_script_enabled=script)
    before = Steps(page)
    before.click("a:has-text('The edition before')")
    before.click("main h3 a")
    assert "/papers/" in page.url and "/date/" not in page.url and before.count == 2

    page.goto(house.base)
    saving = Steps(page)
    key = page.locator("article.entry:has(button[value^='save:'])").first.get_attribute("data-key")
    saving.click(f"#p{key} button[value='save:{key}']", leads=not script)
    page.locator(f"#p{key} button[value='unsave:{key}']").first.wait_for()
    assert saving.count == 1
    page.goto(f"{house.base}/saved")
    assert page.locator(f"#p{key}").count() == 1

    page.goto(house.base)
    hiding = Steps(page)
    gone = page.locator("article.entry:has(button[value^='hide:'])").last.get_attribute("data-key")
    hiding.click(f"#p{gone} button[value='hide:{gone}']", leads=not script)
    if script:
        page.locator(f"#p{gone} .gone").wait_for()
    page.goto(house.base)
    assert page.locator(f"#p{gone}").count() == 0 and hiding.count == 1
    page.goto(f"{house.base}/undo")
    follow(page.locator("button[value=undo]").first)
    page.goto(house.base)
    assert page.locator(f"#p{gone}").count() == 1

    page.goto(house.base + house.pages()["paper"])
    following = Steps(page)
    following.click(".authors a")
    following.click("button[value=follow]", leads=False)
    page.locator("button[value=unfollow]").wait_for()
    assert following.count == 2
    page.click("button[value=unfollow]")
    page.locator("button[value=follow]").wait_for()

    page.goto(house.base)
    writing = Steps(page)
    writing.click("footer a[href='/streams']")
    writing.click("a[href='/streams/new']")
    page.fill("#wanted", "matter")
    if script:
        page.locator("#preview [data-key]").first.wait_for()
    writing.click("button[value=make]")
    assert writing.count == 3 and page.locator("h1").inner_text() == "matter"
    assert page.locator("main [data-key]").count() > 5
    page.goto(f"{house.base}/undo")
    follow(page.locator("button[value=undo]").first)
    page.goto(f"{house.base}/streams")
    assert page.locator("td a").count() == 0


def test_z_takes_back_the_newest_act_wherever_it_was_done(browser: Browser, house: House) -> None:
    page = reader(browser, house)
    page.keyboard.press("j")
    key = page.evaluate("document.activeElement.closest('[data-key]').dataset.key")
    saved, open_ = (page.locator(f"#p{key} button[value='{act}:{key}']").first for act in ("unsave", "save"))
    if saved.count():  # by another test: the reader is the same
        page.keyboard.press("s")
        open_.wait_for()
    for letter, there in (("s", saved), ("z", open_), ("s", saved)):
        page.keyboard.press(letter)
        there.wait_for()
    page.goto(f"{house.base}/saved")
    assert page.locator(f"#p{key}").count() == 1
    page.keyboard.press("z")
    page.locator(f"#p{key} button[value='save:{key}']").first.wait_for()


def test_a_preview_follows_what_is_typed(browser: Browser, house: House) -> None:
    page = reader(browser, house)
    page.goto(f"{house.base}/streams/new")
    page.fill("#wanted", "matter")
    page.locator("#preview [data-key]").first.wait_for()
    many = page.locator("#preview [data-key]").count()
    page.fill("#unwanted", "number")
    page.wait_for_function("many => document.querySelectorAll('#preview [data-key]').length < many", arg=many)
    page.fill("#cap", "0")
    page.locator("#preview .err").wait_for()


def test_a_paper_is_kept_with_a_note_by_keyboard_alone(browser: Browser, house: House) -> None:
    page = reader(browser, house)
    page.goto(house.base + house.pages()["paper"])
    page.focus("a[href^='/keep/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/keep/*")
    page.focus("#new")
    page.keyboard.type("Reading group")
    page.keyboard.press("Tab")
    page.keyboard.type("Compare with theirs")
    page.keyboard.press("Tab")
    page.keyboard.type("matter, later")
    page.keyboard.press("Enter")
    page.locator(".own-note").wait_for()
    for words in ("Compare with theirs", "Reading group"):
        expect(page.locator(".own-note")).to_contain_text(words)


def test_pages_pass_axe_and_never_scroll_sideways(browser: Browser, house: House) -> None:
    page = reader(browser, house)
    first = page.locator("main [data-key]").first.get_attribute("data-key")
    page.goto(f"{house.base}/keep/{first}")
    page.fill("#new", "A collection with a name that goes on for a while")
    page.fill("#note", "A note")
    page.fill("#tags", "one, two")
    follow(page.locator("button.main"))
    page.goto(f"{house.base}/authors/ada-author")
    page.click("button[value=follow]")
    page.locator("button[value=unfollow]").wait_for()
    page.goto(f"{house.base}/streams/new")
    page.fill("#wanted", "matter")
    page.fill("#name", "Axe")
    follow(page.locator("button[value=make]"))
    stream = page.url.removeprefix(house.base)
    page.goto(f"{house.base}/collections")
    collection = page.locator("td a").first.get_attribute("href")
    places = {"collections": "/collections", "collection": collection, "keep": f"/keep/{first}", "notes": "/notes",
              "streams": "/streams", "stream": stream, "stream editor": f"{stream}/edit", "following": "/following",
              "undo": "/undo", "feeds": "/settings/feeds", "leave": "/settings/leave", "settings": "/settings",
              "author": "/authors/ada-author", "search": "/search?q=matter", "saved": "/saved"}
    faults = {}
    for size, theme in ((DESKTOP, "light"), (PHONE, "dark"), (NARROW, "light")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=theme)
        for name, place in places.items():
            page.goto(f"{house.base}{place}")
            found = axe(page) + (["wide"] if page.evaluate(OVERFLOW) > 0 else [])
            if found:
                faults[f"{name} {size[0]}"] = found
            if PICTURES:
                page.screenshot(path=str(Path(PICTURES) / f"{name.replace(' ', '-')}-{size[0]}-{theme}.png"),
                                full_page=True)
    assert faults == {}
