"""A plan becomes tantivy queries: what ranks, what must hold, and which hits are sure.

A word stands for its stems in every language that occurs among the papers; a hyphenated word also for its joined
form. Ranking is BM25 (Robertson and Zaragoza 2009; k1 1.2, b 0.75, fixed in tantivy) over title and abstract
together, plus a little for the title's own. A word that no paper has is looked for with one letter changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import tantivy
from tantivy import Occur, Query

from ..text.folding import fold
from ..text.language import detect
from . import schema as s
from .author_names import author_query
from .query import Filter, Plan
from .reader import Snapshot

TITLE_WEIGHT = 0.3
FUZZY_WEIGHT = 4.0  # about the BM25 of a rare word; a fuzzy match itself scores 1
FUZZY_FROM = 4  # letters: shorter words with one letter changed are other words
LONG_QUERY = 8  # words; from here on a sure hit may lack some
LONG_SHARE = 0.85
OWN_SHARE = 0.3
_MANY = 2_000_000_000
_HEAD, _MOST = 4, 5000  # letters, and words that begin with them
_SOURCES = {"pubmed": "pmid", "anthology": "acl", "acl anthology": "acl"}  # what people call them
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

_FIELD_OF = {"topic": s.F_TOPIC, "org": s.F_ORGANISATION, "venue": s.F_VENUE}


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing asked for: ``word`` as typed; each way is a set of stems that must all occur; one way is enough.

    ``fuzzy``: no paper has it; ``slips`` then gives for each stem the known ones with one letter changed, or None
    where only tantivy's automaton can tell (letters outside ASCII).
    """

    word: str
    ways: tuple[tuple[str, ...], ...]
    fuzzy: bool = False
    slips: tuple[tuple[str, tuple[str, ...] | None], ...] = ()


@dataclass(slots=True)
class Compiled:
    """What one plan asks of the words. ``sure`` is None when the plan has conditions only."""

    units: tuple[Unit, ...]
    need: int
    conditions: list[tuple[Any, Any]] = field(default_factory=list)
    ranking: Any = None
    sure: Any = None


def units_of(plan: Plan, snapshot: Snapshot) -> tuple[Unit, ...]:
    """The bare words of a plan as units, repeated ones repeated. Stop words of the query's language fall away."""
    language = detect(plan.meaning)
    order = (language if language in s.STEMMERS else "en", "en", *snapshot.languages)
    found: list[Unit] = []
    for group in plan.words:
        ways: dict[tuple[str, ...], None] = {}
        for word in group:
            ways.update(dict.fromkeys(_ways(word, order)))
        if ways:
            found.append(Unit(" ".join(group), tuple(ways)))
    return tuple(_with_fuzzy(unit, snapshot) for unit in found)


def _ways(word: str, languages: Sequence[str]) -> list[tuple[str, ...]]:
    """The sets of stems that ``word`` may have become, the query's own language first. Its stop words have none."""
    plain = s.plain(word)
    ways: list[tuple[str, ...]] = []
    for language in languages:
        terms = tuple(dict.fromkeys(str(term) for term in s.stemming(language).analyze(plain)))
        if not ways and not terms:
            return []
        if terms and terms not in ways:
            ways.append(terms)
    for joined in s.joined(plain):
        ways.extend((stem,) for stem in s.stem_variants(joined, languages))
    return list(dict.fromkeys(ways))


def _with_fuzzy(unit: Unit, snapshot: Snapshot) -> Unit:
    """The unit marked fuzzy when none of its stems is known and it is long enough for a slip of the finger."""
    known = any(snapshot.searcher.doc_freq(s.F_ABSTRACT, stem) for way in unit.ways for stem in way)
    if known or len(unit.word) < FUZZY_FROM:
        return unit
    stems = dict.fromkeys(stem for way in unit.ways for stem in way)
    return Unit(unit.word, unit.ways, True, tuple((stem, _slips(stem, snapshot)) for stem in stems))


def _slips(stem: str, snapshot: Snapshot) -> tuple[str, ...] | None:
    """The known stems one letter away from ``stem``: added, dropped, changed, or two neighbours swapped.

    Trying all of them takes a third of the time of an automaton over the whole dictionary, and is done once a query;
    those that begin as ``stem`` does are read off the dictionary instead.
    """
    if not stem.isascii():
        return None
    parts = [(stem[:at], stem[at:]) for at in range(len(stem) + 1)]
    near = {left + letter + right[drop:] for left, right in parts for letter in _LETTERS for drop in (0, 1)}
    near.update(left + right[1:] for left, right in parts)
    near.update(left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1)
    head, frequency = stem[:_HEAD], snapshot.searcher.doc_freq
    known = {word for word, _ in snapshot.searcher.terms_with_prefix(s.F_ABSTRACT, head, limit=_MOST)}
    found = near & known
    if len(stem) <= _HEAD or len(known) == _MOST:  # nearly everything begins so
        found = {word for word in near if word and frequency(s.F_ABSTRACT, word)}
    else:
        found.update(word for word in near if not word.startswith(head) and frequency(s.F_ABSTRACT, word))
    return tuple(sorted(found))


