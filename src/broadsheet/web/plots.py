"""A small plot of papers by week, as plain SVG: no script, no style of its own, colours from the page's tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from ..languages import day_short, number

BAR, GAP, HEIGHT = 6, 2, 48


@dataclass(frozen=True)
class Plot:
    """``counts``: papers of each week from the week of ``first`` (a Monday)."""

    first: date
    counts: tuple[int, ...]

    @property
    def empty(self) -> bool:
        return not any(self.counts)

    @property
    def words(self) -> str:
        """The plot in words, for those who do not see it."""
        most = max(self.counts, default=0)
        week = self.first + timedelta(weeks=self.counts.index(most)) if most else self.first
        return _("{number} in the last {weeks} weeks; most in the week of {week}: {most}.").format(
            number=number(sum(self.counts)), weeks=len(self.counts), week=day_short(week), most=number(most))

    @property
    def svg(self) -> Markup:
        """Bars from zero; each has its week and number as a title."""
        most = max(max(self.counts, default=0), 1)
        width = len(self.counts) * (BAR + GAP)
        bars = []
        for index, count in enumerate(self.counts):
            height = round(HEIGHT * count / most, 1) if count else 0
            if count:
                week = day_short(self.first + timedelta(weeks=index))
                said = escape(_("Week of {week}: {number}").format(week=week, number=number(count)))
                bars.append(f'<rect x="{index * (BAR + GAP)}" y="{max(0.0, HEIGHT - max(height, 1)):g}" width="{BAR}" '
                            f'height="{max(height, 1):g}"><title>{said}</title></rect>')
        return Markup(  # noqa: S704 - numbers and escaped dates only
            f'<svg class="plot" viewBox="0 0 {width} {HEIGHT + 1}" role="img" aria-label="{escape(self.words)}" '
            f'preserveAspectRatio="none">{"".join(bars)}'
            f'<path d="M0 {HEIGHT + .5}H{width}"/></svg>')


def weekly(days: Iterable[tuple[date, int]], first: date, weeks: int) -> Plot:
    """Sum (day, papers) into weeks that begin at ``first``; days outside are left out."""
    counts = [0] * weeks
    for day, papers in days:
        week = (day - first).days // 7
        if 0 <= week < weeks:
            counts[week] += papers
    return Plot(first, tuple(counts))
