"""Texts of the interface: gather them from the source into ``locale/*/LC_MESSAGES/django.po``, and compile those.

    make messages                          gather and compile; says per language what is still to be translated
    python tools/messages.py --check       change nothing; end with 1 where a catalogue is behind the source

English stands in the source and is the key. The way of a new text, and of a new language, is told in
docs/keepers/languages.md; tests/unit/test_messages.py holds what is promised of the catalogues.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "broadsheet"
LOCALE = PACKAGE / "locale"
METHODS = [("**.py", "python"), ("**.jinja", "jinja2")]
OPTIONS = {"**.jinja": {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true",
                        "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_lazy": None, "lazy": None, "noop": None,
            "gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2),
            "pgettext_lazy": ((1, "c"), 2), "npgettext_lazy": ((1, "c"), 2, 3)}
# Fixed, so that gathering twice changes no byte.
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def gathered() -> Catalog:
    """All texts of the source, each with the files it stands in."""
    found = Catalog(project="Broadsheet", creation_date=DAY, charset="utf-8")
    for name, _, message, comments, context in extract_from_dir(
            PACKAGE, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True):
        found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return found


def languages() -> list[str]:
    """Languages that have a catalogue."""
    return sorted(path.parents[1].name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def path_of(language: str) -> Path:
    """Where a language's texts stand."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def stored(language: str) -> Catalog:
    """A language's catalogue as it is kept."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language, domain="django", abort_invalid=True)


def brought_up(language: str) -> Catalog:
    """The catalogue with exactly the texts of the source: what is new without a translation, what went left out."""
    catalog = stored(language)
    catalog.update(gathered(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """A catalogue as its file holds it."""
    catalog.creation_date = catalog.revision_date = DAY
    catalog.project, catalog.version = "Broadsheet", "1"
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "none"
    for message in catalog:
        message.locations.sort()  # as they are written, so that a file that is read and written again stays as it is
    file = io.BytesIO()
    write_po(file, catalog, width=118, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """A catalogue compiled."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def texts(catalog: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalog if message.id)


def untranslated(catalog: Catalog) -> list[Message]:
    """Messages of which a form is missing, or that are marked as uncertain."""
    return [one for one in texts(catalog)
            if one.fuzzy or not all(one.string if isinstance(one.string, (list, tuple)) else [one.string])]


def main(arguments: list[str]) -> int:
    """Gather and compile, or check. Returns the exit code."""
    behind = 0
    for language in languages():
        path, catalog = path_of(language), brought_up(language)
        po, mo = as_po(catalog), as_mo(catalog)
        missing = untranslated(catalog)
        print(f"{language}: {len(list(texts(catalog)))} texts, {len(missing)} to be translated")
        for message in missing[:20]:
            print(f"  {message.id!r} ({message.locations[0][0] if message.locations else '?'})")
        if "--check" in arguments:
            behind += bool(missing) or path.read_bytes() != po or path.with_suffix(".mo").read_bytes() != mo
        else:
            path.write_bytes(po)
            path.with_suffix(".mo").write_bytes(mo)
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
