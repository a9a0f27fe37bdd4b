"""What tantivy keeps of a paper, and how text becomes terms: the same way when indexing and when asking.

Fields (names are the ``F_`` constants):

* ``row``: the paper's row number (``Paper.id``), fast and indexed; joins a hit to the columns and the database.
* ``what``: ``paper`` for papers, ``position`` for the one sentinel document; :func:`all_papers` asks for the first.
* ``title``, ``abstract`` (title and abstract together): folded, lower case, stop words out, stemmed in the
  document's own language. Hyphenated
  compounds are there in parts and once more joined ("self-supervised": self, supervis, selfsupervis).
* ``title_exact``, ``abstract_exact``: accents folded, case kept, nothing stemmed or left out, with positions.
* ``authors``, ``organisation``, ``venue``, ``topic``: folded lower-case words with positions, one value each.
* ``identifier``: ``scheme:value`` and the bare value, lower case. ``title_hash``: :func:`title_hash`, exact title.
* ``category``: lower case, with its parents (cs.cl, cs). ``category_name``, ``organisation_name``, ``topic_name``: as
  printed, fast, for counts. ``source``: schemes of the identifiers, fast; an index made before it has none until it
  is rebuilt. ``year`` and ``day`` (``date.toordinal()``): fast and indexed; 0 when unknown.

Chinese, Japanese and Korean are split in overlapping pairs of characters, as search engines do for text without
spaces. Stemmers are Snowball's, by language; folding is Unicode NFKC and then ASCII folding of Latin letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import tantivy

from ..text import latex

if TYPE_CHECKING:
    from ..catalogue.documents import IndexDoc

VERSION = 2  # raise at every change of fields or analysis: an index of another version is rebuilt

F_ROW, F_WHAT, F_MARK = "row", "what", "mark"
F_TITLE, F_ABSTRACT = "title", "abstract"
F_TITLE_EXACT, F_ABSTRACT_EXACT = "title_exact", "abstract_exact"
F_AUTHORS, F_ORGANISATION, F_VENUE, F_TOPIC = "authors", "organisation", "venue", "topic"
F_IDENTIFIER, F_TITLE_HASH = "identifier", "title_hash"
F_CATEGORY, F_YEAR, F_DAY = "category", "year", "day"
F_CATEGORY_NAME, F_ORGANISATION_NAME, F_TOPIC_NAME = "category_name", "organisation_name", "topic_name"
F_SOURCE = "source"

PAPER, POSITION = "paper", "position"
LONGEST = 40  # characters; longer tokens are noise of broken files

# Language codes (ISO 639-1) to the names of tantivy's stemmers; "en" is also taken for an unknown language.
STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003134f"
_CJK_RUN = re.compile(f"[{_CJK}]+")
_COMPOUND = re.compile(r"[^\W_]+(?:-[^\W_]+){1,4}")
_WORD = re.compile(r"[^\W_]+")


def _names(language: str) -> str:
    return STEMMERS.get(language, "english")


@lru_cache(maxsize=len(STEMMERS))
def stemming(language: str) -> tantivy.TextAnalyzer:
    """The analyzer of the stemmed fields for ``language`` (ISO 639-1; unknown ones read as English)."""
    name = _names(language)
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(LONGEST)).filter(tantivy.Filter.lowercase())
    if name not in {"arabic", "greek", "romanian", "tamil", "turkish"}:  # tantivy has no list of stop words for these
        builder = builder.filter(tantivy.Filter.stopword(name))
    return builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.stemmer(name)).build()


@lru_cache(maxsize=1)
def literal() -> tantivy.TextAnalyzer:
    """The analyzer of the exact fields: words as printed, accents folded, case kept."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.remove_long(LONGEST)).filter(tantivy.Filter.ascii_fold()).build()


