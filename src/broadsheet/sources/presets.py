"""Fields a newcomer can choose, and which of arXiv's categories, OAI-PMH sets and other lists belong to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _lazy

from .sections import ARCHIVES, CS_CLASSES

if TYPE_CHECKING:
    from ..languages import Text

_PHYSICS = ("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
            "nucl-th", "physics", "quant-ph")


@dataclass(frozen=True, slots=True)
class Field:
    """A preset. ``categories``: arXiv categories or whole archives. ``hf``: Daily Papers belong to it."""

    key: str
    name: Text
    categories: tuple[str, ...]
    hf: bool = False


FIELDS: dict[str, Field] = {field.key: field for field in (
    Field("ai", _lazy("Artificial intelligence"),
          ("cs.AI", "cs.LG", "cs.CL", "cs.CV", "cs.RO", "cs.MA", "cs.NE", "cs.IR", "stat.ML"), hf=True),
    # Class by class: one feed of the whole archive would be cut at 2,000 entries.
    Field("computer-science", _lazy("Computer science"), tuple(f"cs.{name}" for name in CS_CLASSES)),
    Field("biology-medicine", _lazy("Biology and medicine"), ("q-bio", "physics.bio-ph", "physics.med-ph")),
    Field("physics", _lazy("Physics"), _PHYSICS),
    Field("mathematics", _lazy("Mathematics"), ("math", "math-ph")),
    Field("statistics", _lazy("Statistics"), ("stat", "math.ST", "math.PR")),
    Field("economics", _lazy("Economics"), ("econ", "q-fin")),
)}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a site reads: arXiv categories (or archives) in order of importance, and whether Hugging Face is read."""

    categories: tuple[str, ...]
    hf: bool = False


def choice_of(fields: Iterable[str], categories: Iterable[str] = ()) -> Choice:
    """The choice that presets and categories of one's own make together. Raises ValueError, naming what is unknown."""
    chosen: list[str] = []
    hf = False
    for key in fields:
        if key not in FIELDS:
            raise ValueError(f"{key!r} is not a field; there are {', '.join(FIELDS)}")
        chosen.extend(FIELDS[key].categories)
        hf = hf or FIELDS[key].hf
    chosen.extend(known_category(category) for category in categories)
    whole = {category for category in chosen if category in ARCHIVES}
    kept = [c for c in dict.fromkeys(chosen) if c in whole or c.partition(".")[0] not in whole]
    return Choice(tuple(kept), hf)


def known_category(text: str) -> str:
    """A category or archive in arXiv's own spelling ("cs.lg" is "cs.LG"). Raises ValueError for what is none."""
    archive, dot, name = text.strip().partition(".")
    archive = archive.lower()
    if archive not in ARCHIVES:
        raise ValueError(f"{text[:40]!r} is not a category of arXiv; its archives are {', '.join(sorted(ARCHIVES))}")
    if not dot:
        return archive
    good = name.replace("-", "").isalpha() and name.isascii() and len(name) <= 12
    if not good:
        raise ValueError(f"{text[:40]!r} is not a category of arXiv; they look like cs.LG, math.AG, physics.optics")
    # Classes are two capitals, save those of cond-mat, physics and nlin's like, which are words in lower case.
    return f"{archive}.{name.upper() if len(name) == 2 and archive not in ('physics',) else name.lower()}"


def oai_set(category: str) -> str:
    """The OAI-PMH set of a category or archive: ``cs:cs:LG``, ``physics:hep-th``, ``math``."""
    archive, dot, name = category.partition(".")
    if archive in _PHYSICS:
        return f"physics:{archive}:{name}" if dot else f"physics:{archive}"
    return f"{archive}:{archive}:{name}" if dot else archive


def oai_sets(categories: Iterable[str]) -> list[str]:
    """The sets that hold all ``categories``, the archive in place of all its classes."""
    wanted = list(categories)
    if {f"cs.{name}" for name in CS_CLASSES} <= set(wanted):
        wanted = ["cs", *(category for category in wanted if not category.startswith("cs."))]
    return list(dict.fromkeys(oai_set(category) for category in wanted))
