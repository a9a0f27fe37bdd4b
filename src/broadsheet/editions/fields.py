"""Fields: named groups of categories. A paper stands in the field of its first category that any field knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from ..spoken import Said, sentence
from ..text.folding import slug


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the page. ``categories``: exact ones ("cs.CV") or whole archives and areas ("astro-ph", "econ")."""

    slug: str
    name: str
    categories: tuple[str, ...]


Table = tuple[Field, ...]

@sentence("field")
def _name(name: str) -> str:
    """The name of a field that the house brings along."""
    return gettext(name)


def _built_in(slug: str, name: str, categories: tuple[str, ...]) -> Field:
    return Field(slug, Said(name, "field", (name,)), categories)


FIELDS: Table = (
    _built_in("learning", noop("Learning"), ("cs.LG", "stat.ML", "cs.NE")),
    _built_in("vision", noop("Vision"), ("cs.CV", "eess.IV", "cs.GR", "cs.MM")),
    _built_in("language", noop("Language"), ("cs.CL", "eess.AS", "cs.SD", "cs.IR")),
    _built_in("artificial-intelligence", noop("Artificial intelligence"), ("cs.AI", "cs.MA")),
    _built_in("robotics", noop("Robotics"), ("cs.RO", "eess.SY", "cs.SY")),
    _built_in("security", noop("Security"), ("cs.CR",)),
    _built_in("people", noop("People and computers"), ("cs.HC", "cs.CY", "cs.SI", "cs.DL")),
    _built_in("information-theory", noop("Information theory"), ("cs.IT", "math.IT", "eess.SP")),
    _built_in("theory", noop("Theory of computing"), ("cs.DS", "cs.CC", "cs.GT", "cs.DM", "cs.CG", "cs.FL", "cs.LO")),
    _built_in("computing", noop("Computing"), ("cs", "eess", "acm")),
    _built_in("astronomy", noop("Astronomy"), ("astro-ph",)),
    _built_in("gravity", noop("Gravity and cosmology"), ("gr-qc",)),
    _built_in("high-energy", noop("High-energy physics"),
              ("hep-ph", "hep-th", "hep-ex", "hep-lat", "nucl-th", "nucl-ex")),
    _built_in("quantum", noop("Quantum physics"), ("quant-ph",)),
    _built_in("matter", noop("Condensed matter"), ("cond-mat",)),
    _built_in("physics", noop("Physics"), ("physics", "nlin", "math-ph")),
    _built_in("statistics", noop("Statistics"), ("stat", "math.ST")),
    _built_in("mathematics", noop("Mathematics"), ("math",)),
    _built_in("biology", noop("Biology"), ("q-bio", "biology", "bio")),
    _built_in("medicine", noop("Medicine"), ("medicine", "systematic-review", "health")),
    _built_in("economics", noop("Economics"), ("econ", "q-fin", "economics")),
)
OTHER = _built_in("other", noop("Other papers"), ())
OTHERS = _built_in("other", noop("Other fields"), ())  # small ones together
FOR_GROUP = _built_in("for-group", noop("For this group"), ())
_NAMES = {(one.slug, str(one.name)): one.name for one in (*FIELDS, OTHER, OTHERS, FOR_GROUP)}


def named_as(slug: str, name: str) -> str:
    """The name of a field as it was stored or typed: one that the house brings along is known again, so that it can
    be said in other languages; a site's own stays as it is."""
    return _NAMES.get((slug, name), name)


def within(category: str, wanted: str) -> bool:
    """Whether ``category`` is ``wanted`` or lies in it ("cs.CV" in "cs", "econ:macro" in "econ")."""
    return category == wanted or (category.startswith(wanted) and category[len(wanted)] in ".:")


def within_any(categories: Iterable[str], wanted: Iterable[str]) -> str:
    """The first of ``categories`` that lies in one of ``wanted``, else the empty text."""
    asked = tuple(wanted)
    return next((category for category in categories if any(within(category, one) for one in asked)), "")


@lru_cache(maxsize=20_000)
def field_of(categories: tuple[str, ...], table: Table = FIELDS) -> Field:
    """The field a paper stands in: exact categories before whole archives; labels that no field knows name their own.

    A label of the form ``area:name`` counts by its area; a conference's own heading ("Computer Vision II")
    becomes a field of that name without its numeral. What a site's own table leaves open the built-in one decides.
    """
    for category in categories:
        for exact in (True, False):
            for field in table:
                if any(category == one if exact else within(category, one) for one in field.categories):
                    return field
    if table is not FIELDS and table != FIELDS:
        return field_of(categories)
    return named(categories[0]) if categories else OTHER


def named(label: str) -> Field:
    """A field for a label that no table knows, with a readable name."""
    head = label.split(":", 1)[0].strip()
    words = head.replace("_", " ").replace("-", " ").split()
    if len(words) > 1 and set(words[-1]) <= set("IVX"):
        words.pop()
    name = " ".join(words)
    name = name[:1].upper() + name[1:]
    code = slug(name)
    return Field(code, named_as(code, name), (head,)) if code else OTHER


MOST_SECTIONS, MOST_CATEGORIES, LONGEST_NAME = 60, 200, 60


def table_of(sections: Sequence[Mapping[str, Any]]) -> Table:
    """The site's own table from its choice ``sections``: ``[{"name": ..., "categories": [...]}]``, in this order."""
    made: dict[str, Field] = {}
    for one in sections:
        code, name = slug(str(one["name"])), str(one["name"])
        field = Field(code, named_as(code, name), tuple(str(item) for item in one["categories"]))
        if field.slug and field.slug not in made:
            made[field.slug] = field
    return tuple(made.values()) or FIELDS


def as_text(sections: Sequence[Mapping[str, Any]]) -> str:
    """The table as a person writes it: a line for each section, ``Vision: cs.CV, eess.IV``."""
    return "\n".join(f"{one['name']}: {', '.join(one['categories'])}" for one in sections)


def read_table(text: str) -> tuple[list[dict[str, Any]], str]:
    """The sections that a text names, and the first fault as a sentence (empty: all is well)."""
    sections: list[dict[str, Any]] = []
    taken: dict[str, str] = {}
    for line in filter(None, (one.strip() for one in text.replace("\0", " ").splitlines())):
        name, colon, rest = line.partition(":")
        name, categories = " ".join(name.split()), [part.strip() for part in rest.split(",") if part.strip()]
        if not colon or not name or not categories:
            return [], gettext("“{line}” is not a section. Write a name, a colon and categories: Vision: cs.CV, eess.IV"
                               ).format(line=line[:60])
        if len(name) > LONGEST_NAME or not slug(name):
            return [], gettext("“{name}” cannot name a section: 1 to {most} letters, not signs alone.").format(
                name=name[:60], most=LONGEST_NAME)
        if any(" " in item or len(item) > 80 for item in categories):
            wrong = next(item for item in categories if " " in item or len(item) > 80)
            return [], gettext("“{name}” is not a category. Example: cs.CV").format(name=wrong[:60])
        if slug(name) in taken:
            return [], gettext("Two sections are called “{name}”.").format(name=name)
        taken[slug(name)] = name
        sections.append({"name": name, "categories": list(dict.fromkeys(categories))})
    if len(sections) > MOST_SECTIONS or any(len(one["categories"]) > MOST_CATEGORIES for one in sections):
        return [], gettext("At most {sections} sections of {categories} categories each.").format(
            sections=MOST_SECTIONS, categories=MOST_CATEGORIES)
    return sections, ""
