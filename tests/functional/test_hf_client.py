"""The huggingface_hub package and its ``hf papers`` commands, written by others, against a running Broadsheet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError
from tests.support.incoming import take

from broadsheet import config
from broadsheet.catalogue import papers, site
from broadsheet.catalogue.models import Paper
from broadsheet.readers import comments, service, tallies, votes
from broadsheet.readers.accounts import service as accounts
from broadsheet.readers.models import Claim, Reader, Submission
from broadsheet.search import service as search
from broadsheet.search.follower import Follower

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
DAY = NOW.date()
OLD = datetime(2020, 1, 1, tzinfo=UTC)
ABSTRACT = "We weigh the neighbours of a node. The second sentence tells what nobody expected. " * 6


def _records() -> Iterator[dict[str, Any]]:
    """Invented papers as a list of Hugging Face's day: one with everything, one with nothing, one members-only."""
    yield {
        "id": "arxiv:2605.00001", "title": "Graph attention, whole", "abstract": ABSTRACT, "upvotes": 46,
        "authors": ["Lovelace, Ada", "Noether, Emmy"], "published": "2026-05-10", "comments": 3,
        "organization": "Institute of Nowhere", "submitted_by": "Bo Sample", "github_stars": 1234,
        "project_page": "https://example.org/project", "ai_summary": "It weighs.", "ai_keywords": ["graphs", "weights"],
        "github": "https://github.com/example/attention", "categories": ["cs.LG"],
        "announced": [{"day": DAY.isoformat(), "category": None, "list": "hf_daily"}],
    }
    yield {"id": "arxiv:2605.00002", "title": "Nothing but a title", "abstract": "", "authors": [],
           "announced": [{"day": DAY.isoformat(), "category": "cs.LG", "list": "arxiv_daily"}]}
    yield {"id": "doi:10.5555/a.b-1", "title": "Elsewhere: attention in journals", "abstract": ABSTRACT,
           "authors": ["Noether, Emmy"], "published": "2026-05",
           "announced": [{"day": DAY.isoformat(), "category": "cs.LG", "list": "arxiv_daily"}]}
    for number in range(10, 70):
        yield {"id": f"arxiv:2605.{number:05d}", "title": f"Paper number {number}", "abstract": "We show it.",
               "authors": ["Example, Cy"], "published": "2026-05-01",
               "announced": [{"day": "2026-05-04", "category": "cs.CV", "list": "arxiv_daily"}]}


class House:
    """A running site, and the client for it."""

    def __init__(self, base: str, folder: Path) -> None:
        self.base, self.folder = base, folder
        self.api = HfApi(endpoint=base, token=False)
        self.paper = papers.by_identifier("arxiv", "2605.00001")

    def hf(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``hf`` as a person runs it."""
        given = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
        given |= {"HF_ENDPOINT": self.base, "HF_HOME": str(self.folder / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1",
                  "COLUMNS": "200", "NO_COLOR": "1", "no_proxy": "*"}
        command = [str(Path(sys.executable).parent / "hf"), *arguments]
        return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False)

    def hf_json(self, *arguments: str) -> Any:
        """What ``hf ... --format json`` prints."""
        done = self.hf(*arguments, "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def house(live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A site with 63 papers, two votes, a comment, a submission and a confirmed author; with its index."""
    tallies.forget()
    monkeypatch.setattr(config, "_current", replace(config.current(), data=tmp_path))
    monkeypatch.setattr(search, "_embedder", search.Embedder(full=False))
    file = tmp_path / "papers.jsonl"
    file.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in _records()))
    take(file)
    made = House(live_server.url, tmp_path)
    ada, bo = (_member(name) for name in ("Ada", "Bo"))
    for reader in (ada, bo):
        votes.cast(reader, made.paper.pk, NOW)
    Claim.objects.create(paper=made.paper, reader=ada, position=0, state="confirmed", made_at=OLD, decided_at=NOW)
    comments.write(ada, made.paper.pk, "A *remark* by its author.", NOW)
    bare = papers.by_identifier("arxiv", "2605.00002")
    Submission.objects.create(paper=bare, reader=bo, day=DAY, made_at=NOW)
    follower = Follower(config.current().index_dir)
    while follower.step():
        continue
    return made


