"""What joins search, catalogue and readers for "my order": features of papers, a reader's taste, reasons in words.

Kept in this process: terms of papers (by revision), the ground (until the cloud of vectors moved), tastes (until an
act changed what they follow from).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from numpy.typing import NDArray

from ..catalogue.models import Paper
from ..languages import number
from ..readers import follows, taste
from ..readers.models import Follow, Reader
from ..readers.taste_features import Features, Ground, Papers, Words, ground, papers
from ..readers.taste_model import Cause, Lesson, Taste, interest, learn
from ..readers.taste_places import mixed
from ..search import cloud
from ..search.embedding.sketch import shipped
from ..spoken import sentence
from ..text import latex
from ..text.folding import fold
from . import near
from .for_you import OPEN_EVERY

FROM, FULL_AT = 1.0, 4.0  # spreads above the usual score, for what the group's acts speak for
EVERY = OPEN_EVERY
CURIOSITY = 0.5  # weight of not knowing, for the open places
DECLARED, MOST_DECLARED = ("topic", "category", "search"), 50  # follows that begin an order
READ = 1500  # papers whose words are counted for the ground
LOOKED_AT = 400  # papers, best first, among which open places are given
_KEPT_TERMS, _KEPT_TASTES, _KEPT_MEASURES = 40_000, 200, 4_000
Measures = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Known:
    """What the score needs of a paper beside its vector, and what a reason prints."""

    revision: int
    key: str
    title: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One place of an order: row id, score, and whether the place was open for the unexpected."""

    paper: int
    score: float
    open: bool = False


_lock = Lock()
_terms: dict[int, Known] = {}
_labels: dict[str, str] = {}
_ground: tuple[Hashable, Ground] | None = None
_words: tuple[Ground | None, dict[int, tuple[int, Words]]] = None, {}
_tastes: OrderedDict[Hashable, tuple[Hashable, Mine]] = OrderedDict()
_group: tuple[Hashable, Mine | None] | None = None


def forget() -> None:
    """Drop what this process keeps (tests; after a restored backup)."""
    global _ground, _group, _words
    with _lock:
        _terms.clear()
        _labels.clear()
        _tastes.clear()
        _ground = _group = None
        _words = None, {}


def known_of(ids: Sequence[int], revisions: Mapping[int, int] | None = None) -> dict[int, Known]:
    """Terms and titles of live papers; one query per 2,000 that are not kept, or whose revision is another."""
    found = {}
    missing = []
    for paper in ids:
        have = _terms.get(paper)
        if have is None or (revisions is not None and have.revision != revisions.get(paper, have.revision)):
            missing.append(paper)
        else:
            found[paper] = have
    for start in range(0, len(missing), 2000):
        rows = Paper.objects.filter(id__in=missing[start:start + 2000]).values_list(
            "id", "revision", "key", "title", "categories", "topics", "authors")
        for paper, revision, key, title, categories, topics, authors in rows:
            labelled = [(f"category:{name}", name) for name in categories]
            labelled += [(f"topic:{fold(name)[:200]}", name) for name in topics]
            labelled += [(f"author:{fold(one['name'])[:200]}", one["name"]) for one in authors if one.get("name")]
            made = Known(revision, key, title, tuple(dict.fromkeys(term for term, _ in labelled)))
            with _lock:
                if len(_terms) >= _KEPT_TERMS:
                    _terms.clear()
                    _labels.clear()
                _terms[paper] = made
                _labels.update(labelled)
            found[paper] = made
    return found


def label(term: str) -> str:
    """A term as people write it."""
    if term.startswith("interest:"):
        return term.split(":", 2)[2]
    return _labels.get(term) or term.partition(":")[2]


def features(ids: Sequence[int], ground: Ground, revisions: Mapping[int, int] | None = None) -> list[Features]:
    """Features of papers in order; unknown ones have none."""
    known = known_of(ids, revisions)
    words = _words_of(known, ground)
    return [Features(vector, known[paper].terms if paper in known else (), words.get(paper))
            for paper, vector in zip(ids, cloud.vectors(ids), strict=True)]


