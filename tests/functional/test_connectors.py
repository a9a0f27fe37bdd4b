"""One suite that every connector passes, against a real server on loopback; then what is particular to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.support.harvesting import NOW, FastClock, client_for, config_for, state_of_catalogue
from tests.support.loopback import Loopback, papers

from broadsheet.catalogue import forms
from broadsheet.catalogue.models import Announcement, Paper, SourceRecord
from broadsheet.sources.harvest import harvest
from broadsheet.sources.models import SourceState
from broadsheet.sources.presets import Choice
from broadsheet.sources.schedule import due, plan_sources, status

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("arxiv-oai", "arxiv-rss", "hf-daily")


@pytest.fixture
def world() -> Iterator[Loopback]:
    """A server with seven invented papers in every protocol."""
    some = papers()
    with Loopback(some, {"cs.LG": [(p, "new") for p in some[:4]], "cs.AI": [(p, "cross") for p in some[2:]]},
                  daily={"2026-11-19": [(some[0], 4)], "2026-11-20": [(p, 9) for p in some[1:]]}) as server:
        yield server


class Harvester:
    """Harvests with the real client and a clock that does not wait."""

    def __init__(self, world: Loopback, data: Path) -> None:
        self.config = config_for(world.base, data)
        self.clock = FastClock()
        self.now = NOW
        plan_sources(Choice(("cs.LG", "cs.AI"), hf=True), NOW)

    def run(self, name: str, **values):
        """One harvest, an hour after the last."""
        read = values.pop("read_seconds", 5.0)
        with client_for(self.config, self.clock, read_seconds=read) as client:
            out = harvest(name, now=self.now, client=client, config=self.config, dice=lambda: 0.5, **values)
        self.now += timedelta(hours=1)
        return out


@pytest.fixture
def harvester(world: Loopback, data_dir: Path) -> Harvester:
    return Harvester(world, data_dir)


@pytest.mark.parametrize("name", NAMES)
class TestConformance:
    """What holds for every source."""

    def test_reads_all_and_tells_it(self, world, harvester, name):
        out = harvester.run(name)
        assert out.outcome == "ok" and out.counts.added == 7, out.sentence
        assert Paper.objects.count() == 7
        row = SourceState.objects.get(name=name)
        assert row.outcome == "ok" and "run" not in row.cursor and row.due_at > NOW and row.succeeded_at == NOW
        assert "keeper@example.org" in next(iter(world.agents)) and "Broadsheet/" in next(iter(world.agents))

    def test_again_changes_nothing(self, world, harvester, name):
        harvester.run(name)
        before = state_of_catalogue()
        out = harvester.run(name)
        assert out.outcome in ("ok", "empty") and not (out.counts.added or out.counts.updated or out.counts.merged)
        assert state_of_catalogue() == before

    def test_stored_bytes_give_the_same_record(self, world, harvester, name):
        harvester.run(name)
        import zstandard

        for row in SourceRecord.objects.all():
            record = forms.parse(row.form, zstandard.ZstdDecompressor().decompress(bytes(row.body)))
            assert record.identifiers[0][1] in row.source_key and record.title.startswith("Invented")

    def test_empty_has_a_cause(self, world, harvester, name):
        world.papers, world.feeds, world.daily = [], {}, {}
        out = harvester.run(name)
        assert out.outcome == "empty" and len(out.sentence) > 30, out.sentence

    def test_busy_is_waited_for(self, world, harvester, name):
        world.faults = ["503"]
        assert harvester.run(name).outcome == "ok"
        assert sum(harvester.clock.slept) >= 7

    @pytest.mark.parametrize("fault", ["500", "cut", "empty"])
    def test_one_fault_is_asked_again(self, world, harvester, name, fault):
        world.faults = [fault]
        assert harvester.run(name).outcome == "ok"
        assert Paper.objects.count() == 7

    @pytest.mark.parametrize(("fault", "kind"), [
        ("503", "busy"), ("500", "server"), ("html", "html"), ("loop", "redirect"),
        ("cut", "cut"), ("empty", "empty"), ("bomb", "malformed"),
    ])
    def test_lasting_fault_is_stored_state(self, world, harvester, name, fault, kind):
        world.faults = [fault] * 40
        out = harvester.run(name)
        assert out.outcome == "failed" and out.error is not None and out.error.kind == kind, out.sentence
        row = SourceState.objects.get(name=name)
        assert row.failures == 1 and row.detail == out.sentence and row.due_at > NOW
        assert "Next try" in row.detail and Paper.objects.count() == 0
        world.faults = []
        assert harvester.run(name).outcome == "ok" and Paper.objects.count() == 7
        assert SourceState.objects.get(name=name).failures == 0

    def test_slow_source(self, world, harvester, name):
        world.faults = ["slow"] * 3
        assert harvester.run(name, read_seconds=0.2).error.kind == "timeout"

    def test_bad_record_does_not_lose_the_rest(self, world, harvester, name):
        world.faults = ["bad-xml"]
        out = harvester.run(name)
        assert out.outcome == "ok" and Paper.objects.count() >= 6, out.sentence

    def test_pause_between_requests(self, world, harvester, name):
        harvester.run(name)
        assert len(harvester.clock.slept) >= len(world.asked) - 1
        waited = sum(harvester.clock.slept)
        assert waited >= 3.0 * (len(world.asked) - 1) - 0.01

    def test_offline(self, world, harvester, name):
        harvester.config = replace(harvester.config, offline=True)
        assert harvester.run(name).error.kind == "offline" and not world.asked

    def test_private_addresses_are_refused(self, world, harvester, name):
        harvester.config = replace(harvester.config, allow_private_hosts=False)
        assert harvester.run(name).error.kind == "private" and not world.asked


def test_oai_pages_tokens_and_days(world, harvester):
    harvester.run("arxiv-oai")
    paper = Paper.objects.get(title="Invented paper number 1")
    assert [author["name"] for author in paper.authors] == ["Ada Example", "Bo Sample", "Cy Test"]
    assert paper.rights == "public" and paper.categories == ["cs.LG", "cs.AI"]
    rows = Announcement.objects.filter(paper=paper)
    assert {(r.category, r.kind, r.day, r.inferred) for r in rows} == {
        ("cs.LG", "new", date(2026, 11, 17), True), ("cs.AI", "cross-list", date(2026, 11, 17), True)}


def test_oai_expired_token_begins_again(world, harvester):
    world.papers = [replace(p, stamp="2026-11-10") for p in world.papers]
    world.expire_tokens = 1
    assert harvester.run("arxiv-oai").outcome == "ok"
    assert Paper.objects.count() == 7


def test_oai_token_that_never_works_fails(world, harvester):
    world.papers = [replace(p, stamp="2026-11-10") for p in world.papers]
    world.expire_tokens = 99
    out = harvester.run("arxiv-oai")
    assert out.error.kind == "protocol" and Paper.objects.count() == 3
    assert "were kept" in out.sentence
    world.expire_tokens = 1  # the next day arXiv is well again, and the token of yesterday is of no use
    assert harvester.run("arxiv-oai").outcome == "ok" and Paper.objects.count() == 7


def test_oai_falls_back_to_the_other_format(world, harvester):
    world.raw_known = False
    assert harvester.run("arxiv-oai").counts.added == 7
    assert set(SourceRecord.objects.values_list("form", flat=True)) == {"arxiv/1"}


def test_oai_deleted_record(world, harvester):
    harvester.run("arxiv-oai")
    world.papers[6] = replace(world.papers[6], deleted=True, stamp="2026-11-20")
    harvester.run("arxiv-oai")
    gone = Paper.objects.get(identifier_rows__value="2611.10006")
    assert gone.state == "deleted" and Paper.objects.filter(state="live").count() == 6
    assert gone.title == "Invented paper number 6" and gone.authors, "what was known before it was taken back is lost"


def test_oai_withdrawn(world, harvester):
    world.papers[0] = replace(world.papers[0], comments="This paper has been withdrawn by the author: a wrong sign")
    harvester.run("arxiv-oai")
    assert Paper.objects.get(title="Invented paper number 0").retraction["kind"] == "withdrawn"


def test_oai_wrong_charset_loses_one_record(world, harvester):
    world.papers = [replace(p, stamp="2026-11-20") for p in world.papers[:3]]
    world.faults = ["charset"]
    out = harvester.run("arxiv-oai")
    assert out.counts.added == 3 or (out.counts.added, out.counts.rejected) == (2, 1), out.sentence


def test_rss_announces_by_category_and_is_conditional(world, harvester):
    harvester.run("arxiv-rss")
    found = Announcement.objects.filter(paper__title="Invented paper number 3")
    rows = {(a.category, a.kind, str(a.day)) for a in found}
    assert rows == {("cs.LG", "new", "2026-11-20"), ("cs.AI", "cross-list", "2026-11-20")}
    out = harvester.run("arxiv-rss")
    assert out.outcome == "empty" and "has not changed" in out.sentence


def test_rss_stale_feed_is_told(world, harvester):
    world.feed_day = date(2026, 11, 17)
    out = harvester.run("arxiv-rss")
    assert "2026-11-17" in out.sentence and "has not appeared" in out.sentence
    assert out.next_due < NOW + timedelta(hours=2)


def test_replacement_does_not_take_the_inferred_day(world, harvester):
    harvester.run("arxiv-oai")
    world.feeds = {"cs.LG": [(world.papers[0], "replace")], "cs.AI": []}
    harvester.run("arxiv-rss")
    assert str(Paper.objects.get(title="Invented paper number 0").edition_day) == "2026-11-17"


def test_hf_votes_and_names(world, harvester):
    harvester.run("hf-daily")
    paper = Paper.objects.get(title="Invented paper number 1")
    assert (paper.imported_votes, paper.vote_site, paper.organisation) == (9, "Hugging Face", "Institute of Nowhere")
    assert paper.ai_keywords == ["invention"] and paper.ai_model == "Hugging Face"
    assert {"kind": "code", "url": "https://github.com/example/invented"} in paper.links
    world.daily["2026-11-20"] = [(p, 30) for p in world.papers[1:]]
    harvester.run("hf-daily")
    assert Paper.objects.get(title="Invented paper number 1").imported_votes == 30


def test_plan_due_and_status(world, harvester):
    assert due(NOW) == ["arxiv-rss", "hf-daily", "arxiv-oai"]
    for name in NAMES:
        harvester.run(name)
    assert due(NOW + timedelta(minutes=10)) == []
    assert [one.outcome for one in status(NOW)] == ["ok", "ok", "ok"]
    plan_sources(Choice(("math",)), NOW)
    assert due(NOW) == ["arxiv-rss", "arxiv-oai"]
    assert not next(one for one in status(NOW) if one.name == "hf-daily").enabled
