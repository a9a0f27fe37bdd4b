"""Fields: named groups of categories. A paper stands in the field of its first category that any field knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..text.folding import slug


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the page. ``categories``: exact ones ("cs.CV") or whole archives and areas ("astro-ph", "econ")."""

    slug: str
    name: str
    categories: tuple[str, ...]


Table = tuple[Field, ...]

FIELDS: Table = (
    Field("learning", "Learning", ("cs.LG", "stat.ML", "cs.NE")),
    Field("vision", "Vision", ("cs.CV", "eess.IV", "cs.GR", "cs.MM")),
    Field("language", "Language", ("cs.CL", "eess.AS", "cs.SD", "cs.IR")),
    Field("artificial-intelligence", "Artificial intelligence", ("cs.AI", "cs.MA")),
    Field("robotics", "Robotics", ("cs.RO", "eess.SY", "cs.SY")),
    Field("security", "Security", ("cs.CR",)),
    Field("people", "People and computers", ("cs.HC", "cs.CY", "cs.SI", "cs.DL")),
    Field("information-theory", "Information theory", ("cs.IT", "math.IT", "eess.SP")),
    Field("theory", "Theory of computing", ("cs.DS", "cs.CC", "cs.GT", "cs.DM", "cs.CG", "cs.FL", "cs.LO")),
    Field("computing", "Computing", ("cs", "eess", "acm")),
    Field("astronomy", "Astronomy", ("astro-ph",)),
    Field("gravity", "Gravity and cosmology", ("gr-qc",)),
    Field("high-energy", "High-energy physics", ("hep-ph", "hep-th", "hep-ex", "hep-lat", "nucl-th", "nucl-ex")),
    Field("quantum", "Quantum physics", ("quant-ph",)),
    Field("matter", "Condensed matter", ("cond-mat",)),
    Field("physics", "Physics", ("physics", "nlin", "math-ph")),
    Field("statistics", "Statistics", ("stat", "math.ST")),
    Field("mathematics", "Mathematics", ("math",)),
    Field("biology", "Biology", ("q-bio", "biology", "bio")),
    Field("medicine", "Medicine", ("medicine", "systematic-review", "health")),
    Field("economics", "Economics", ("econ", "q-fin", "economics")),
)
OTHER = Field("other", "Other papers", ())


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
    return Field(code, name, (head,)) if code else OTHER


MOST_SECTIONS, MOST_CATEGORIES, LONGEST_NAME = 60, 200, 60


def table_of(sections: Sequence[Mapping[str, Any]]) -> Table:
    """The site's own table from its choice ``sections``: ``[{"name": ..., "categories": [...]}]``, in this order."""
    made: dict[str, Field] = {}
    for one in sections:
        field = Field(slug(str(one["name"])), str(one["name"]), tuple(str(item) for item in one["categories"]))
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
            return [], f"“{line[:60]}” is not a section. Write a name, a colon and categories: Vision: cs.CV, eess.IV"
        if len(name) > LONGEST_NAME or not slug(name):
            return [], f"“{name[:60]}” cannot name a section: 1 to {LONGEST_NAME} letters, not signs alone."
        if any(" " in item or len(item) > 80 for item in categories):
            wrong = next(item for item in categories if " " in item or len(item) > 80)
            return [], f"“{wrong[:60]}” is not a category. Example: cs.CV"
        if slug(name) in taken:
            return [], f"Two sections are called “{name}”."
        taken[slug(name)] = name
        sections.append({"name": name, "categories": list(dict.fromkeys(categories))})
    if len(sections) > MOST_SECTIONS or any(len(one["categories"]) > MOST_CATEGORIES for one in sections):
        return [], f"At most {MOST_SECTIONS} sections of {MOST_CATEGORIES} categories each."
    return sections, ""
