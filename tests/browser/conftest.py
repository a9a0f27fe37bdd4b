"""A site for all browser tests: the bundled sample and a day of awkward papers, served by the program itself."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.browsing import Browser, chromium, started
from tests.support.program import broadsheet

LONG = "A title that does not end where titles end but goes on " * 12
TODAY = datetime.now(UTC).date() - timedelta(days=1)  # whatever the zone of the machine, not a day to come


def awkward(day: str) -> list[dict[str, Any]]:
    """Papers that strain a page: scripts, formulas, many authors, nothing at all; three fill the sections."""
    cases: list[dict[str, Any]] = [
        {"title": LONG.strip(), "authors": ["Ada Author"]},
        {"title": "כותרת בעברית על למידת מכונה", "authors": ["דוד לוי"], "abstract": "אנו מראים שהשיטה עובדת."},
        {"title": "基于对比学习的蛋白质表示", "authors": ["王小明", "李华"], "abstract": "本文证明该方法有效。"},
        {"title": r"On $\sum_{i=1}^{n} x_i^2 \le \frac{1}{2}$ and RR~Lyrae -- \"old\" stars", "authors": ["Bo Writer"]},
        {"title": "Of seventy authors", "authors": [f"Author Number{number}" for number in range(70)]},
        {"title": "Of no authors and no abstract", "authors": [], "abstract": ""},
        {"title": "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3, "authors": ["Wolfeschlegelsteinhausen" * 2]},
        {"title": "Taken back", "retraction": {"kind": "retracted", "reason": "The data were wrong.", "day": day}},
        {"title": "For members alone", "rights": "members"},
    ]  # fmt: skip
    for number in range(31):
        cases.append({"title": f"On matter number {number}", "authors": ["Ada Author", "Bo Writer", "Cy Test"]})
    made = []
    for number, case in enumerate(cases):
        made.append({
            "id": f"arxiv:{day[2:4]}{day[5:7]}.{30000 + number}", "published": day,
            "abstract": f"Matter is old. We show that number {number} of it is new. It remains open why.",
            "authors": ["Ada Author"], "categories": [("cs.CV", "cs.LG", "math.RT", "astro-ph.GA")[number % 4]],
            "keywords": ["matter"], "organization": "Institute of Nowhere", "upvotes": number * 3,
            "comments": number % 5,
            "announced": [{"day": day, "list": "hf_daily", "votes": number * 3}],
            "versions": [{"number": 1, "submitted": day}, {"number": 2, "submitted": day}], **case,
        })  # fmt: skip
    return made


@dataclass(frozen=True)
class House:
    """A running site. ``link`` lets a browser in as the keeper, ``base`` is the address for strangers."""

    link: str
    data: Path
    papers: list[dict[str, Any]]

    @property
    def base(self) -> str:
        return self.link.partition("/?")[0]

    def pages(self) -> dict[str, str]:
        """Every kind of page there is, by name, with an address that shows it."""
        first = self.papers[0]["id"].partition(":")[2][:5]
        day = self.papers[0]["published"]
        week = "{0.year}-W{0.week:02d}".format(datetime.fromisoformat(day).isocalendar())
        paper = f"/papers/{first}{{}}".format
        return {
            "front": "/", "day": f"/papers/date/{day}", "newest first": "/?order=newest", "nothing left": "/?cat=zz.ZZ",
            "list": f"/papers/date/{day}?list=hf_daily", "empty day": "/papers/date/2001-01-06",
            "week": f"/papers/week/{week}", "month": f"/papers/month/{day[:7]}", "archive": "/archive",
            "trending": "/trending", "field": f"/field/vision?date={day}", "search": "/search?q=matter+number",
            "search empty": "/search", "no hit": "/search?q=xqzzyv&mode=words", "wrong query": "/search?q=%22matter",
            "paper": paper("30009"), "paper, formula": paper("30003"), "paper, 70 authors": paper("30004"),
            "paper, nothing": paper("30005"), "paper, long": paper("30000"), "paper, unbroken": paper("30006"),
            "paper, retracted": paper("30007"), "paper, Hebrew": paper("30001"), "topic": "/topics/matter",
            "category": "/topics/cs.CV", "author": "/authors/ada-author", "organisation":
            "/organisations/institute-of-nowhere", "about": "/about", "question": "/setup",
            "sources": "/setup/progress", "settings": "/settings", "saved": "/saved", "not found": "/nothing/here",
            "formula": "/formula/edition", "formula of trending": "/formula/trending",
        }  # fmt: skip


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A fresh data directory with the sample, on request with the awkward papers too; made once for all workers."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared

    def give(strained: bool = False) -> Path:
        whole = shared / f"stocked-{strained:d}"
        with (shared / f"stocked-{strained:d}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                half = shared / f"stocking-{strained:d}"
                _stock(half / "data", strained)
                half.rename(whole)
        fresh = tmp_path_factory.mktemp("stocked") / "data"
        shutil.copytree(whole / "data", fresh)
        return fresh

    return give


def _stock(data: Path, strained: bool) -> None:
    commands: list[tuple[str, ...]] = [("sample", "load")]
    if strained:
        file = data.parent / "awkward.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text("".join(json.dumps(paper) + "\n" for paper in awkward(TODAY.isoformat())), "utf-8")
        commands.append(("import", str(file), "--rights", "public"))
    for command in commands:
        done = broadsheet(*command, data=data, timeout=300)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def house(stocked: Callable[..., Path]) -> Iterator[House]:
    """The site, with its index up to date."""
    data, papers = stocked(True), awkward(TODAY.isoformat())
    with started(data) as link:
        made = House(link, data, papers)
        for _ in range(100):
            found = httpx.get(f"{made.base}/api/v1/search?q=matter", timeout=60, trust_env=False)
            if found.status_code == 200 and found.json()["total"] > 30:
                break
        else:
            raise AssertionError(f"the index did not catch up: {found.text[:300]}")
        yield made


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium, which must ask no other host."""
    with chromium() as made:
        yield made


@pytest.fixture
def keeper(browser: Browser, house: House) -> Any:
    """A page of the keeper's browser, in local mode."""
    page = browser.tab()
    page.goto(house.link)
    return page
