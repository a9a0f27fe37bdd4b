"""The choice of a digest: submodular, within its limits, as good as plain greedy, at least half of the best."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.digest import schedule
from broadsheet.digest.choice import Item, Limits, Room, Worth, choose, value_of

TOPICS = ("a", "b", "c")
ITEMS = st.lists(
    st.builds(
        lambda want, about, streams, late: (want, about, streams, late),
        st.integers(0, 8).map(lambda n: n / 4),
        st.dictionaries(st.sampled_from(TOPICS), st.sampled_from([0.25, 0.5, 1.0]), max_size=3),
        st.sets(st.sampled_from(["s", "t"])), st.booleans()),
    min_size=1, max_size=7,
).map(lambda rows: [Item(n, want, about, frozenset(streams), late) for n, (want, about, streams, late)
                    in enumerate(rows)])
WEIGHTS = {"a": 2.0, "b": 1.0, "c": 0.5}
LIMITS = st.builds(Limits, st.integers(1, 4), st.integers(1, 2), st.integers(0, 1))


def _fits(items: tuple[Item, ...], limits: Limits) -> bool:
    room = Room(limits)
    for item in items:
        if not room.fits(item):
            return False
        room.take(item)
    return True


@given(ITEMS, st.data())
def test_the_worth_of_a_set_is_monotone_and_submodular(items: list[Item], data: st.DataObject) -> None:
    large = data.draw(st.lists(st.sampled_from(items), unique_by=lambda item: item.paper))
    small = large[:data.draw(st.integers(0, len(large)))]
    item = data.draw(st.sampled_from(items))
    few, many = Worth(WEIGHTS), Worth(WEIGHTS)
    for one in small:
        few.add(one)
    for one in large:
        many.add(one)
    assert few.gain(item) >= many.gain(item) - 1e-9 and many.gain(item) >= 0


@given(ITEMS, LIMITS)
def test_greedy_keeps_the_limits_and_half_of_the_best(items: list[Item], limits: Limits) -> None:
    found = choose(items, WEIGHTS, limits)
    assert _fits(found.items, limits)
    assert abs(found.value - value_of(found.items, WEIGHTS)) < 1e-9
    best = max(value_of(some, WEIGHTS) for size in range(limits.most + 1)
               for some in itertools.combinations(items, size) if _fits(some, limits))
    assert found.value >= best / 2 - 1e-9


@given(ITEMS, LIMITS)
def test_lazy_is_as_good_as_plain_greedy(items: list[Item], limits: Limits) -> None:
    worth, room, left = Worth(WEIGHTS), Room(limits), list(items)
    while True:
        fit = [item for item in left if room.fits(item) and worth.gain(item) > 0]
        if not fit:
            break
        best = max(fit, key=lambda item: (worth.gain(item), -item.paper))
        worth.add(best)
        room.take(best)
        left.remove(best)
    assert abs(choose(items, WEIGHTS, limits).value - worth.value) < 1e-9


def test_each_followed_stream_gets_a_place() -> None:
    items = [Item(n, 5.0, {}, frozenset({"s"})) for n in range(5)] + [Item(9, 0.1, {}, frozenset({"t"}))]
    found = choose(items, {}, Limits(most=3, streams=("s", "t")))
    assert 9 in [item.paper for item in found.items] and len(found.items) == 3


def test_a_second_paper_on_a_topic_gains_less() -> None:
    items = [Item(1, 1.0, {"a": 1.0}), Item(2, 0.9, {"a": 1.0}), Item(3, 0.8, {"b": 1.0})]
    assert [item.paper for item in choose(items, {}, Limits(most=2)).items] == [1, 3]


def _due(after: datetime, cadence: str = "daily", hour: int = 7, zone: str = "Europe/Berlin") -> datetime:
    return schedule.next_due(after, cadence=cadence, weekday=0, hour=hour, timezone=zone)


def test_summer_time_neither_skips_nor_doubles_a_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for hour in range(24):
        moment, days = datetime(2026, 3, 25, tzinfo=UTC), []
        for _ in range(230):  # over both changes of the year
            moment = _due(moment, hour=hour)
            days.append(moment.astimezone(berlin).date())
        assert all(after - before == timedelta(days=1) for before, after in itertools.pairwise(days))


def test_working_days_and_weeks() -> None:
    friday = datetime(2026, 5, 15, 12, tzinfo=UTC)
    assert _due(friday, "workdays") == datetime(2026, 5, 18, 5, tzinfo=UTC)
    assert _due(friday, "weekly") == datetime(2026, 5, 18, 5, tzinfo=UTC)
    assert _due(friday, zone="Nowhere/Town") == datetime(2026, 5, 16, 7, tzinfo=UTC)
    assert schedule.period_of(datetime(2026, 5, 18, 5, tzinfo=UTC), cadence="weekly", timezone="UTC") == "2026-W21"
    assert schedule.period_of(datetime(2026, 5, 18, 23, tzinfo=UTC), cadence="daily",
                              timezone="Asia/Tokyo") == "2026-05-19"
