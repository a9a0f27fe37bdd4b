"""The site's own interests and sections: set on the page, by command and by file; used by the choice; reasons true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from broadsheet import config
from broadsheet.catalogue import site
from broadsheet.catalogue.models import Change, Identifier, Paper
from broadsheet.editions import service
from broadsheet.errors import UsageError
from broadsheet.search.follower import Follower
from broadsheet.web import access, choices, fragments, page_cache
from broadsheet.web.frontpage import site_from

pytestmark = pytest.mark.django_db(transaction=True)
DAY, NOW = date(2026, 5, 12), datetime(2026, 5, 12, 6, tzinfo=UTC)
TEXTS = {  # number: title, abstract, category, votes
    1: ("Folding of proteins from sequence alone", "We predict the fold of a protein chain.", "q-bio.BM", 0),
    2: ("Galaxies at high redshift", "We count faint galaxies in a deep field.", "astro-ph.GA", 3),
    3: ("Retouching pictures by text", "An editor of photographs follows instructions.", "cs.CV", 0),
    4: ("Bounds for sums of squares", "We bound sums of squares of integers.", "math.NT", 0),
    5: ("A compiler for small machines", "We compile programs for small machines.", "cs.PL", 0),
}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No page, day or entry of another test; the settings of the process come back."""
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    before = config.current()
    yield
    config.use(before)


def fill(only: Sequence[int] = tuple(TEXTS)) -> None:
    """The papers of :data:`TEXTS`, and enough others that nearness has something to be measured against."""
    for number in [*only, *range(100, 160)]:
        title, abstract, category, votes = TEXTS.get(number, (
            f"Notes on trade number {number}", f"We describe harbour {number} and its trade.", "econ.GN", 0))
        paper = Paper.objects.create(
            id=number, key=f"{number:010d}", title=title, abstract=abstract, rights="public", authors=[{"name": "A B"}],
            published="2026-05-11", identifiers=[["arxiv", f"2605.{number:05d}"]], categories=[category],
            primary_category=category, imported_votes=votes or None, vote_site="Hugging Face" if votes else "",
            edition_day=DAY, added_at=NOW, changed_at=NOW)
        Identifier.objects.create(scheme="arxiv", value=f"2605.{number:05d}", paper=paper)
        Change.objects.create(lane=0, paper_id=paper.id, kind="put")


def index(tmp_path: Path) -> None:
    """An index of what is there, used by this process."""
    config.use(replace(config.current(), data=tmp_path))
    leader = Follower(tmp_path / "index")
    while leader.step():
        continue
    leader.close()


def keeper() -> Client:
    """A browser that may choose for the site."""
    client = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    link = access.local_link(config.current())
    client.get("/" + link[link.index("?"):])
    return client


def front(tmp_path: Path, chosen: Mapping[str, Any]) -> service.Edition:
    """The edition of the day with these choices."""
    service.forget()
    return service.edition((DAY,), DAY, site_from(chosen))


def order_of(found: service.Edition) -> list[int]:
    """Row ids in reading order."""
    return found.front.papers()


def test_interests_reach_the_page_by_meaning_and_the_reason_is_the_cause(tmp_path: Path) -> None:
    fill()
    index(tmp_path)
    near = front(tmp_path, {"interests": {"words": ["image editing"], "categories": []}})
    picks = {pick.paper: pick.reason for pick in near.front.group.picks}
    picks |= {near.front.lead.paper: near.front.lead.reason} if near.front.lead else {}
    picks |= {pick.paper: pick.reason for pick in near.front.seconds}
    assert picks[3] == "Near in meaning to your interest: image editing"  # no word of it stands in the paper
    without = front(tmp_path, {})
    assert order_of(without).index(3) > order_of(near).index(3)


def test_a_paper_shown_before_it_has_a_vector_is_placed_when_it_has(tmp_path: Path) -> None:
    fill((1, 2, 4, 5))
    index(tmp_path)
    chosen = {"interests": {"words": ["image editing"]}}
    assert 3 not in order_of(front(tmp_path, chosen))
    fill_one = {3: TEXTS[3]}
    title, abstract, category, _ = fill_one[3]
    Paper.objects.create(id=3, key=f"{3:010d}", title=title, abstract=abstract, categories=[category],
                         published="2026-05-11", edition_day=DAY, added_at=NOW, changed_at=NOW)
    Change.objects.create(lane=0, paper_id=3, kind="put")
    placed = site_from(chosen)
    before = service.edition((DAY,), DAY, placed)
    assert before.candidates[3].nearness == 0
    leader = Follower(tmp_path / "index")
    while leader.step():
        continue
    leader.close()
    after = service.edition((DAY,), DAY, placed)  # nothing in the database changed since
    assert after.candidates[3].nearness > 0
    assert any(pick.paper == 3 for pick in (*after.front.seconds, *after.front.group.picks, after.front.lead) if pick)