def _words_of(known: Mapping[int, Known], ground: Ground) -> dict[int, Words]:
    """Words of papers, by the ground's list; read once for each revision of a paper while the ground stands."""
    global _words
    kept = _words
    if kept[0] is not ground:
        kept = _words = ground, {}
    found = {}
    missing = []
    for paper, one in known.items():
        have = kept[1].get(paper)
        if have is None or have[0] != one.revision:
            missing.append(paper)
        else:
            found[paper] = have[1]
    for start in range(0, len(missing) if ground.words else 0, 2000):
        rows = Paper.objects.filter(id__in=missing[start:start + 2000]).values_list(
            "id", "revision", "title", "abstract")
        for paper, revision, title, abstract in rows:
            found[paper] = ground.find_words(f"{title}. {abstract}")
            if len(kept[1]) < _KEPT_TERMS:
                kept[1][paper] = revision, found[paper]
    return found


def the_ground() -> Ground:
    """What papers are like in general, from a sample of the index."""
    global _ground
    mark = cloud.mark()
    kept = _ground
    if kept is not None and kept[0] == mark:
        return kept[1]
    rows = cloud.sample()
    known = known_of(rows)
    texts = Paper.objects.filter(id__in=rows[:: max(1, len(rows) // READ)][:READ]).values_list("title", "abstract")
    made = ground(cloud.vectors(rows), [known[row].terms for row in rows if row in known],
                  [f"{title}. {abstract}" for title, abstract in texts])
    _ground = mark, made
    return made


class Mine:
    """A taste, ready for pages. ``told``: what was said of which paper (row id)."""

    def __init__(self, taste: Taste, ground: Ground, told: Mapping[int, tuple[str, ...]], *, group: bool = False,
                 named: Iterable[int] = ()) -> None:
        """``group``: the taste of all readers, whose reasons name only the papers in ``named``."""
        self.taste, self.ground, self.told = taste, ground, told
        self.group, self.named = group, frozenset(named)
        self._usual: tuple[float, float] | None = None
        self._measured: dict[int, tuple[int, float, float]] = {}
        self._why: dict[int, str | None] = {}

    def __bool__(self) -> bool:
        return bool(self.taste)

    def usual(self) -> tuple[float, float]:
        """Mean and spread of the scores of a sample of papers; worked out once."""
        if self._usual is None:
            scores = self.taste.scores(self.papers(cloud.sample(1000)))
            self._usual = (float(scores.mean()), max(float(scores.std()), 1e-3)) if len(scores) else (0.0, 0.1)
        return self._usual

    def papers(self, ids: Sequence[int], revisions: Mapping[int, int] | None = None) -> Papers:
        """Papers as the score takes them."""
        return papers(features(ids, self.ground, revisions), self.ground)

    def scores(self, ids: Sequence[int], revisions: Mapping[int, int] | None = None) -> dict[int, float]:
        """Scores by row id."""
        found = self.taste.scores(self.papers(ids, revisions))
        return dict(zip(ids, found.tolist(), strict=True))

    def order(self, ids: Sequence[int], revisions: Mapping[int, int] | None = None, *, every: int = EVERY,
              limit: int | None = None) -> list[Ranked]:
        """Best first, with each ``every``-th place open for what nothing is known of; ``limit`` places at most."""
        ids = list(ids)
        scores, doubts = self._measures(ids, revisions or {})
        best = np.argsort(-scores, kind="stable")
        head = best[:LOOKED_AT]
        if every:
            hope = scores[head] + CURIOSITY * doubts[head]
            fresh = head[np.argsort(-hope, kind="stable")]
            places = mixed(best.tolist(), [row for row in fresh.tolist() if ids[row] not in self.told], every, limit)
        else:
            places = [(row, False) for row in best.tolist()]
        return [Ranked(ids[row], float(scores[row]), turn) for row, turn in places[:limit]]

    def _measures(self, ids: Sequence[int], revisions: Mapping[int, int]) -> tuple[Measures, Measures]:
        """Scores and doubts [len(ids)]; worked out once for each revision of a paper, for a day is asked for often."""
        kept = self._measured
        missing = [one for one in ids if one not in kept or kept[one][0] != revisions.get(one, kept[one][0])]
        if missing:
            asked = self.papers(missing, revisions)
            found = zip(missing, self.taste.scores(asked).tolist(), self.taste.doubts(asked).tolist(), strict=True)
            with _lock:
                if len(kept) > _KEPT_MEASURES:
                    kept = self._measured = {one: kept[one] for one in ids if one in kept}
                    self._why = {}
                for one, score, doubt in found:
                    kept[one] = revisions.get(one, 0), score, doubt
                    self._why.pop(one, None)
        rows = np.array([kept[one][1:] for one in ids], np.float32).reshape(-1, 2)
        return rows[:, 0], rows[:, 1]

    def reasons(self, ids: Sequence[int]) -> dict[int, str]:
        """For papers that something holds up, what: one line each, the cause itself."""
        why = self._why
        asked = [paper for paper in ids if paper not in self.told and paper not in why]
        causes = self.taste.causes(self.papers(asked)) if asked else []
        for paper, cause in zip(asked, causes, strict=True):
            why[paper] = None if cause is None else self.words(cause)
        return {paper: said for paper in ids if (said := why.get(paper)) is not None}

    def words(self, cause: Cause) -> str:
        """A cause as a sentence."""
        if cause.term.startswith("interest:"):
            return near_followed(label(cause.term))
        if cause.term:
            return learned_term(cause.term.partition(":")[0], label(cause.term), self.group)
        if self.group and cause.paper not in self.named:
            return near_group()
        title = short_title(known_of([cause.paper])[cause.paper].title)
        if self.group:
            return near_of_group(title)
        return near_own(title, self.told[cause.paper][0], cause.like)


@sentence("learned term")
def learned_term(kind: str, name: str, group: bool) -> str:
    """What was learned of a term: ``kind`` is author, topic, category or word; ``group``: of all readers together."""
    if group:
        said = {"author": _("By {name}, whom this group reads"), "topic": _("On a topic this group likes: {name}"),
                "category": _("In {name}, which this group likes"),
                "word": _("Says “{name}”, as papers this group likes do")}
    else:
        said = {"author": _("By {name}, whom you read"), "topic": _("On a topic you like: {name}"),
                "category": _("In {name}, which you like"), "word": _("Says “{name}”, as papers you liked do")}
    return said[kind].format(name=name)


@sentence("near followed")
def near_followed(name: str) -> str:
    """Near to what the reader follows."""
    return _("Close to “{name}”, which you follow").format(name=name)


@sentence("near group")
def near_group() -> str:
    """Where too few stand behind a paper to name it."""
    return _("Close to what this group likes")


@sentence("near of group")
def near_of_group(title: str) -> str:
    """Near to a paper that enough readers liked."""
    return _("Close to “{title}”, which this group likes").format(title=title)


@sentence("near own")
def near_own(title: str, act: str, alike: int) -> str:
    """Near to a paper of the reader's own; ``act``: what the reader did with it, ``alike``: how many say the same."""
    if alike > 1:
        return ngettext("Close to “{title}” and another paper you liked",
                        "Close to “{title}” and {others} other papers you liked", alike - 1).format(
                            title=title, others=number(alike - 1))
    return {
        "more": _("Close to “{title}”, of which you wanted more"), "vote": _("Close to “{title}”, which you voted for"),
        "save": _("Close to “{title}”, which you saved"),
        "start": _("Close to “{title}”, which you chose at the start"),
        "library": _("Close to “{title}” of your library"),
    }.get(act, _("Close to “{title}”")).format(title=title)


def short_title(title: str) -> str:
    """A title that fits into a line."""
    plain = " ".join(latex.readable(title).split())
    if len(plain) <= 64:
        return plain
    return plain[:62].rsplit(" ", 1)[0].rstrip(" ,;:-–—") + "…"


def _interest(followed: Follow, ground: Ground) -> Lesson:
    """What a reader follows, as a lesson: a category by itself, a topic and a search by what their words mean."""
    name = f"{followed.kind}:{followed.label}"[:280]
    if followed.kind == "category":
        return interest(name, Features(None, (f"category:{followed.label}",)))
    words = " ".join(word for word in followed.label.split() if ":" not in word and not word.startswith("-"))
    term = (f"topic:{fold(followed.label)[:200]}",) if followed.kind == "topic" else ()
    vector = np.asarray(shipped().embed([words]), np.float32)[0] if words else None
    return interest(name, Features(vector, term, ground.find_words(words)))


def of(reader: Reader | None) -> Mine | None:
    """The reader's taste; None while nothing was learned."""
    told = taste.said(reader)
    declared = [one for one in follows.of(reader) if one.kind in DECLARED][:MOST_DECLARED]
    if reader is None or not (told or declared):
        return None
    struck = taste.struck(reader)
    ground = the_ground()
    signature = (tuple((one.paper, one.target, one.kinds) for one in told), struck, cloud.mark(),
                 tuple((one.kind, one.value) for one in declared))
    with _lock:
        kept = _tastes.get(reader.pk)
        if kept is not None and kept[0] == signature:
            _tastes.move_to_end(reader.pk)
            return kept[1]
    lessons = [_interest(one, ground) for one in declared]
    lessons += [Lesson(one.paper, one.target, made)
               for one, made in zip(told, features([one.paper for one in told], ground), strict=True)]
    made = Mine(learn(lessons, ground, struck), ground, {one.paper: one.kinds for one in told})
    with _lock:
        _tastes[reader.pk] = signature, made
        while len(_tastes) > _KEPT_TASTES:
            _tastes.popitem(last=False)
    return made


def of_group() -> Mine | None:
    """The taste of all readers together; None while too few stand behind it."""
    global _group
    mark = near.group_mark(), cloud.mark()
    kept = _group
    if kept is not None and kept[0] == mark:
        return kept[1]
    shared = taste.shared()
    made = None
    if any(one.target > 0 for one in shared):
        ground = the_ground()
        vectors = features([one.paper for one in shared], ground)
        lessons = [Lesson(one.paper, one.target, made_of) for one, made_of in zip(shared, vectors, strict=True)]
        named = [one.paper for one in shared if one.readers >= taste.READERS_BEHIND]
        made = Mine(learn(lessons, ground), ground, {one.paper: () for one in shared}, group=True, named=named)
    _group = mark, made
    return made


def group_liking(ids: Sequence[int]) -> dict[int, tuple[float, str]]:
    """For row ids that the group's acts speak for: how much, above 0 and at most 1, and why.

    Scores are taken above what is usual for papers here: 0 for less than ``FROM`` spreads above the mean, 1 from
    ``FULL_AT`` on, as for nearness to declared interests.
    """
    mine = of_group()
    if mine is None:
        return {}
    asked = [paper for paper in ids if paper not in mine.told]
    usual = mine.usual()
    values = np.clip((mine.taste.scores(mine.papers(asked)) - usual[0]) / usual[1] - FROM, 0, FULL_AT - FROM)
    found = {paper: round(float(value) / (FULL_AT - FROM), 4)
             for paper, value in zip(asked, values, strict=True) if value > 0}
    why = mine.reasons(list(found))
    return {paper: (value, why[paper]) for paper, value in found.items() if value > 0 and paper in why}
