"""The query language: what it reads, what it says of what it cannot read, and that it never fails."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.query import FIELDS, Filter, Plan, parse

TODAY = date(2026, 5, 12)


def read(text: str) -> Plan:
    """The plan of ``text`` on a fixed day."""
    return parse(text, TODAY)


def test_bare_words_are_ranked_words() -> None:
    plan = read("  graph   attention ")
    assert plan.words == (("graph",), ("attention",))
    assert plan.plain
    assert not plan.problems


def test_quoted_words_are_literal_and_minus_leaves_out() -> None:
    plan = read('"Graph Attention" -survey -"position paper" NOT toy')
    assert plan.phrases == ("Graph Attention",)
    assert plan.without == ("survey", "toy")
    assert plan.without_phrases == ("position paper",)


def test_curly_quotes_are_quotes() -> None:
    assert read("“graph attention” net").phrases == ("graph attention",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('author:"Ada Lovelace"', Filter("author", ("Ada Lovelace",))),
        ("author:ada OR author:grace", Filter("author", ("ada", "grace"))),
        ("cat:cs.CL", Filter("cat", ("cs.CL",))),
        ("category:cs.CL", Filter("cat", ("cs.CL",))),
        ("-org:Acme", Filter("org", ("Acme",), True)),
        ("venue:ACL", Filter("venue", ("ACL",))),
        ("id:2405.12345v2", Filter("id", ("arxiv:2405.12345",))),
    ],
)
def test_fields(text: str, wanted: Filter) -> None:
    assert read(text).filters == (wanted,)
    assert not read(text).problems


@pytest.mark.parametrize(
    ("text", "since", "before"),
    [
        ("since:2024", date(2024, 1, 1), None),
        ("since:2024-05", date(2024, 5, 1), None),
        ("since:2w", date(2026, 4, 28), None),
        ("before:2024-05-12", None, date(2024, 5, 12)),
        ("year:2023", date(2023, 1, 1), date(2024, 1, 1)),
        ("year:2020..2022", date(2020, 1, 1), date(2023, 1, 1)),
        ("year:2020-2022", date(2020, 1, 1), date(2023, 1, 1)),
        ("year:2020..", date(2020, 1, 1), None),
    ],
)
def test_dates(text: str, since: date | None, before: date | None) -> None:
    plan = read(text)
    assert (plan.since, plan.before) == (since, before)
    assert not plan.problems


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("speech since:banana", 7),
        ("speech foo:bar", 7),
        ('speech "never closed', 7),
        ("speech (audio", 7),
        ("speech audio)", 12),
        ("speech year:20x", 7),
        ("since:2024 before:2023", 0),
        ("author:x OR cat:y", 12),
    ],
)
def test_what_cannot_be_read_is_pointed_at(text: str, position: int) -> None:
    problems = read(text).problems
    assert problems
    assert problems[0].position == position
    assert problems[0].message.endswith(".")


def test_the_best_reading_stays() -> None:
    plan = read('speech since:banana "never closed')
    assert plan.words == (("speech",),)
    assert plan.phrases == ("never closed",)


@pytest.mark.parametrize(
    "text", ["2405.12345v2", " arXiv:2405.12345 ", "https://arxiv.org/abs/2405.12345", "https://arxiv.org/pdf/2405.12345v1"]
)
def test_a_pasted_identifier_names_a_paper(text: str) -> None:
    assert read(text).identifier == ("arxiv", "2405.12345")


def test_a_pasted_title_stays_plain_words() -> None:
    plan = read("BERT: Pre-training of deep (and wide) things")
    assert plan.plain
    assert not plan.problems
    assert ("Pre-training",) in plan.words


def test_or_joins_words() -> None:
    assert read("(speech OR audio) model").words == (("speech", "audio"), ("model",))


def test_no_letters_is_an_empty_plan() -> None:
    assert read(" - () !? ").empty


_PIECES = st.sampled_from(
    [*(f"{name}:" for name in FIELDS), '"', "“", "”", "(", ")", "-", "OR", "NOT", "AND", " ", "a", "2024", "..", "\x00",
     "é", "图像", "https://arxiv.org/abs/", "10.1000/", "\u202e", "$", "\\alpha", "foo:"]
)


@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=40).map("".join)))
def test_it_never_fails_and_points_inside(text: str) -> None:
    plan = read(text)
    for problem in plan.problems:
        assert 0 <= problem.position <= len(text)
    for wanted in plan.filters:
        assert wanted.name in FIELDS
        assert all(wanted.values)
    assert read(text) == plan