def _term(snapshot: Snapshot, name: str, stem: str) -> Any:
    return Query.term_query(snapshot.schema, name, stem, index_option="freq")


def _fuzzy(snapshot: Snapshot, stem: str, slips: tuple[str, ...] | None) -> Any:
    """The papers with a word one letter away from ``stem``; each scores 1."""
    if slips is None:
        return Query.fuzzy_term_query(snapshot.schema, s.F_ABSTRACT, stem, distance=1, transposition_cost_one=True)
    if not slips:
        return Query.empty_query()
    found = [(Occur.Should, _term(snapshot, s.F_ABSTRACT, word)) for word in slips]
    return Query.const_score_query(found[0][1] if len(found) == 1 else Query.boolean_query(found), 1.0)


def unit_query(snapshot: Snapshot, unit: Unit) -> Any:
    """The papers that have the unit."""
    ways, slips = [], dict(unit.slips)
    for way in unit.ways:
        terms = [_fuzzy(snapshot, stem, slips.get(stem)) if unit.fuzzy else _term(snapshot, s.F_ABSTRACT, stem)
                 for stem in way]
        ways.append(terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Must, term) for term in terms]))
    return ways[0] if len(ways) == 1 else Query.boolean_query([(Occur.Should, way) for way in ways])


def _ranked_stems(snapshot: Snapshot, unit: Unit) -> set[str]:
    """Stems that rank. Those of other languages only when they are about as common: BM25 would take a stem that
    occurs in a few papers, whose language was mistaken, for a rare and telling word.
    """
    own = unit.ways[0]
    common = max((snapshot.searcher.doc_freq(s.F_ABSTRACT, stem) for stem in own), default=0)
    kept = set(own)
    for way in unit.ways[1:]:
        if len(way) != len(own):
            kept.update(way)
        else:
            kept.update(stem for stem in way if snapshot.searcher.doc_freq(s.F_ABSTRACT, stem) >= OWN_SHARE * common)
    return kept


def _ranking(snapshot: Snapshot, units: Sequence[Unit], phrases: Sequence[str]) -> Any:
    weights: dict[tuple[str, bool], int] = {}
    slips: dict[str, tuple[str, ...] | None] = {}
    for unit in units:
        slips.update(unit.slips)
        for stem in _ranked_stems(snapshot, unit):
            weights[(stem, unit.fuzzy)] = weights.get((stem, unit.fuzzy), 0) + 1
    for phrase in phrases:
        for stem in set(s.stems(phrase)):
            weights.setdefault((stem, False), 1)
    clauses = []
    for (stem, fuzzy), times in weights.items():
        if fuzzy:
            near = _fuzzy(snapshot, stem, slips.get(stem))
            clauses.append((Occur.Should, Query.boost_query(near, FUZZY_WEIGHT * times)))
            continue
        whole, title = _term(snapshot, s.F_ABSTRACT, stem), _term(snapshot, s.F_TITLE, stem)
        clauses.append((Occur.Should, whole if times == 1 else Query.boost_query(whole, float(times))))
        clauses.append((Occur.Should, Query.boost_query(title, TITLE_WEIGHT * times)))
    return Query.boolean_query(clauses) if clauses else None


def phrase_query(snapshot: Snapshot, phrase: str) -> Any:
    """The papers whose title or abstract holds the quoted words, literally. None when there is no word in it."""
    terms = s.exact(phrase)
    if not terms:
        return None
    clauses = []
    for name in (s.F_TITLE_EXACT, s.F_ABSTRACT_EXACT):
        patterns: list[str | tuple[int, str]] = [s.exact_pattern(term) for term in terms]
        if len(patterns) == 1:
            clauses.append((Occur.Should, Query.regex_query(snapshot.schema, name, str(patterns[0]))))
        else:
            clauses.append((Occur.Should, Query.regex_phrase_query(snapshot.schema, name, patterns)))
    return Query.boolean_query(clauses)


def filter_query(snapshot: Snapshot, wanted: Filter) -> Any:
    """The papers that meet a named condition: any of its values."""
    clauses = []
    for value in wanted.values:
        if wanted.name == "votes":
            query = voted_query(snapshot, int(value))
        elif wanted.name == "source":
            query = _source_query(snapshot, value)
        elif wanted.name == "cat":
            query = Query.term_query(snapshot.schema, s.F_CATEGORY, value.lower(), index_option="basic")
        elif wanted.name == "id":
            query = Query.term_query(snapshot.schema, s.F_IDENTIFIER, value.lower(), index_option="basic")
        else:
            query = (author_query(snapshot, value) if wanted.name == "author"
                     else _name_query(snapshot, _FIELD_OF[wanted.name], s.name_words(value)))
        clauses.append((Occur.Should, query))
    return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)


def voted_query(snapshot: Snapshot, least: int) -> Any:
    """The papers with at least ``least`` votes, by the mapped column."""
    columns = snapshot.columns
    rows = np.flatnonzero((columns.votes >= min(least, _MANY)) & columns.live).tolist()
    return Query.const_score_query(Query.term_set_query(snapshot.schema, s.F_ROW, rows), 0.0)


