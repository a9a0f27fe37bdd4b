"""Kept pages are never stale: in two processes on one database, for readers and strangers, packed and plain."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.support.program import broadsheet, spawn

from broadsheet.web import limits, packing
from broadsheet.web.watch import Watcher

PAPERS = 40


def test_pieces_join_to_one_gzip_file() -> None:
    token, other = b"t" * 64, b"u" * 64
    texts = [b"<p>" + b"one two " * 9000, b"", b'\n<section class="section far">' + bytes(range(256)) * 300, b"end"]
    pieces = [packing.piece(text) for text in texts]
    whole = texts[0] + token + texts[1] + other + texts[2] + token + texts[3]
    packed = packing.gzipped(pieces, [token, other, token])
    assert gzip.decompress(packed) == whole == packing.joined(pieces, [token, other, token])
    assert gzip.decompress(packing.gzipped(pieces[:1])) == texts[0]
    assert token in packed, "a token is not packed, so that no length tells of it"


def test_the_watcher_sees_commits_of_others_and_a_file_that_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE t (x)")
    watcher = Watcher(path)
    first = watcher.version()
    assert first is not None and watcher.version() == first
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO t VALUES (1)")
    second = watcher.version()
    assert second != first and watcher.version() == second
    other.close()
    assert Watcher(tmp_path / "missing.sqlite3").version() is None


@dataclass
class Tab:
    """One browser at one of the processes."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **more: str) -> http.client.HTTPResponse:
        """One request on a connection of its own; the body stands in ``text``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Accept-Encoding": "gzip", **self.headers, **more}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        body = answer.read()
        packed = answer.getheader("Content-Encoding") == "gzip"
        answer.text = (gzip.decompress(body) if packed else body).decode()  # type: ignore[attr-defined]
        for value in answer.headers.get_all("Set-Cookie") or ():
            for one in SimpleCookie(value).values():
                self.cookies[one.key] = one.value
        connection.close()
        return answer

    def text(self, path: str, **more: str) -> str:
        """A page that is there."""
        answer = self.ask("GET", path, **more)
        assert answer.status == 200, (path, answer.status)
        return str(answer.text)  # type: ignore[attr-defined]

    def act(self, act: str, page: str = "/") -> None:
        """Press a button of a page."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.text(page))
        assert found is not None, "a reader's page has a form with a token"
        answer = self.ask("POST", "/acts", {"act": act, "csrfmiddlewaretoken": found[1], "next": "/"})
        assert answer.status == 302, answer.status


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    for _ in range(3600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert child.poll() is None, "the server ended"
            time.sleep(0.05)
    raise AssertionError("the server did not start")


@dataclass
class House:
    """A data directory and two processes that serve it."""

    data: Path
    ports: tuple[int, int]

    def local(self) -> list[Tab]:
        """The keeper's browser, at both."""
        tabs = [Tab(port) for port in self.ports]
        tabs[0].ask("GET", f"/?key={(self.data / 'local-token').read_text('ascii').strip()}")
        tabs[1].cookies = tabs[0].cookies  # one browser: cookies know no ports
        return tabs

    def strangers(self) -> list[Tab]:
        """Somebody without a cookie, at both."""
        return [Tab(port, headers={"X-Forwarded-For": "198.51.100.7"}) for port in self.ports]

    def write(self, *statements: str) -> None:
        """Write as another process does."""
        with sqlite3.connect(self.data / "broadsheet.sqlite3", timeout=20) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Papers of one day, and two servers."""
    data = tmp_path_factory.mktemp("kept")
    lines = "".join(
        f'{{"id": "arxiv:2605.{number:05d}", "title": "On bridge {number}",'
        f' "abstract": "Bridges sway. We show {number}."'
        f', "authors": ["Ada Author"], "published": "2026-05-11", "categories": ["cs.CV"], "rights": "public",'
        f' "announced": [{{"list": "arxiv_daily", "day": "2026-05-12"}}]}}\n' for number in range(1, PAPERS + 1))
    (data / "in.jsonl").write_text(lines, "utf-8")
    done = broadsheet("import", data / "in.jsonl", data=data)
    assert done.returncode == 0, done.stderr
    (data / "local-token").write_text("token-of-the-test", "ascii")
    ports = (_free_port(), _free_port())
    children = [spawn("web", "--port", str(port), data=data) for port in ports]
    try:
        for port, child in zip(ports, children, strict=True):
            _wait(port, child)
        yield House(data, ports)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(15)


def _key(house: House, number: int) -> str:
    with sqlite3.connect(house.data / "broadsheet.sqlite3") as connection:
        found = connection.execute(
            "SELECT key FROM catalogue_paper WHERE title = ?", (f"On bridge {number}",)).fetchone()
    connection.close()
    return str(found[0])


DAY = "/papers/date/2026-05-12?list=arxiv_daily"  # every entry whole, with its buttons


def test_an_act_shows_at_once_in_every_process(house: House) -> None:
    one, two = house.local()
    key = _key(house, 3)
    for _ in range(3):
        for tab in (one, two):
            assert f'value="save:{key}"' in tab.text(DAY)
        one.act(f"save:{key}")
        for tab in (two, one):
            assert all(f'value="unsave:{key}"' in tab.text(path) for path in (DAY, "/papers/2605.00003"))
        two.act(f"unsave:{key}", DAY)
    one.act(f"hide:{key}", DAY)
    assert all(f'id="p{key}"' not in tab.text(DAY) for tab in (two, one))
    two.act(f"unhide:{key}", DAY)
    assert all(f'id="p{key}"' in tab.text(DAY) for tab in (one, two))


def test_one_readers_marks_are_no_other_readers(house: House) -> None:
    key = _key(house, 4)
    first, second = Tab(house.ports[0]), Tab(house.ports[0])
    for tab, number in ((first, 4), (second, 5)):
        own = _key(house, number)
        page = tab.text(f"/acts?act=save:{own}")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        tab.ask("POST", "/acts", {"act": f"save:{own}", "keep": "1", "csrfmiddlewaretoken": token[1]})
    for _ in range(2):
        assert f'value="unsave:{key}"' in first.text(DAY)
        assert f'value="save:{key}"' in second.text(DAY)
        assert f'value="save:{key}"' in house.strangers()[0].text(DAY)


def test_a_hidden_paper_is_gone_at_once_for_everybody(house: House) -> None:
    key = _key(house, 7)
    tabs = [*house.strangers(), *house.local()]
    for tab in tabs:
        assert f'id="p{key}"' in tab.text(DAY) and "On bridge 7" in tab.text("/papers/2605.00007")
        tab.text("/papers/2605.00008")
    for state, kind in (("hidden", "drop"), ("live", "put")):
        house.write(
            f"UPDATE catalogue_paper SET state = '{state}' WHERE key = '{key}'",
            f"INSERT INTO catalogue_change (lane, paper_id, kind) SELECT 0, id, '{kind}' FROM catalogue_paper"
            f" WHERE key = '{key}'")
        for tab in tabs:
            assert (f'id="p{key}"' in tab.text(DAY)) == (state == "live")
            assert tab.ask("GET", "/papers/2605.00007").status == (200 if state == "live" else 404)
            assert (f'id="p{key}"' in tab.text("/papers/2605.00008")) <= (state == "live")


def test_records_choices_and_sources_show_at_once(house: House) -> None:
    tabs = house.strangers()
    for tab in tabs:
        assert "received" in tab.text("/papers/2605.00009")
    house.write("UPDATE catalogue_sourcerecord SET received_at = '2001-02-03 00:00:00' WHERE paper_id ="
                f" (SELECT id FROM catalogue_paper WHERE key = '{_key(house, 9)}')")
    assert all("3\u00a0Feb\u00a02001" in tab.text("/papers/2605.00009") for tab in tabs)
    house.write("INSERT INTO catalogue_sitechoice (name, value) VALUES ('name', '\"The Bridge\"')")
    assert all("The Bridge" in tab.text(path) for tab in tabs for path in (DAY, "/papers/2605.00009"))
    house.write("UPDATE catalogue_sitechoice SET value = '\"The Ferry\"'")
    assert all("The Ferry" in tab.text(path) for tab in tabs for path in (DAY, "/papers/2605.00009"))


def test_a_page_given_at_the_door_is_the_page_that_django_gave(house: House) -> None:
    for path in ("/papers/date/2026-05-12", DAY, "/papers/2605.00011"):
        for encoding in ("gzip", "identity", "gzip, br"):
            tab = Tab(house.ports[0], headers={"X-Forwarded-For": "198.51.100.8", "Accept-Encoding": encoding})
            first, again = tab.ask("GET", path), tab.ask("GET", path)
            assert first.text == again.text  # type: ignore[attr-defined]
            named = [sorted((name.lower(), value) for name, value in answer.getheaders() if name.lower() != "date")
                     for answer in (first, again)]
            assert named[0] == named[1]
            sent = dict(named[0])
            assert sent["cache-control"].startswith("public") and sent["vary"] == "Accept-Encoding, Cookie"
            assert ("content-encoding" in sent) == ("gzip" in encoding) and "set-cookie" not in sent
            assert "csrfmiddlewaretoken" not in again.text  # type: ignore[attr-defined]
            assert tab.ask("GET", path, **{"If-None-Match": sent["etag"]}).status == 304
            assert tab.ask("HEAD", path).status == 200


def test_two_languages_are_never_mixed(house: House) -> None:
    """At the door and behind it, packed and plain, for strangers and for the reader of local mode, in both orders."""
    words = {"": ('<html lang="en"', "Tuesday"), "en": ('<html lang="en"', "Tuesday"),
             "de": ('<html lang="de"', "Dienstag")}
    tags: dict[tuple[str, str, str], set[str]] = {}
    for turn, encoding in enumerate(("gzip", "identity") * 2):
        for asked in (("", "de", "en", "de") if turn % 2 else ("de", "", "de", "en")):
            for who, tabs in (("stranger", house.strangers()), ("local", house.local())):
                for tab in tabs:
                    tab.headers["Accept-Encoding"] = encoding
                    if who == "stranger":  # an address for each turn: who walks too fast is held up
                        tab.headers["X-Forwarded-For"] = f"198.51.100.{50 + turn}"
                    if asked:
                        tab.cookies["language"] = asked
                    for path in ("/papers/date/2026-05-12", "/papers/2605.00011"):
                        answer = tab.ask("GET", path)
                        page = str(answer.text)  # type: ignore[attr-defined]
                        assert words[asked][0] in page, (who, path, asked)
                        if "date" in path:
                            assert words[asked][1] in page and ("Dienstag" in page) == (asked == "de")
                        tag = answer.getheader("ETag") or ""
                        tags.setdefault((who, path, asked or "en"), set()).add(tag)
                        other = {"": "de", "en": "de", "de": "en"}[asked]
                        tab.cookies["language"] = other
                        assert tab.ask("GET", path, **{"If-None-Match": tag}).status == 200, "not the same page"
                        tab.cookies.pop("language")
                        if asked:
                            tab.cookies["language"] = asked
    for (who, path, language), made in tags.items():
        assert not made & tags[who, path, "de" if language == "en" else "en"]


def test_the_limit_for_walkers_holds_at_the_door_too(house: House) -> None:
    tab = Tab(house.ports[0], headers={"X-Forwarded-For": "198.51.100.99"})
    codes = [tab.ask("GET", "/papers/2605.00012").status for _ in range(90)]
    assert codes[:50] == [200] * 50 and 429 in codes


def test_a_readers_page_has_a_new_token_each_time_and_a_tag_that_outlives_it(house: House) -> None:
    tab = house.local()[0]
    tab.text(DAY)
    one, two = tab.ask("GET", DAY), tab.ask("GET", DAY)
    tokens = [re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)  # type: ignore[attr-defined]
              for answer in (one, two)]
    assert tokens[0] and tokens[0] != tokens[1]
    assert one.getheader("Cache-Control") == "private, no-cache" and "Cookie" in (one.getheader("Vary") or "")
    assert one.getheader("ETag") == two.getheader("ETag")
    assert tab.ask("GET", DAY, **{"If-None-Match": one.getheader("ETag") or ""}).status == 304
    tab.act(f"read:{_key(house, 20)}", DAY)
    assert tab.ask("GET", DAY, **{"If-None-Match": one.getheader("ETag") or ""}).status == 200


def test_walkers_are_counted_by_all_processes_together(tmp_path: Path) -> None:
    moment = [1000.0]
    one, two = (limits.SharedBuckets(tmp_path / "walkers", 10, 1, lambda: moment[0]) for _ in range(2))
    waits = [bucket.take("198.51.100.1") for _ in range(5) for bucket in (one, two)]
    assert waits == [0.0] * 10
    assert one.take("198.51.100.1") == two.take("198.51.100.1") == 1.0
    assert one.take("198.51.100.2") == 0.0
    moment[0] += 3
    assert [two.take("198.51.100.1") for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    for number in range(40_000):  # a flood of others pushes nobody out at once
        one.take(f"2001:db8:{number:x}::/64")
    moment[0] = 1.0  # after a restart of the machine its clock begins anew
    assert two.take("198.51.100.1") == 0.0
