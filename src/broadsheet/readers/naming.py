"""Names that others see: one for each reader, with an address of its own, and none that looks like another's."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.errors import UsageError
from broadsheet.spoken import sentence, spoken
from broadsheet.text import folding

from .models import Reader

LONGEST = 60
# Names that would speak for the house, for the machine or for nobody.
RESERVED = frozenset((
    "admin", "administrator", "anonymous", "broadsheet", "editor", "editors", "everybody", "everyone", "former reader",
    "help", "house", "keeper", "me", "moderator", "moderators", "nobody", "owner", "reader", "readers", "root",
    "security", "site", "staff", "support", "system", "the keeper", "a former reader", "a reader", "you"))
# Letters of other scripts and signs that are read as a Latin one (a part of Unicode TR 39, what names are made of).
_ALIKE = str.maketrans({
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԁ": "d",
    "һ": "h", "к": "k", "м": "m", "т": "t", "в": "b", "н": "h", "г": "r", "α": "a", "ο": "o", "ρ": "p", "ν": "v",
    "τ": "t", "υ": "u", "ι": "i", "κ": "k", "χ": "x", "β": "b", "γ": "y", "ϲ": "c", "ε": "e", "η": "n", "0": "o",
    "1": "l", "|": "l", "!": "l", "3": "e", "5": "s", "8": "b", "$": "s", "@": "a",
})


def shown(reader: Reader | None) -> str:
    """What stands beside a vote, a comment, a submission; for an erased account and a nameless one a general word."""
    return spoken(kept(reader))


def kept(reader: Reader | None) -> str:
    """The same as it may be kept for readers of several languages."""
    if reader is None:
        return _general("former")
    return reader.name or _general("keeper" if reader.local else "reader")


@sentence("general name")
def _general(who: str) -> str:
    return {"former": _("A former reader"), "keeper": _("The keeper"), "reader": _("A reader")}[who]


def skeleton(name: str) -> str:
    """What a name looks like at a glance: two names with one skeleton are taken for each other."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = folding.fold(text).translate(_ALIKE)
    text = "".join(letter for letter in text if letter.isalnum())
    return text.replace("rn", "m").replace("vv", "w").replace("i", "l").replace("j", "l")


def checked(wanted: str) -> str:
    """The name as it is kept. Raises UsageError for one that is empty, too long or unprintable."""
    name = " ".join(unicodedata.normalize("NFKC", wanted).split())
    if not 1 <= len(name) <= LONGEST:
        raise UsageError(_("A name has 1 to {most} letters; this has {count}. Your name stays as it was.").format(
            most=LONGEST, count=len(name)))
    if not all(letter.isprintable() for letter in name) or any(unicodedata.category(one) == "Cf" for one in name):
        raise UsageError(_("A name may hold no signs that cannot be seen. Your name stays as it was."))
    if not skeleton(name):
        raise UsageError(_("A name needs a letter or a figure. Your name stays as it was."))
    return name


def choose(reader: Reader, wanted: str) -> Reader:
    """Give the reader the name that was typed. Raises UsageError if it is reserved or looks like another reader's."""
    name = checked(wanted)
    if name == reader.name and reader.slug:
        return reader
    if folding.fold(name) in RESERVED:
        raise UsageError(_("“{name}” would speak for the site. Your name stays as it was; choose another.").format(
            name=name))
    with transaction.atomic():
        other = _taken(reader).get(skeleton(name))
        if other is not None:
            raise UsageError(_("“{name}” looks like “{other}”, who reads here too. Your name stays as it was; "
                               "choose one that cannot be taken for it.").format(name=name, other=other))
        return _give(reader, name)


def give(reader: Reader, wanted: str) -> Reader:
    """Give the reader this name or, where it cannot be had, the nearest with a number. For accounts that are new."""
    try:
        name = checked(wanted[:LONGEST - 5])
    except UsageError:
        name = "Reader"
    with transaction.atomic():
        taken = _taken(reader)
        free = next(one for one in _numbered(name) if skeleton(one) not in taken and folding.fold(one) not in RESERVED)
        return _give(reader, free)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name} {number}"


def _taken(reader: Reader) -> dict[str, str]:
    names = Reader.objects.exclude(pk=reader.pk).exclude(name="").values_list("name", flat=True)
    return {skeleton(name): name for name in names}


def _give(reader: Reader, name: str) -> Reader:
    base = folding.slug(name)[:50] or "reader"
    taken = set(Reader.objects.filter(slug__startswith=base).exclude(pk=reader.pk).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken or (number == 1 and slug in RESERVED):
        number += 1
        slug = f"{base}-{number}"
    reader.name, reader.slug = name, slug
    reader.save(update_fields=["name", "slug"])
    return reader
