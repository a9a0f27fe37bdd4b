"""The table of simulated readers as a picture: a panel for each world, a line for each order. Plain SVG."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, WORDS = 330, 240, 40, 34, 380
_AT = {"0": 0.0, "10": 0.5, "50": 1.0}
_STROKES = {"my order": 'stroke="#9B1C1C" stroke-width="3"', "SVM on tf-idf": 'stroke="#0B4A8F" stroke-width="2"',
            "my order, declared interests": 'stroke="#9B1C1C" stroke-width="1.5"'}


def draw(result: Mapping[str, Any]) -> str:
    """nDCG@30 by number of acts; the words at the right name the lines that reach 50 acts, highest first."""
    worlds = [name for name in ("hf", "arxiv") if name in result]
    panels = [_panel(name, result[name]["orders"], at * (WIDTH + WORDS)) for at, name in enumerate(worlds)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(worlds) * (WIDTH + WORDS)} {HEIGHT + 80}" '
            f'font-family="sans-serif" font-size="12" fill="none">{"".join(panels)}</svg>\n')


def _panel(name: str, orders: Mapping[str, Mapping[str, float | None]], left: int) -> str:
    most = max(value for row in orders.values() for value in row.values() if value is not None)
    title = {"hf": "Hugging Face, weeks", "arxiv": "arXiv, days"}[name]
    parts = [f'<text x="{left + LEFT}" y="18" fill="#1A1A18" font-weight="bold">{title}: nDCG@30 by acts</text>']
    for at, place in _AT.items():
        x = left + LEFT + place * (WIDTH - LEFT)
        parts.append(f'<path d="M{x:.0f} {TOP}v{HEIGHT}" stroke="#D9D5C9"/>'
                     f'<text x="{x:.0f}" y="{TOP + HEIGHT + 18}" fill="#45443F" text-anchor="middle">{at}</text>')
    ends = []
    for order, row in orders.items():
        points = [(left + LEFT + _AT[at] * (WIDTH - LEFT), TOP + HEIGHT * (1 - value / most), value)
                  for at, value in row.items() if value is not None]
        stroke = _STROKES.get(order, 'stroke="#85827A" stroke-width="1.5"')
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{line}" {stroke}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#45443F"/>' for x, y, _ in points]
        if points:
            ends.append((points[-1][2], order, points[-1][1]))
    below = TOP
    for value, order, _ in sorted(ends, reverse=True):
        parts.append(f'<text x="{left + WIDTH + 12}" y="{below + 8}" fill="#1A1A18">{value:.3f} {escape(order)}</text>')
        below += 20
    return "".join(parts)
