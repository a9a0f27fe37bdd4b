"""Plots for the docs: plain SVG lines, each named at its end, readable on light and dark grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 120, 24, 48
COLOURS = ("#b3261e", "#2f6f9f", "#767676")  # contrast above 3 on white and on #181818
NAMES = {"trending": "trending", "counts": "plain counts", "newest": "newest first"}
Line = Sequence[tuple[float, float]]


def lines(title: str, across: str, up: str, found: Mapping[str, Line], *, last: float, most: float) -> str:
    """An SVG of named lines of (x, y), x from 0 to ``last`` and y from 0 to ``most``; both axes begin at zero."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(x: float, y: float) -> str:
        return f"{LEFT + wide * x / last:.1f} {TOP + high * (1 - y / most):.1f}"

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
             f'aria-label="{escape(title)}" font-family="serif" font-size="14" fill="#767676">',
             f"<title>{escape(title)}</title>"]
    for y in range(0, int(most) + 1, 2):
        parts.append(f'<path d="M{at(0, y)}L{at(last, y)}" stroke="#767676" stroke-opacity=".3" fill="none"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{TOP + high * (1 - y / most) + 5:.1f}" text-anchor="end">{y}</text>')
    for x in range(0, int(last) + 1, 3):
        place = f"{LEFT + wide * x / last:.1f}"
        parts.append(f'<text x="{place}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{x}</text>')
    parts.append(f'<text x="{LEFT + wide / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 8}">{escape(up)}</text>')
    ends = _apart([TOP + high * (1 - line[-1][1] / most) for line in found.values()])
    for (name, line), colour, end in zip(found.items(), COLOURS, ends, strict=False):
        parts.append(f'<path d="M{"L".join(at(x, y) for x, y in line)}" stroke="{colour}" stroke-width="2.5" '
                     'fill="none" stroke-linejoin="round"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{end + 5:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _apart(wanted: Sequence[float], gap: float = 18.0) -> list[float]:
    """Heights of the names, moved down where two would stand on each other."""
    placed = dict[int, float]()
    below = float("-inf")
    for place in sorted(range(len(wanted)), key=lambda one: wanted[one]):
        below = placed[place] = max(wanted[place], below + gap)
    return [placed[place] for place in range(len(wanted))]


def trending_plot(result: Mapping[str, Any]) -> str:
    """How many of the day's final ten each order shows in its first ten, by hour (``evaluate_trending``)."""
    found = {NAMES[name]: [(float(hours), float(right)) for hours, right in figures["overlap"].items()]
             for name, figures in result["orders"].items()}
    return lines(f"Of the day’s final ten papers, how many stand in the first ten: mean of {result['days']} days",
                 "hours since the day opened", "of the final ten", found, last=24, most=10)