def has_sources(snapshot: Snapshot) -> bool:
    """Whether the index knows sources; one made by an earlier version learns them when it is rebuilt."""
    try:
        Query.term_query(snapshot.schema, s.F_SOURCE, "arxiv", index_option="basic")
    except ValueError:
        return False
    return True


def _source_query(snapshot: Snapshot, source: str) -> Any:
    """The papers that a source has: those with an identifier of its scheme."""
    scheme = fold(source)
    scheme = _SOURCES.get(scheme, scheme)
    if has_sources(snapshot):
        return Query.term_query(snapshot.schema, s.F_SOURCE, scheme, index_option="basic")
    return Query.regex_query(snapshot.schema, s.F_IDENTIFIER, f"{re.escape(scheme)}:.*")


def _name_query(snapshot: Snapshot, name: str, terms: list[str]) -> Any:
    if not terms:
        return Query.empty_query()
    if len(terms) == 1:
        return Query.term_query(snapshot.schema, name, terms[0])
    return Query.phrase_query(snapshot.schema, name, list(terms))


def _conditions(plan: Plan, snapshot: Snapshot) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for wanted in plan.filters:
        found.append((Occur.MustNot if wanted.without else Occur.Must, filter_query(snapshot, wanted)))
    for word in plan.without:
        ways = tuple(_ways(word, ("en", *snapshot.languages)))
        if ways:
            found.append((Occur.MustNot, unit_query(snapshot, Unit(word, ways))))
    for phrase in plan.without_phrases:
        query = phrase_query(snapshot, phrase)
        if query is not None:
            found.append((Occur.MustNot, query))
    if plan.since or plan.before:
        low = plan.since.toordinal() if plan.since else 1
        high = plan.before.toordinal() - 1 if plan.before else 4_000_000
        found.append((Occur.Must, Query.range_query(
            snapshot.schema, s.F_DAY, tantivy.FieldType.Unsigned, low, high) if low <= high else Query.empty_query()))
    return found


def needed(units: Sequence[Unit]) -> int:
    """How many of the units a sure hit must have: all, and of eight or more at least 85%."""
    return len(units) if len(units) < LONG_QUERY else math.ceil(LONG_SHARE * len(units))


def compile_plan(plan: Plan, snapshot: Snapshot, extra: Sequence[tuple[Any, Any]] = ()) -> Compiled:
    """``extra``: further clauses that must hold, such as a reader's own filters and the rows that are gone."""
    every = units_of(plan, snapshot)
    if plan.words and not every and not plan.phrases:  # nothing but stop words: as they stand
        plan = replace(plan, phrases=(" ".join(group[0] for group in plan.words),))
    units = tuple(dict.fromkeys(every))
    made = Compiled(units, needed(units), [*_conditions(plan, snapshot), *extra])
    made.ranking = _ranking(snapshot, every, plan.phrases)
    literal = [query for phrase in plan.phrases if (query := phrase_query(snapshot, phrase)) is not None]
    if not units:  # nothing but quoted words: a paper without them is not close
        made.conditions.extend((Occur.Must, query) for query in literal)
        if plan.phrases and not literal:  # words that no index holds: endless ones, signs
            made.conditions.append((Occur.Must, Query.empty_query()))
        return made
    clauses = [(Occur.Should, unit_query(snapshot, unit)) for unit in units]
    enough = Query.boolean_query(clauses, minimum_number_should_match=made.need)
    made.sure = Query.boolean_query([(Occur.Must, query) for query in (enough, *literal)])
    return made


def _silent(clause: tuple[Any, Any]) -> tuple[Any, Any]:
    """A condition that adds nothing to the score."""
    occur, query = clause
    return occur, (Query.const_score_query(query, 0.0) if occur == Occur.Must else query)


def conditioned(compiled: Compiled, snapshot: Snapshot) -> Any:
    """The papers that meet all conditions, or None when there are none."""
    if not compiled.conditions:
        return None
    clauses = [_silent(clause) for clause in compiled.conditions]
    return Query.boolean_query([(Occur.Must, Query.const_score_query(s.all_papers(snapshot.schema), 0.0)), *clauses])


def ranked_query(compiled: Compiled, snapshot: Snapshot) -> Any:
    """Bare words ranked with OR, inside the conditions. None when there is no word."""
    if compiled.ranking is None:
        return None
    if not compiled.conditions:
        return compiled.ranking
    return Query.boolean_query([(Occur.Must, compiled.ranking), *map(_silent, compiled.conditions)])


def sure_query(compiled: Compiled, snapshot: Snapshot, *, score: bool) -> Any:
    """The sure hits: enough of the words, and all conditions."""
    clauses = [_silent(clause) for clause in compiled.conditions]
    if compiled.sure is not None:
        clauses.append((Occur.Must, Query.const_score_query(compiled.sure, 0.0)))
    else:
        clauses.append((Occur.Must, Query.const_score_query(s.all_papers(snapshot.schema), 0.0)))
    if score and compiled.ranking is not None:
        clauses.append((Occur.Should, compiled.ranking))
    return Query.boolean_query(clauses)