def _member(name: str) -> Reader:
    account = accounts.add(f"{name.lower()}@example.org", name, (), OLD, password=None)
    return account.reader


def test_daily_papers_fill_every_field_that_the_client_parses(house: House) -> None:
    found = {one.id: one for one in house.api.list_daily_papers(date=DAY.isoformat())}
    assert set(found) == {"2605.00001", "2605.00002", "doi/10.5555/a.b-1"}
    whole = found["2605.00001"]
    assert whole.title == "Graph attention, whole" and whole.summary.startswith("We weigh")
    assert [one.name for one in whole.authors] == ["Ada Lovelace", "Emmy Noether"]
    assert (whole.authors[0].user.username, whole.authors[0].status) == ("ada", "claimed_verified")
    assert whole.authors[0].status_last_changed_at.date() == DAY and whole.authors[1].user is None
    assert not whole.authors[0].hidden
    assert (whole.upvotes, whole.comments) == (2, 1), "given here; what another site counted stands apart"
    assert whole.votesElsewhere == {"Hugging Face": 46} and whole.isAuthorParticipating
    assert whole.published_at == datetime(2026, 5, 10, tzinfo=UTC) and whole.submitted_at.date() == DAY
    assert (whole.submitted_by.fullname, whole.submitted_by.avatar_url) == ("Bo Sample", "")
    assert (whole.organization.fullname, whole.organization.name) == ("Institute of Nowhere", "institute-of-nowhere")
    assert whole.project_page == "https://example.org/project"
    assert (whole.github_repo, whole.github_stars) == ("https://github.com/example/attention", 1234)
    assert whole.discussion_id == house.paper.key and whole.source == "arxiv"
    assert whole.ai_summary is whole.ai_keywords is None, "machine-written text is shown where the keeper wants it"
    bare = found["2605.00002"]
    assert (bare.upvotes, bare.comments, bare.summary, bare.authors) == (0, 0, "", None)
    assert bare.submitted_by.username == "bo" and bare.published_at.date() == DAY
    assert found["doi/10.5555/a.b-1"].published_at == datetime(2026, 5, 1, tzinfo=UTC)
    site.choose("machine_text", True)
    again = next(one for one in house.api.list_daily_papers(date=DAY.isoformat()) if one.id == whole.id)
    assert (again.ai_summary, again.ai_keywords) == ("It weighs.", ["graphs", "weights"])


def test_days_weeks_months_pages_and_orders(house: House) -> None:
    daily: Callable[..., list[Any]] = lambda **how: list(house.api.list_daily_papers(**how))  # noqa: E731
    assert len(daily(date="2026-05-04")) == 50 == len(daily(date="2026-05-04", p=0))
    assert len(daily(date="2026-05-04", p=1)) == 10
    assert len(daily(date="2026-05-04", limit=100)) == 60 == len(daily(week="2026-W19", limit=100))
    assert len(daily(month="2026-05", limit=100)) == 60 and daily(month="2026-06") == daily(date="2001-01-06") == []
    pages = [one.id for page in range(7) for one in daily(p=page, limit=10)]
    assert len(pages) == len(set(pages)) == 63 and set(pages[:3]) == {one.id for one in daily(date=DAY.isoformat())}
    assert daily(limit=0) == []
    assert daily(sort="trending")[0].id == "2605.00001"
    assert daily(date=DAY.isoformat(), sort="trending")[0].id == "2605.00001"
    assert len(daily(date="2026-05-04", sort="trending")) == 50
    assert [one.id for one in daily(submitter="bo")] == ["2605.00002"]
    assert [one.id for one in daily(submitter="Bo Sample", date=DAY.isoformat())] == ["2605.00001"]
    assert daily(submitter="nobody") == []
    for wrong in ({"date": "yesterday"}, {"week": "2026-20"}, {"month": "May"}, {"sort": "votes"}, {"p": -1}):
        with pytest.raises(BadRequestError):
            daily(**wrong)