@lru_cache(maxsize=1)
def naming() -> tantivy.TextAnalyzer:
    """The analyzer of names (authors, organisations, venues, topics): folded lower-case words."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(LONGEST))
    return builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.lowercase()).build()


def build() -> Any:
    """The tantivy schema."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field(F_ROW, indexed=True, fast=True)
    builder.add_text_field(F_WHAT, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(F_MARK, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(F_TITLE, tokenizer_name="stemmed", index_option="position")
    builder.add_text_field(F_ABSTRACT, tokenizer_name="stemmed", index_option="freq")
    builder.add_text_field(F_TITLE_EXACT, tokenizer_name="literal", index_option="position")
    builder.add_text_field(F_ABSTRACT_EXACT, tokenizer_name="literal", index_option="position")
    for name in (F_AUTHORS, F_ORGANISATION, F_VENUE, F_TOPIC):
        builder.add_text_field(name, tokenizer_name="names", index_option="position")
    for name in (F_IDENTIFIER, F_CATEGORY):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(F_TITLE_HASH, indexed=True)
    for name in (F_CATEGORY_NAME, F_ORGANISATION_NAME, F_TOPIC_NAME, F_SOURCE):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(F_YEAR, indexed=True, fast=True)
    builder.add_unsigned_field(F_DAY, indexed=True, fast=True)
    return builder.build()


def register(index: Any) -> None:
    """Give an opened index the analyzers that its schema names (tantivy does not store them)."""
    index.register_tokenizer("stemmed", stemming("en"))
    index.register_tokenizer("literal", literal())
    index.register_tokenizer("names", naming())


@lru_cache(maxsize=1024)
def _latex_words(text: str) -> str:
    return latex.to_words(text)


def readable(text: str) -> str:
    """``text`` with LaTeX as words; remembered for a moment, because words and vectors both ask."""
    return _latex_words(text) if "\\" in text or "$" in text else text


def plain(text: str) -> str:
    """Text ready for any analyzer: LaTeX to words, NFKC, CJK in pairs, C++ as a word. Pure; same on both sides."""
    if "\\" in text or "$" in text:
        text = _latex_words(text)
    if "++" in text:
        text = text.replace("C++", " Cplusplus ").replace("c++", " cplusplus ")
    if text.isascii():
        return text
    return _CJK_RUN.sub(_pairs, unicodedata.normalize("NFKC", text))


def _pairs(match: re.Match[str]) -> str:
    run = match.group()
    if len(run) < 3:
        return f" {run} "
    return f" {' '.join(run[at:at + 2] for at in range(len(run) - 1))} "


def joined(text: str) -> list[str]:
    """The hyphenated compounds of plain ``text`` written as one word: "self-supervised" gives "selfsupervised"."""
    if "‐" in text or "‑" in text:
        text = text.replace("‐", "-").replace("‑", "-")
    if "-" not in text:
        return []
    found = [match for piece in text.split() if "-" in piece for match in _COMPOUND.findall(piece)]
    return [word for match in found if len(word := match.replace("-", "")) <= LONGEST]


def stems(text: str, language: str = "en") -> list[str]:
    """The terms that the stemmed fields hold for ``text``, in order, without the joined compounds."""
    return [str(term) for term in stemming(language).analyze(plain(text))]


def stem_variants(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The distinct stems of one word over the languages that occur in the index: any of them may be in a paper.

    A stop word of every language gives nothing; so does a word that falls into several terms (hyphens, CJK): use
    :func:`stems` on those.
    """
    found: dict[str, None] = {}
    for language in ("en", *languages):
        terms = stems(word, language)
        if len(terms) == 1:
            found[terms[0]] = None
    return tuple(found)


def exact(text: str) -> list[str]:
    """The terms that the exact fields hold for ``text``: folded, case kept."""
    return [str(term) for term in literal().analyze(plain(text))]


def exact_pattern(term: str) -> str:
    """A regular expression for one quoted term (:func:`exact`), for ``Query.regex_phrase_query``.

    A term with a capital after its first letter (an acronym, "GAN", "mRNA") stands for itself only; any other for its
    lower-case, capitalised and upper-case forms, so that a phrase is found in a title as well.
    """
    if term[1:] != term[1:].lower() or (len(term) == 1 and term.isupper()):
        return re.escape(term)
    forms = dict.fromkeys((term.lower(), term.lower().capitalize(), term.upper()))
    return f"({'|'.join(re.escape(form) for form in forms)})" if len(forms) > 1 else re.escape(term)


def name_words(text: str) -> list[str]:
    """The terms that the name fields hold for ``text``: "Jürgen Müller-Lüdenscheidt" gives three."""
    return [str(term) for term in naming().analyze(plain(text))]


def title_key(text: str) -> str:
    """A title without case, accents, markup, spaces and punctuation: equal keys mean the same title."""
    folded = readable(text)
    if folded.isascii():
        return "".join(_WORD.findall(folded.lower()))
    folded = unicodedata.normalize("NFKD", folded)
    return "".join(_WORD.findall("".join(c for c in folded if not unicodedata.combining(c)).casefold()))


def title_hash(text: str) -> int:
    """63 bits over :func:`title_key` (BLAKE2b): what ``title_hash`` holds. 0 for a title without letters."""
    key = title_key(text)
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") >> 1 if key else 0


def category_path(category: str) -> list[str]:
    """A category and its parents in lower case: "cs.CL" gives ["cs.cl", "cs"]."""
    name = category.strip().lower()
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)] if name else []


def day_number(published: str) -> int:
    """``YYYY[-MM[-DD]]`` as ``date.toordinal()`` of its first day; 0 when empty or no date."""
    year, month, day = (*published.split("-"), "1", "1")[:3] if published else ("0", "1", "1")
    try:
        return date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return 0


def document(doc: IndexDoc) -> Any:
    """The tantivy document of one paper."""
    made = tantivy.Document()
    made.add_unsigned(F_ROW, doc.row)
    made.add_text(F_WHAT, PAPER)
    title, abstract = plain(doc.title), plain(doc.abstract)
    own = stemming(doc.language) if doc.language in STEMMERS and doc.language != "en" else None
    # The abstract's field holds the title too: one BM25 over the whole text, and a little more for the title's own,
    # ranks better than the two apart (nDCG@10, mean of 11 collections: .482, apart .464, whole text alone .469).
    for field, text in ((F_TITLE, title), (F_ABSTRACT, title), (F_ABSTRACT, abstract)):
        for value in filter(None, (text, " ".join(joined(text)))):
            if own is None:
                made.add_text(field, value)
            else:
                made.add_pre_tokenized_text(field, own.pre_tokenize(value))
    for field, text in ((F_TITLE_EXACT, title), (F_ABSTRACT_EXACT, abstract)):
        if text:
            made.add_text(field, text)
    _add_names(made, doc)
    day = day_number(doc.published)
    made.add_unsigned(F_TITLE_HASH, title_hash(doc.title))
    made.add_unsigned(F_YEAR, int(doc.published[:4]) if day else 0)
    made.add_unsigned(F_DAY, day)
    return made


def _add_names(made: Any, doc: IndexDoc) -> None:
    values: tuple[tuple[str, Sequence[str]], ...] = (
        (F_AUTHORS, doc.authors), (F_TOPIC, doc.topics),
        (F_ORGANISATION, (doc.organisation,)), (F_VENUE, (doc.venue,)),
    )
    for field, texts in values:
        for text in filter(None, texts):
            made.add_text(field, plain(text))
    for scheme, value in doc.identifiers:
        made.add_text(F_IDENTIFIER, f"{scheme}:{value}".lower())
        made.add_text(F_IDENTIFIER, value.lower())
    for scheme in dict.fromkeys(scheme for scheme, _ in doc.identifiers):
        made.add_text(F_SOURCE, scheme)
    for category in doc.categories:
        made.add_text(F_CATEGORY_NAME, category)
    for path in dict.fromkeys(part for category in doc.categories for part in category_path(category)):
        made.add_text(F_CATEGORY, path)
    for topic in doc.topics:
        made.add_text(F_TOPIC_NAME, topic)
    if doc.organisation:
        made.add_text(F_ORGANISATION_NAME, doc.organisation)


def all_papers(schema: Any) -> Any:
    """A query for every paper, without the sentinel that holds the position."""
    return tantivy.Query.term_query(schema, F_WHAT, PAPER, index_option="basic")
