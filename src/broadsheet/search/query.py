"""The query language: text as typed to a :class:`Plan`. Never fails; what it cannot read becomes a :class:`Problem`.

    transformer "Graph Attention" -survey author:"Ada Lovelace" cat:cs.CL since:2024-05 (speech OR audio)

Bare words are ranked, quoted words are literal, ``-word`` and ``NOT word`` must not occur, ``a OR b`` needs one of
both. Fields: author topic cat org since before year venue id source votes, each with a word or a quoted value after
the colon. Parentheses only group what people write; the reading is the same without them. Pure; time is an argument.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from ..text import identifiers
from ..text.folding import fold

FIELDS = ("author", "topic", "cat", "org", "since", "before", "year", "venue", "id", "source", "votes")
_ALIASES = {"authors": "author", "au": "author", "category": "cat", "organisation": "org", "organization": "org",
            "after": "since", "from": "since", "until": "before", "to": "before", "tag": "topic"}
MAX_CHARACTERS = 4000
MAX_WORDS = 200

_TOKEN = re.compile(
    r"""(?P<open>\()|(?P<close>\))
      |(?P<minus>[-\u2212](?=[^\s\-()]))?
       (?:(?P<field>[A-Za-z]{2,14}):(?=["\u201c\S])(?!//))?
       (?:["\u201c](?P<quoted>[^"\u201d]*)(?P<end>["\u201d]|$)|(?P<bare>[^\s()"\u201c\u201d]+))""",
    re.X,
)
_RELATIVE = re.compile(r"(\d{1,4})\s*([dwmy])", re.I)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_YEARS = re.compile(r"(\d{4})?(\.\.\.?|-|\u2013)?(\d{4})?")
_COUNT = re.compile(r"[0-9]{1,9}\+?")
_WORDY = re.compile(r"\w")


class Problem(NamedTuple):
    """What could not be read: where it starts in the text (0-based character), the piece, and what was done."""

    position: int
    text: str
    message: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A named condition. ``values``: any one of them is enough. ``without``: papers that match are left out."""

    name: str
    values: tuple[str, ...]
    without: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The best reading of a query.

    ``words``: groups of bare words, one of each group is enough (mostly one word a group). ``phrases``: literal.
    ``without``, ``without_phrases``: must not occur. ``since`` is inclusive, ``before`` exclusive.
    ``identifier``: the whole text names a paper. ``plain``: the text holds nothing but bare words.
    """

    text: str
    words: tuple[tuple[str, ...], ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    without_phrases: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    since: date | None = None
    before: date | None = None
    identifier: tuple[str, str] | None = None
    plain: bool = True
    problems: tuple[Problem, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing was asked for."""
        return not (self.words or self.phrases or self.filters or self.since or self.before or self.identifier
                    or self.without or self.without_phrases)

    @property
    def meaning(self) -> str:
        """The text whose meaning is looked for: words and phrases, no conditions."""
        if self.plain:
            return self.text
        return " ".join([*(" ".join(group) for group in self.words), *self.phrases])


class _Draft:
    """Collects the parts of a plan while the text is read from left to right."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []
        self.phrases: list[str] = []
        self.without: list[str] = []
        self.without_phrases: list[str] = []
        self.filters: list[Filter] = []
        self.since: date | None = None
        self.before: date | None = None
        self.problems: list[Problem] = []
        self.plain = True
        self.last = ""  # what stood before: "word", the name of a filter, or ""
        self.either = False  # an OR stands before this token
        self.negate = False  # a NOT stands before this token

    def problem(self, position: int, text: str, message: str) -> None:
        self.problems.append(Problem(position, text[:80], message))


def parse(text: str, today: date) -> Plan:
    """Read ``text``. ``today`` gives relative dates (``since:2w``) their meaning."""
    text = text.replace("\x00", " ")
    found = identifiers.recognise(text.strip())
    if found is not None:
        return Plan(text, identifier=found)
    draft = _Draft()
    if len(text) > MAX_CHARACTERS:
        draft.problem(MAX_CHARACTERS, text[MAX_CHARACTERS:],
                      _("Only the first {count} characters of the query were read.").format(count=MAX_CHARACTERS))
        text = text[:MAX_CHARACTERS]
    _read(draft, text, today)
    if draft.either and draft.last:
        draft.words.append(["or"])
    words = draft.words
    if len(words) > MAX_WORDS:
        draft.problem(len(text), "", _("Only the first {count} words of the query were used.").format(
            count=MAX_WORDS))
        words = words[:MAX_WORDS]
    if draft.since and draft.before and draft.since >= draft.before:
        draft.problem(0, text, _("No day lies between these dates: the first is not before the second."))
    return Plan(
        text, tuple(tuple(group) for group in words), tuple(draft.phrases), tuple(draft.without),
        tuple(draft.without_phrases), tuple(draft.filters), draft.since, draft.before, None, draft.plain,
        tuple(draft.problems),
    )


def _read(draft: _Draft, text: str, today: date) -> None:
    depth: list[int] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            at += 1
            continue
        if match["open"]:
            depth.append(at)
        elif match["close"]:
            if depth:
                depth.pop()
            else:
                draft.problem(at, ")", _("This parenthesis was never opened; it was left out."))
        else:
            _token(draft, match, today)
        at = match.end()
    for position in depth:
        draft.problem(position, "(", _("This parenthesis is never closed; it was left out."))


def _token(draft: _Draft, match: re.Match[str], today: date) -> None:
    bare, quoted = match["bare"], match["quoted"]
    if match["field"] is None and match["minus"] is None:
        if bare == "OR" and draft.last:
            draft.either, draft.plain = True, False
            return
        if bare in ("AND", "OR"):
            draft.plain = False
            return
        if bare == "NOT":
            draft.negate, draft.plain = True, False
            return
    if quoted is not None and not match["end"]:
        draft.problem(match.start(), match.group(), _("This quotation mark is never closed; it was closed at the end."))
    without = bool(match["minus"]) or draft.negate
    value = quoted if quoted is not None else (bare or "")
    if match["field"] is not None:
        _field(draft, match, value, without, today)
    elif quoted is not None:
        draft.plain = False
        if _WORDY.search(value):
            (draft.without_phrases if without else draft.phrases).append(value)
        draft.last = ""
    elif _WORDY.search(value):
        _word(draft, value, without)
    draft.either = draft.negate = False


def _word(draft: _Draft, value: str, without: bool) -> None:
    if without:
        draft.plain = False
        draft.without.append(value)
        draft.last = ""
        return
    if draft.either and draft.last == "word":
        draft.words[-1].append(value)
    else:
        draft.words.append([value])
    draft.last = "word"


def _field(draft: _Draft, match: re.Match[str], value: str, without: bool, today: date) -> None:
    typed, position = match["field"], match.start()
    name = fold(typed)
    name = _ALIASES.get(name, name)
    if name not in FIELDS:
        # "BERT:Pre-training" in a pasted title is a word; only what looks like a field gets a remark.
        if typed.islower() and match["quoted"] is None:
            draft.problem(position, match.group(), _("There is no field {typed!r}; it was searched as words. "
                                                     "Fields: {names}.").format(typed=typed, names=', '.join(FIELDS)))
        for word in (typed, *value.split()):
            _word(draft, word, without)
        return
    draft.plain = False
    value = value.strip()
    if not _WORDY.search(value):
        draft.problem(position, match.group(), _("Nothing stands after {typed}:, so it was left out.").format(
            typed=typed))
        return
    if name in ("since", "before"):
        _bound(draft, name, value, match, today)
    elif name == "year":
        _year(draft, value, match, without)
    elif name == "votes" and not _COUNT.fullmatch(value):
        draft.problem(position, match.group(), _("votes: wants a number, as in votes:10 for ten or more; {value!r} "
                                                 "was left out.").format(value=value))
    else:
        _named(draft, name, value, match, without)


def _named(draft: _Draft, name: str, value: str, match: re.Match[str], without: bool) -> None:
    if name == "id":
        found = identifiers.recognise(value)
        if found is None:
            draft.problem(match.start(), match.group(), _("This is no identifier of a known kind; it was searched "
                                                          "as it stands."))
        value = f"{found[0]}:{found[1]}" if found else value
    elif name == "votes":
        value = value.rstrip("+")
    if draft.either and draft.last == name and draft.filters:
        draft.filters[-1] = replace(draft.filters[-1], values=(*draft.filters[-1].values, value))
        return
    if draft.either and draft.last and draft.last != name:
        draft.problem(match.start(), match.group(), _("OR joins words, or values of one field; here both sides "
                                                      "were required."))
    draft.filters.append(Filter(name, (value,), without))
    draft.last = "" if without else name


def read_date(value: str, today: date) -> date | None:
    """The first day of ``2024``, ``2024-05``, ``2024-05-12``, or ``30d``, ``2w``, ``3m``, ``1y`` before ``today``."""
    try:
        if match := _RELATIVE.fullmatch(value):
            days = int(match[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[match[2].lower()]
            return today - timedelta(days=days)
        if match := _DATE.fullmatch(value.replace("/", "-")):
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except (ValueError, OverflowError):
        return None
    return {"today": today, "yesterday": today - timedelta(days=1)}.get(fold(value))


def _bound(draft: _Draft, name: str, value: str, match: re.Match[str], today: date) -> None:
    found = read_date(value, today)
    if found is None:
        draft.problem(match.start(), match.group(), _("{value!r} is no date, so {name}: was left out. Write 2024, "
                                                      "2024-05, 2024-05-12, or 30d, 2w, 3m, 1y.").format(
            value=value, name=name))
    elif name == "since":
        draft.since = max(draft.since or found, found)
    else:
        draft.before = min(draft.before or found, found)


def _year(draft: _Draft, value: str, match: re.Match[str], without: bool) -> None:
    years = _YEARS.fullmatch(value)
    first, last = (years[1], years[3]) if years else (None, None)
    if years and first and not years[2] and not last:
        last = first
    try:
        low = date(int(first), 1, 1) if first else None
        high = date(int(last) + 1, 1, 1) if last else None
    except ValueError:
        low = high = None
    if without or (low is None and high is None) or (low and high and low >= high):
        draft.problem(match.start(), match.group(), _("year: wants a year or a range, as in year:2023 or "
                                                      "year:2020..2023; {value!r} was left out.").format(value=value))
        return
    if low:
        draft.since = max(draft.since or low, low)
    if high:
        draft.before = min(draft.before or high, high)
