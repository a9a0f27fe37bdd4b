"""The choice of a front page: every paper once, true reasons, spread over fields, nothing retracted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from broadsheet.editions import calendar, snapshots
from broadsheet.editions.calendar import DayCount, shown_days
from broadsheet.editions.candidates import Candidate, Interests, Narrowing, has_word, narrow, newest_first
from broadsheet.editions.choose import FRONT_PAPERS, arrange
from broadsheet.editions.fields import FIELDS, field_of, named, within, within_any
from broadsheet.editions.formulas import FORMULAS, WINDOWS, day_points, trend_points

DAY = date(2030, 1, 8)


def paper(number: int, category: str = "cs.LG", title: str = "", **more: object) -> Candidate:
    """A candidate with plain values."""
    title = title or f"Paper {number}"
    categories = (category,) if category else ()
    values: dict[str, object] = {
        "id": number, "key": f"{number:010d}", "revision": 1, "title": title, "text": f"{title}\nAn abstract.",
        "categories": categories, "field": field_of(categories), "published": "2030-01-07", "day": DAY, **more,
    }
    return Candidate(**values)  # type: ignore[arg-type]


def test_each_paper_stands_once_and_all_are_counted() -> None:
    papers = [paper(n, ("cs.CV", "cs.LG", "math.RT", "astro-ph.GA")[n % 4], votes=n % 7) for n in range(1, 500)]
    page = arrange(papers, [], Interests())
    shown = page.papers()
    assert len(shown) == len(set(shown)) == page.shown
    assert page.total == 499
    assert FRONT_PAPERS - 12 <= page.shown <= FRONT_PAPERS
    assert page.shown + sum(section.more for section in page.sections) == page.total


def test_a_small_day_shows_everything() -> None:
    page = arrange([paper(n) for n in range(1, 6)], [], Interests())
    assert page.shown == page.total == 5
    assert page.lead is not None


def test_an_empty_day_has_no_lead() -> None:
    page = arrange([], [], Interests())
    assert page.lead is None
    assert page.papers() == []


def test_most_votes_lead_and_the_reason_says_so() -> None:
    papers = [paper(1, votes=3, vote_site="Hugging Face"), paper(2, votes=46, vote_site="Hugging Face"), paper(3)]
    page = arrange(papers, [], Interests())
    assert page.lead is not None
    assert page.lead.paper == 2
    assert page.lead.reason == "46 votes at Hugging Face, the most of this day"


def test_two_with_most_votes_are_not_called_the_most() -> None:
    page = arrange([paper(1, votes=9, vote_site="X"), paper(2, votes=9, vote_site="X")], [], Interests())
    assert page.lead is not None
    assert page.lead.reason == "9 votes at X"


def test_one_vote_is_singular() -> None:
    page = arrange([paper(1, votes=1, vote_site="X"), paper(2, votes=1, vote_site="X")], [], Interests())
    assert page.lead is not None
    assert page.lead.reason == "1 vote at X"


def test_interest_is_named_in_the_reason() -> None:
    near = paper(7, title="Faster Diffusion Models for Sound")
    page = arrange([paper(1), near, paper(2)], [], Interests(words=("diffusion model",)))
    assert page.lead is not None
    assert (page.lead.paper, page.lead.reason) == (7, "Matches your interest: diffusion model")


def test_declared_category_is_named_in_the_reason() -> None:
    page = arrange([paper(1, "cs.CV"), paper(2, "math.RT")], [], Interests(categories=("cs.CV",)))
    assert page.lead is not None
    assert (page.lead.paper, page.lead.reason) == (1, "In cs.CV, which this group reads")


def test_the_first_zone_is_spread_over_fields() -> None:
    papers = [paper(n, "cs.LG", votes=20) for n in range(1, 10)] + [paper(20, "math.RT", votes=9)]
    page = arrange(papers, [], Interests())
    assert 20 in {pick.paper for pick in page.seconds}


def test_the_retracted_are_never_chosen_but_stay_on_the_page() -> None:
    papers = [paper(1, votes=90, retracted=True), paper(2), paper(3)]
    page = arrange(papers, [paper(9, votes=5, retracted=True, day=DAY - timedelta(days=2))], Interests())
    zones = [page.lead, *page.seconds, *page.group.picks, *page.talked.picks]
    assert 1 not in {pick.paper for pick in zones if pick}
    assert 1 in page.papers()
    assert 9 not in page.papers()


def test_still_talked_about_comes_from_earlier_days_only() -> None:
    earlier = [paper(50, votes=8, comments=2, vote_site="X", day=DAY - timedelta(days=3)), paper(51)]
    page = arrange([paper(n) for n in range(1, 30)], earlier, Interests())
    assert [(pick.paper, pick.reason) for pick in page.talked.picks] == [(50, "8 votes and 2 comments at X")]


def test_a_stored_morning_reads_back_as_it_was() -> None:
    page = arrange([paper(n, votes=n) for n in range(1, 40)], [paper(90, votes=2)], Interests())
    assert snapshots.from_json(snapshots.as_json(page)) == page


@pytest.mark.parametrize(("categories", "name"), [
    (("cs.CV", "cs.LG"), "Vision"), (("cs.XX",), "Computing"), (("astro-ph.GA",), "Astronomy"),
    (("math.ST",), "Statistics"), (("math.RT",), "Mathematics"), (("econ:macro",), "Economics"),
    (("systematic-review:copper",), "Medicine"), (("Computer Vision II",), "Computer Vision"),
    (("acm:journals:csur",), "Computing"), ((), "Other papers"),
    (("Domain(s) Of Application",), "Domain(s) Of Application"),
])
def test_fields_have_sensible_names(categories: tuple[str, ...], name: str) -> None:
    assert field_of(categories).name == name


def test_field_slugs_are_unique() -> None:
    assert len({field.slug for field in FIELDS}) == len(FIELDS)
    assert named("Machine Learning III").slug == "machine-learning"


def test_within_needs_a_boundary() -> None:
    assert within("cs.CV", "cs")
    assert not within("cscw", "cs")
    assert within_any(("math.RT", "cs.CV"), ("cs",)) == "cs.CV"


def test_words_match_folded_and_whole() -> None:
    one = paper(1, title="Étude des Modèles de diffusion")
    assert has_word(one, "modele")
    assert has_word(one, "etude")
    assert not has_word(one, "diffu")


def test_narrowing_by_category_word_and_read() -> None:
    papers = [paper(1, "cs.CV"), paper(2, "cs.LG", title="On Robots"), paper(3, "cs.CV", title="A robot"),
              paper(4, "cs.CV")]
    kept = narrow(papers, Narrowing(categories=("cs.CV",), without=("Robot",)), hidden=(4,))
    assert [one.id for one in kept] == [1]


def test_newest_first_puts_exact_days_before_their_month() -> None:
    papers = [paper(1, published="2030-01"), paper(2, published="2030-01-07"), paper(3, published="2029-12-31")]
    assert [one.id for one in newest_first(papers)] == [2, 1, 3]


def test_points_are_the_sum_the_formula_states() -> None:
    one = paper(1, "cs.CV", title="Diffusion", votes=7, comments=1)
    points = day_points(one, Interests(("diffusion",), ("cs",)))
    assert points.total == pytest.approx(3.0 + 0.5 + 3.0 + 1.0)


def test_age_counts_in_sixths_of_the_window() -> None:
    new = trend_points(3, 0, 0, 0, 0, WINDOWS["week"])
    assert trend_points(7, 0, 0, 0, 28, WINDOWS["week"]) == pytest.approx(new)  # eight instead of four
    assert trend_points(27, 0, 0, 0, 7 * 24, WINDOWS["week"]) == pytest.approx(new)  # seven times as many
    assert trend_points(7, 0, 0, 0, 4, WINDOWS["day"]) == pytest.approx(new)


def test_votes_do_not_snowball_and_imported_ones_weigh_half() -> None:
    def gain(before: int, after: int) -> float:
        return trend_points(after, 0, 0, 0, 1, 24) - trend_points(before, 0, 0, 0, 1, 24)

    assert gain(0, 1) == pytest.approx(gain(63, 127))
    here, elsewhere = trend_points(7, 0, 0, 0, 0, 24), trend_points(0, 0, 7, 0, 0, 24)
    assert here == 2 * elsewhere > 0


def test_every_formula_has_text_and_numbers() -> None:
    for name, formula in FORMULAS.items():
        assert formula.name == name
        assert formula.paragraphs
        assert name == "newest" or formula.weights


def _weeks(papers: int) -> list[DayCount]:
    days = [DAY - timedelta(days=n) for n in range(1, 57)]
    return [DayCount(day, papers) for day in reversed(days) if day.weekday() < 5]


def test_a_thin_day_shares_the_page_with_the_last_full_one() -> None:
    counts = [*_weeks(100), DayCount(DAY, 24)]
    assert shown_days(counts, DAY) == (DAY, DAY - timedelta(days=1))


def test_a_day_with_a_quarter_stands_alone() -> None:
    assert shown_days([*_weeks(100), DayCount(DAY, 25)], DAY) == (DAY,)


def test_the_first_day_ever_stands_alone() -> None:
    assert shown_days([DayCount(DAY, 1)], DAY) == (DAY,)


def test_usual_looks_at_the_same_weekday_only() -> None:
    counts = [DayCount(DAY - timedelta(days=7), 10), DayCount(DAY - timedelta(days=1), 900)]
    assert calendar.usual(counts, DAY) == 10
