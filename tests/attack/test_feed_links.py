"""Every page names a feed, and whoever sees the page may read that feed; a private list names none of its own."""

from __future__ import annotations

import html
import re

import pytest
from tests.support import people

from broadsheet.web import limits
from broadsheet.web.middleware import ReaderMiddleware

from . import matrix

pytestmark = pytest.mark.django_db
_LINK = re.compile(r'<link rel="alternate" type="application/(atom|rss|feed)\+(?:xml|json)" href="([^"]+)"')


def test_every_page_names_a_feed_in_three_formats(world: people.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1e9, 1e9))  # nobody is held up who looks at all
    wrong, pages, asked = [], 0, {}
    for row in (row for row in matrix.rows() if row.method == "GET"):
        place = matrix.place_of(row, world.things)
        for persona in ("stranger", "author", "administrator", "local"):
            answer = world.ask(persona, "GET", place)
            text = answer.content.decode("utf-8", "replace")
            if answer.status_code != 200 or not text.lstrip().startswith("<!doctype html") or "<header>" not in text:
                continue  # no page: a file, a fragment, a mail
            pages += 1
            found = _LINK.findall(text)
            if [one for one, _ in found[:3]] != ["atom", "rss", "feed"]:
                wrong.append(f"{persona} {place}: {found}")
            for _, address in found:
                address = html.unescape(address)
                if address not in asked:
                    asked[address] = world.ask(persona, "GET", address).status_code
                if asked[address] != 200:
                    wrong.append(f"{persona} {place}: {address} answers {asked[address]}")
    assert not wrong, "\n".join(wrong)
    assert pages > 100 and len(asked) > 20, (pages, len(asked))


def test_what_is_shared_names_its_own_feed_and_what_is_private_does_not(world: people.World) -> None:
    for kind in ("collection", "stream"):
        for word in ("shared", "private"):
            key = world.things[f"{kind}_{word}"]
            text = world.ask("author", "GET", f"/{kind}s/{key}").content.decode()
            assert (f"/feeds/{kind}s/{key}.atom" in _LINK.findall(text)[0][1]) == (word == "shared"), (kind, word)