def test_pages_name_the_next_one(house: House) -> None:
    with httpx.Client(trust_env=False, base_url=house.base) as client:
        first = client.get("/api/daily_papers?date=2026-05-04&limit=40")
        assert 'rel="next"' in first.headers["link"]
        second = client.get(first.links["next"]["url"])
        assert len(second.json()) == 20 and "link" not in second.headers
        assert len(client.get(f"/api/daily_papers?date={DAY}&list=hf_daily").json()) == 1
        known = client.get("/api/papers/2605.00001")
        assert client.get("/api/papers/2605.00001", headers={"If-None-Match": known.headers["etag"]}).status_code == 304


def test_searching_and_one_paper(house: House) -> None:
    found = list(house.api.list_papers(query="attention", limit=2))
    assert {one.id for one in found} == {"2605.00001", "doi/10.5555/a.b-1"}
    assert len(list(house.api.list_papers(limit=7))) == 7
    for path in ("2605.00001", "doi/10.5555/a.b-1", house.paper.key, "2605.00001v2"):
        assert house.api.paper_info(path).id in path or path == house.paper.key or path.endswith("v2")
    whole = house.api.paper_info("2605.00001")
    assert (whole.upvotes, whole.comments, whole.submitted_at.date()) == (2, 1, DAY)
    assert whole.published_at.date() == date(2026, 5, 10) and whole.submitted_by.fullname == "Bo Sample"
    assert (whole.linked_models, whole.num_total_models, whole.github_stars) == ([], 0, 1234)
    assert whole.organization.fullname == "Institute of Nowhere"
    with pytest.raises(HfHubHTTPError, match="404"):
        house.api.paper_info("2605.99999")


def test_a_paper_is_read_as_markdown(house: House) -> None:
    text = house.api.read_paper("2605.00001")
    assert text.startswith("# Graph attention, whole\n\nAda Lovelace, Emmy Noether")
    assert "Votes here: 2" in text and "> A *remark* by its author." in text
    with pytest.raises(HfHubHTTPError, match="404"):
        house.api.read_paper("2605.99999")


def test_rights_hold_for_programs_too(house: House) -> None:
    Paper.objects.update(rights="members")
    assert len(house.api.paper_info("2605.00001").summary) <= 300
    assert house.api.read_paper("2605.00001").count("second sentence") <= 3
    assert all(len(one.summary) <= 300 for one in house.api.list_papers(query="attention"))
    papers.hide(house.paper, NOW)
    assert "2605.00001" not in {one.id for one in house.api.list_daily_papers(date=DAY.isoformat())}


def test_the_commands(house: House) -> None:
    listed = house.hf_json("papers", "ls", "--date", "today")
    assert {one["id"] for one in listed} == {"2605.00001", "2605.00002", "doi/10.5555/a.b-1"}
    by_id = {one["id"]: one for one in listed}
    assert by_id["2605.00001"]["upvotes"] == 2 and by_id["2605.00001"]["submitted_by_name"] == "Bo Sample"
    assert by_id["2605.00002"]["submitted_by_name"] == "Bo"
    assert len(house.hf_json("papers", "ls", "--week", "2026-W19", "--limit", "5")) == 5
    assert house.hf_json("papers", "ls", "--sort", "trending")[0]["id"] == "2605.00001"
    assert len(house.hf_json("papers", "ls", "--submitter", "bo")) == 1
    found = house.hf_json("papers", "search", "attention", "--limit", "1")
    assert len(found) == 1 and "attention" in found[0]["title"].lower()
    assert house.hf_json("papers", "info", "2605.00001")["upvotes"] == 2
    assert house.hf("papers", "read", "2605.00001").stdout.startswith("# Graph attention, whole")
    missing = house.hf("papers", "info", "2605.99999")
    assert missing.returncode != 0 and "not found" in missing.stderr


def test_queries_do_not_grow_with_papers(house: House, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, counts = Client(), []
    for limit in (1, 50):
        client.get(f"/api/daily_papers?date=2026-05-04&limit={limit}")
        with CaptureQueriesContext(connection, ) as asked:
            assert len(client.get(f"/api/daily_papers?date=2026-05-04&limit={limit}").json()) == limit
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12, counts
    assert service.find("nobody") is None
