"""Which language an answer is in: the browser's choice, the reader's setting, the site's, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from broadsheet.catalogue import site
from broadsheet.config import LANGUAGES
from broadsheet.readers import service as readers
from broadsheet.readers.settings import check, from_json
from broadsheet.web import access, fragments, page_cache, speaking

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No kept page of another test."""
    for forget in (page_cache.forget, fragments.forget):
        forget()
    yield


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def spoken(client: Client, path: str = "/about", **more: str) -> str:
    """What a page says of its language."""
    page = client.get(path, headers=more).content.decode()
    found = [key for key in LANGUAGES if f'<html lang="{key}"' in page]
    assert len(found) == 1, page[:200]
    return found[0]


def set_browser(client: Client, language: str, **headers: str) -> int:
    """Press the button in the foot."""
    answer = client.post("/language", {"language": language},
                         headers={"Sec-Fetch-Site": "same-origin", "Referer": "http://localhost/about", **headers})
    if answer.status_code == 302:
        assert answer["Location"] in {"http://localhost/about", "/"}
    return int(answer.status_code)


def test_the_nearest_choice_wins(client: Client) -> None:
    assert spoken(client) == "en"
    assert spoken(client, **{"Accept-Language": "de-DE,de;q=0.9"}) == "en"
    site.choose("language", "de")
    assert spoken(client) == "de"
    assert set_browser(client, "en") == 302
    assert spoken(client) == "en"
    client.cookies.clear()
    assert spoken(client) == "de"


def test_a_readers_setting_holds_in_every_browser_of_his(client: Client) -> None:
    reader = readers.make(NOW)
    given = Client(headers={"host": "localhost"}).get("/about")
    request = given.wsgi_request
    access.remember_reader(given, request, reader.key)
    client.cookies[access.READER_COOKIE] = given.cookies[access.READER_COOKIE].value
    assert spoken(client) == "en"
    settings, faults = check("chosen", (), (), hide_read=False, theme="system", keys=True, keep_marks=True,
                             language="de")
    assert not faults
    readers.choose(reader, settings)
    assert from_json(reader.settings).language == "de"
    assert spoken(client) == "de"
    set_browser(client, "en")
    assert spoken(client) == "en", "the button changes this browser"
    token = client.get("/settings").context["csrf_token"] if client.get("/settings").context else ""
    answer = client.post("/settings", {"order": "chosen", "theme": "system", "language": "de",
                                       "csrfmiddlewaretoken": str(token)})
    assert answer.status_code == 302 and answer.cookies[speaking.COOKIE].value == ""
    assert spoken(client) == "de", "what is set later in Settings holds here too"


def test_unknown_languages_change_nothing(client: Client) -> None:
    assert set_browser(client, "xx") == 404
    client.cookies[speaking.COOKIE] = "../../etc"
    assert spoken(client) == "en"
    assert from_json({"language": "tlh"}).language == ""
    assert "language" in check("chosen", (), (), hide_read=False, theme="system", keys=True, keep_marks=True,
                               language="tlh")[1]


def test_the_button_needs_no_token(client: Client) -> None:
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    assert set_browser(strict, "de") == 302 and spoken(strict) == "de"


def test_another_site_cannot_press_the_button(client: Client) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert set_browser(client, "de", **headers) == 403
    assert speaking.COOKIE not in client.cookies
    assert client.get("/language").status_code == 405


def test_programs_are_answered_in_english_and_feeds_in_the_sites_language(client: Client) -> None:
    client.cookies[speaking.COOKIE] = "de"
    english = Client(headers={"host": "localhost"})
    for path in ("/api/v1/papers/0000000000", "/feeds/front.atom", "/healthz"):
        assert client.get(path).content == english.get(path).content
    site.choose("language", "de")
    client.cookies[speaking.COOKIE] = "en"
    page_cache.forget()
    assert client.get("/feeds/front.atom").content == Client(headers={"host": "localhost"}).get(
        "/feeds/front.atom").content


def test_an_anonymous_page_stays_cacheable_in_every_language(client: Client) -> None:
    for language in LANGUAGES:
        client.cookies[speaking.COOKIE] = language
        answer = client.get("/about")
        assert answer["Cache-Control"].startswith("public") and "Cookie" in answer["Vary"]
        assert b"csrfmiddlewaretoken" not in answer.content
        assert [key for key in LANGUAGES if f'value="{key}" lang="{key}"'.encode() in answer.content] == [
            key for key in LANGUAGES if key != language]
