"""The log of every privileged act: who, what, at what, why, and the state before and after, so that it can be undone.

Each room says how a state is read and put back (:func:`told_by`, in its ``apps.py``); undoing an entry puts back its
``before`` and leaves an entry of its own, which can be undone in turn. What changed again since is not overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.errors import UsageError

from .models import AuditEntry, Reader

State = dict[str, Any]
_UNDID = re.compile(r"Undid entry (\d+)\.$")


@dataclass(frozen=True, slots=True)
class Way:
    """How acts of one kind are undone.

    ``read`` gives the present state of a subject, with the keys that the log keeps; None when the subject is gone.
    ``write`` puts a state back, inside the transaction; it may raise UsageError, and then nothing is changed.
    ``capability`` is what whoever undoes must be allowed.
    """

    read: Callable[[str], State | None]
    write: Callable[[str, State, Reader | None, datetime], None]
    capability: str


Ways = Mapping[str, Way]
_tellers: list[Callable[[], Ways]] = []


def told_by(teller: Callable[[], Ways]) -> None:
    """Have ``teller`` say, when first asked, how acts are undone (by name). A room does so once, when Django starts."""
    _tellers.append(teller)
    _ways.cache_clear()


@lru_cache(maxsize=1)
def _ways() -> Ways:
    return {act: way for teller in _tellers for act, way in teller().items()}


def way_of(act: str) -> Way | None:
    """How entries of ``act`` are undone; None when they cannot be."""
    return _ways().get(act)


def log(
    actor: Reader | None, act: str, subject: str, reason: str, before: State, after: State, now: datetime,
) -> AuditEntry:
    """Note a privileged act, inside its transaction. Without an actor it was done at the machine, by command.

    ``act`` is ``area.verb``, ``subject`` is ``kind:key``; ``before`` and ``after`` are small JSON objects, with what is
    public or known to every moderator: never what anybody reads.
    """
    return AuditEntry.objects.create(
        actor=actor, actor_name=((actor.name or "keeper") if actor else "command line")[:120],
        act=act[:40], subject=subject[:120], reason=reason.replace("\x00", "").strip()[:2000], before=before,
        after=after, made_at=now)


def undo(entry_id: int, actor: Reader | None, now: datetime) -> AuditEntry | None:
    """Put back what was before the entry; returns the entry that says so, or None when it was undone already.

    Raises UsageError when the act cannot be undone, its subject is gone, or something changed it since.
    """
    with transaction.atomic():
        entry = AuditEntry.objects.select_for_update().filter(pk=entry_id).first()
        if entry is None:
            raise UsageError(_("There is no entry {entry_id} in the log. Nothing was changed.").format(
                entry_id=entry_id))
        if entry.undone_at is not None:
            return None
        way = way_of(entry.act)
        if way is None:
            raise UsageError(_("An act of the kind “{act}” cannot be undone. Nothing was changed.").format(
                act=entry.act))
        present = way.read(entry.subject)
        if present is None:
            raise UsageError(_("What this act was about is no longer there. Nothing was changed."))
        if any(present.get(name) != value for name, value in entry.after.items()):
            raise UsageError(_("Something changed this again since; undo the newer act first. Nothing was changed."))
        way.write(entry.subject, entry.before, actor, now)
        entry.undone_at = now
        entry.save(update_fields=["undone_at"])
        return log(actor, entry.act, entry.subject, f"Undid entry {entry.pk}.", entry.after, entry.before, now)


def said(entry: AuditEntry) -> str:
    """The reason of an entry; one that the log wrote itself is spoken in the language of the moment."""
    found = _UNDID.match(entry.reason)
    return _("Undid entry {number}.").format(number=found[1]) if found else entry.reason


def newest(*, limit: int = 50, before: int | None = None, area: str = "") -> list[AuditEntry]:
    """One page of the log, newest first; ``area`` is what stands before the dot of an act."""
    rows = AuditEntry.objects.all()
    if before is not None:
        rows = rows.filter(id__lt=before)
    if area:
        rows = rows.filter(act__startswith=f"{area}.")
    return list(rows.select_related("actor").order_by("-id")[:limit])
