"""Entries of lists as finished HTML: rendered once per paper version, size and language, and patched for the reader.

An entry is the same for everybody but for its reason, the word "New", counts of votes and comments, and the reader's
marks; these stand at single control characters, which occur in no text (``text.markup`` removes them), and are put in
by replacement. An entry without any of them is finished before.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup, escape

from .. import languages
from ..catalogue.models import Paper
from ..catalogue.rights import may_show
from ..editions import standfirst
from ..editions.candidates import Candidate
from ..languages import and_others, day_short, foreign, joined
from ..readers.votes import NONE, Tally
from ..text import identifiers, latex
from . import voting
from .shown import in_language

REASON, PREFIX, FLAG, VOTE, TALK = "\x01", "\x02", "\x03", "\x04", "\x05"
_COLUMNS = ("id", "title", "abstract", "rights", "authors", "organisation", "identifiers", "published", "updated",
            "retraction", "versions", "venue", "summary_by", "language")
_KEPT = 24_000  # entries of about 2 KB each
_SEEN = re.compile(r'<span class="seen">[^<]*</span>')
# Language, row id, revision, tier, whether members' text may be shown, votes.
Place = tuple[str, int, int, str, bool, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page wants of one entry: its size, the reason, the reader's marks."""

    candidate: Candidate
    tier: str
    reason: str = ""
    read: bool = False
    saved: bool = False
    new: bool = False
    tally: Tally = NONE
    voted: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A finished entry: with its marks in it, and as it is where none of them says anything."""

    raw: str
    plain: str
    key: str
    label: str
    href: str
    lead: bool


class _Kept:
    """A bounded store of finished entries, oldest use out first; shared by the threads of the process."""

    def __init__(self, size: int) -> None:
        self._entries: OrderedDict[Place, _Entry] = OrderedDict()
        self._size = size
        self._lock = Lock()

    def get(self, places: Iterable[Place]) -> dict[Place, _Entry]:
        """Those of ``places`` that are kept."""
        entries = self._entries
        with self._lock:
            found = {}
            for place in places:
                entry = entries.get(place)
                if entry is not None:
                    entries.move_to_end(place)
                    found[place] = entry
            return found

    def put(self, made: Mapping[Place, _Entry]) -> None:
        """Keep ``made``."""
        with self._lock:
            self._entries.update(made)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


_kept = _Kept(_KEPT)


def forget() -> None:
    """Forget all finished entries."""
    _kept.clear()


def entries(shown: Iterable[Shown], *, member: bool) -> list[Markup]:
    """The entries in order; one query (per 500) for those that are not kept yet. Papers that went are left out."""
    wanted = list(shown)
    language = languages.active()
    places = [(language, one.candidate.id, one.candidate.revision, one.tier, member, one.candidate.votes)
              for one in wanted]
    have = _kept.get(places)
    missing = {place: one for place, one in zip(places, wanted, strict=True) if place not in have}
    if missing:
        made = _make(missing, member)
        _kept.put(made)
        have.update(made)
    return [Markup(_patched(have[place], one, language))  # noqa: S704 - rendered with autoescape
            for place, one in zip(places, wanted, strict=True) if place in have]


def _filled(entry: _Entry, tally: Tally, voted: bool, language: str) -> str:
    text = entry.raw.replace(VOTE, voting.button(entry.key, entry.label, tally, voted, language))
    return text.replace(TALK, voting.talk(entry.href, tally, invite=entry.lead, language=language))


def _patched(entry: _Entry, one: Shown, language: str) -> str:
    if not (one.reason or one.read or one.saved or one.new or one.voted or one.told or one.tally is not NONE):
        return entry.plain
    reason = f'<p class="reason">{escape(one.reason)}</p>\n' if one.reason else ""
    new, read = pgettext("paper", "New") if one.new else "", pgettext("paper", "Read:") if one.read else ""
    flag = f'<p class="flag">{new}</p>\n' if new else ""
    prefix = f'<span class="vh">{read} </span>' if read else ""
    text = _filled(entry, one.tally, one.voted, language)
    text = text.replace(REASON, reason).replace(FLAG, flag).replace(PREFIX, prefix)
    if " vote" in one.reason and " at " in one.reason:  # the reason names the votes elsewhere already
        text = _SEEN.sub("", text, count=1)
    if one.read:
        text = text.replace('class="entry ', 'class="entry read ', 1).replace('class="line"', 'class="line read"', 1)
    if one.saved:
        key = one.candidate.key
        text = text.replace(f'value="save:{key}" aria-pressed="false"', f'value="unsave:{key}" aria-pressed="true"')
        save, saved = _("Save"), _("Saved")
        text = text.replace(f">{save}</button>", f">{saved}</button>", 1)
    if one.told:
        key = f"{one.told}:{one.candidate.key}"
        text = text.replace(f'value="{key}" aria-pressed="false"', f'value="un{key}" aria-pressed="true"', 1)
    return text


def _make(missing: Mapping[Place, Shown], member: bool) -> dict[Place, _Entry]:
    ids = list({place[1] for place in missing})
    rows: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), 500):
        for row in Paper.objects.filter(id__in=ids[start:start + 500]).values(*_COLUMNS):
            rows[row["id"]] = row
    template = get_template("entry.jinja")
    made = {}
    for place, one in missing.items():
        row = rows.get(place[1])
        if row is None:
            continue
        context = _context(one, row, member)
        raw = template.render(context).strip() + "\n"
        entry = _Entry(raw, "", one.candidate.key, str(escape(context["label"])),
                       str(escape(context["href"])), one.tier == "lead")
        plain = _filled(entry, NONE, False, place[0]).replace(REASON, "").replace(FLAG, "").replace(PREFIX, "")
        made[place] = replace(entry, plain=plain)
    return made


def byline_names(authors: list[dict[str, str]], most: int) -> str:
    """``A, B, C and 4 others``: up to ``most`` names; one name more than that is shown too, not counted."""
    names = [author["name"] for author in authors]
    if not names:
        return _("Authors not sent by the source")
    shown = len(names) if len(names) <= (most + 1 if most > 1 else 2) else most
    rest = len(names) - shown
    if rest:
        return and_others(names[:shown], rest)
    return joined(names)


def coins(row: Mapping[str, Any]) -> str:
    """The title attribute of a COinS span (OpenURL 1.0, Z39.88-2004), by which Zotero saves entries of a list."""
    values = [("ctx_ver", "Z39.88-2004"), ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
              ("rft.genre", "article"), ("rft.atitle", latex.to_words(row["title"])), ("rft.date", row["published"])]
    values += [("rft.au", author["name"]) for author in row["authors"][:5]]
    for scheme, value in row["identifiers"]:
        if scheme == "doi":
            values.append(("rft_id", f"info:doi/{value}"))
        elif scheme == "arxiv":
            values.append(("rft_id", f"https://arxiv.org/abs/{value}"))
    return urlencode([(name, value) for name, value in values if value])


def address(row: Mapping[str, Any], key: str) -> str:
    """The canonical address of a paper's page."""
    names = row["identifiers"]
    return f"/papers/{identifiers.path(*names[0]) if names else key}"