@pytest.mark.parametrize(("cause", "chosen", "taken"), [
    ("votes", {}, {"imported_votes": None}),
    ("words", {"interests": {"words": ["galaxies"]}}, {}),
    ("category", {"interests": {"categories": ["astro-ph.GA"]}}, {"imported_votes": None}),
])
def test_without_its_cause_a_paper_loses_its_rank(
    tmp_path: Path, cause: str, chosen: dict[str, Any], taken: dict[str, Any]
) -> None:
    fill()
    if cause == "category":
        Paper.objects.filter(id=2).update(**taken)
    place = service.place_of(Paper.objects.get(id=2), site_from(chosen), whole=True)
    assert place is not None and place.rank == 1 and place.points is not None and place.points.cause() == cause
    service.forget()
    if cause == "votes":
        Paper.objects.filter(id=2).update(**taken)
    after = service.place_of(Paper.objects.get(id=2), site_from({}), whole=True)
    assert after is not None and after.reason != place.reason
    assert after.rank > 1 or cause == "words"  # its three votes still lead


def test_own_sections_name_and_order_the_page(tmp_path: Path) -> None:
    fill()
    own = [{"name": "Heaven", "categories": ["astro-ph"]}, {"name": "Life", "categories": ["q-bio", "cs.CV"]}]
    found = front(tmp_path, {"sections": own})
    assert found.candidates[2].field.name == "Heaven" and found.candidates[3].field.name == "Life"
    assert found.candidates[100].field.name == "Economics"  # what the table leaves open, the built-in one decides


def test_the_settings_page_keeps_them_and_says_faults(tmp_path: Path) -> None:
    fill()
    client = keeper()
    page = client.get("/settings").content.decode()
    assert 'id="sections"' in page and 'id="words"' in page
    sent = {"name": "Our paper", "group": "", "words": "protein folding\nCT", "interests": "q-bio.BM",
            "sections": "Life: q-bio, cs.CV"}
    assert client.post("/settings/site", sent).status_code == 302
    assert site.choice("interests") == {"words": ["protein folding", "CT"], "categories": ["q-bio.BM"]}
    assert site.choice("sections") == [{"name": "Life", "categories": ["q-bio", "cs.CV"]}]
    assert "protein folding" in client.get("/settings").content.decode()
    wrong = client.post("/settings/site", {**sent, "sections": "no colon here"})
    assert wrong.status_code == 422 and "no colon here" in wrong.content.decode()
    assert site.choice("sections") == [{"name": "Life", "categories": ["q-bio", "cs.CV"]}]
    assert "Life" in client.get("/papers/date/2026-05-12").content.decode()


def test_the_file_wins_and_is_shown_read_only(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(
        '[site]\nname = "Fixed"\n[site.interests]\nwords = ["tides"]\n[site.sections]\nSea = ["physics.ao-ph"]\n')
    site.choose("name", "Earlier")
    config.use(config.load(environ={"BROADSHEET_DATA": str(tmp_path)}))
    assert site.choice("name") == "Fixed" and site.choices()["sections"] == [
        {"name": "Sea", "categories": ["physics.ao-ph"]}]
    assert choices.fixed() == {"name", "words", "interests", "sections"}
    with pytest.raises(UsageError, match=r"set in .*broadsheet.toml"):
        choices.keep({"words": ["other"]})
    assert site_from(site.choices()).interests.words == ("tides",)


def test_a_wrong_table_refuses_to_start_and_says_what_is_right(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text('[site]\ncolour = "red"\n[site.interests]\nwords = "one"\n')
    with pytest.raises(config.ConfigError) as told:
        config.load(environ={"BROADSHEET_DATA": str(tmp_path)})
    assert len(told.value.faults) == 2 and "site.colour" in told.value.faults[0]


@pytest.mark.parametrize("text", [
    "no colon", "A:", ":cs.CV", "A: cs.CV\na: cs.LG", "!!: cs.CV", "A: two words", f"{'x' * 61}: cs"])
def test_sections_that_cannot_be_are_named(text: str) -> None:
    value, fault = choices.read("sections", text)
    assert value == [] and fault
