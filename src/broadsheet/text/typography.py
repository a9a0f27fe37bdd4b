"""Typewriter habits of titles and abstracts set as print: dashes, ties, quotation marks, powers. For eyes only.

What is stored, searched and cited stays as it was sent; pages pass their text through :func:`typeset`. A sign is
changed only where its meaning is certain: ``z~5`` (about five), ``--help`` and ``$7`` stay.
"""

from __future__ import annotations

import re

NBSP = "\u00a0"
_LETTER = r"[^\W\d_]"
# Two or three hyphens between words or between blanks; a blank before and none behind is a switch of a program.
_DASH = re.compile(r"(?<=[^\s-])---?(?=[^\s-])|(?<=\s)---?(?=\s)|(?<=[^\s-])---?(?=\s)|^---?(?=\s)")
# A tie binds a word and what follows: "21~cm", "RR~Lyrae", "Abell~754", "Fig.~3"; a sign of "about" stands before a
# number and after a single letter or a word such as "redshift".
_TIE = re.compile(rf"(?<=[\w.,;:)\]])~(?={_LETTER})|(?<={_LETTER}{_LETTER})~(?=\d)|(?<={_LETTER}[.,;:])~(?=[\d(])")
_ABOUT = re.compile(r"\b(?:redshifts?|mass|masses|mag|around|at|of|is|to)$", re.I)
_POWER = re.compile(r"(?<=[\w)\]])\^\{?(?P<power>[-−+]?\d{1,3})\}?(?![\w.])")
_RAISED = str.maketrans("0123456789-−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺")
_SECONDS = re.compile(r"(?<=\d)(?:''|\")(?=[.\d\s),;]|$)")
_MINUTES = re.compile(r"(?<=\d)'(?![\w'])")
_SHORTENED = re.compile(r"(?<![\w'])'(?=\d0s\b)")
_DOUBLED = re.compile(r"''(?=\w)(?P<in>[^'\"]+)''")
_OPENING = re.compile(r"(?:(?<=[\s(\[{<\u2010-\u2015/\u00a0\u2018\u201c])|^)(?P<mark>[\"'])(?=\S)")


def _tie(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 12) : match.start()]
    return "~" if match.string[match.end() : match.end() + 1].isdigit() and _ABOUT.search(before) else NBSP


def _quotes(text: str) -> str:
    text = _SECONDS.sub("″", text)
    if "''" in text:
        text = _DOUBLED.sub(lambda m: f"“{m['in']}”", text)
    if text.count("'") == 1:  # alone it closes nothing: "5' UTR"
        text = _MINUTES.sub("′", text)
    text = _SHORTENED.sub("’", text)
    text = _OPENING.sub(lambda m: "“" if m["mark"] == '"' else "‘", text)
    return text.replace("'", "’").replace('"', "”")


def typeset(text: str) -> str:
    """``text`` with dashes, no-break spaces for TeX's ties, curly quotes and raised powers. Idempotent, never raises.

    >>> typeset("RR~Lyrae at z~5 -- it's \\"old\\"")
    'RR\\xa0Lyrae at z~5 – it’s “old”'
    """
    if "--" in text:
        text = _DASH.sub(lambda m: "–" if len(m.group()) == 2 else "—", text)
    if "~" in text:
        text = _TIE.sub(_tie, text)
    if "^" in text:
        text = _POWER.sub(lambda m: m["power"].translate(_RAISED), text)
    if "'" in text or '"' in text:
        text = _quotes(text)
    return text