def _context(one: Shown, row: Mapping[str, Any], member: bool) -> dict[str, Any]:
    candidate, tier = one.candidate, one.tier
    wide = tier in {"lead", "full"}
    says = ""
    if tier in {"lead", "full", "second"} and row["abstract"] and may_show(row["rights"], member):
        says = standfirst.choose(row["title"], row["abstract"]).text
    own = foreign(row["language"])
    retraction = row["retraction"]
    retracted = ""
    if retraction:
        retracted = " ".join(filter(None, (retraction["kind"].capitalize(), day_short(retraction.get("day", "")))))
    return {
        "key": candidate.key, "tier": tier, "href": address(row, candidate.key),
        "title": in_language(own, Markup(latex.to_html(row["title"]))),  # noqa: S704 - escaped by text/latex.py
        "label": " ".join(latex.to_words(row["title"]).split()),
        "standfirst": Markup(latex.to_html(says)) if says else "", "lang": own,  # noqa: S704
        "names": byline_names(row["authors"], 3 if wide or tier == "short" else 1),
        "organisation": row["organisation"], "published": row["published"],
        "date": day_short(row["published"]), "retracted": retracted, "version": len(row["versions"]),
        "votes": candidate.votes, "comments": candidate.comments, "vote_site": candidate.vote_site,
        "coins": "" if tier in {"line", "short"} else coins(row), "abstract": bool(row["abstract"]),
        "REASON": REASON, "PREFIX": PREFIX, "FLAG": FLAG, "VOTE": VOTE, "TALK": TALK,
    }
