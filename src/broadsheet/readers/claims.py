"""A reader says "I am an author", an editor confirms or refuses; the mark then stands at the author's comments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError

from ..languages import number
from ..spoken import sentence
from . import audit, journal, limits, notifications, prose, votes
from .models import Claim, Reader

LONGEST_NOTE = 500  # characters: where an editor can see that it is true
OPEN, CONFIRMED, REFUSED = Claim.State.OPEN, Claim.State.CONFIRMED, Claim.State.REFUSED
ACTS = {CONFIRMED: "claim.confirm", REFUSED: "claim.refuse"}


def put(reader: Reader, paper: Paper, position: int, note: str, now: datetime) -> Claim:
    """Claim to be the author at ``position`` (from 0). Said again while it is open, it is changed; a refused claim is
    open again; a confirmed one stays as it is.

    Raises UsageError for a position that the paper does not have or a note that is too long,
    :class:`~broadsheet.readers.votes.NotAllowed` for a blocked reader or a name that another reader has confirmed.
    """
    votes.may_act(reader)
    text = " ".join(prose.tidy(note).split())
    authors = paper.authors or []
    if not 0 <= position < len(authors):
        raise UsageError(_("Choose which of the authors you are. Nothing was claimed; your note is still in the form."))
    if len(text) > LONGEST_NOTE:
        raise UsageError(_("The note has {count} characters; {most} fit. Nothing was claimed; your note is "
                           "still in the form.").format(count=number(len(text)), most=LONGEST_NOTE))
    name = str(authors[position].get("name", ""))[:400]
    with transaction.atomic():
        votes.hold(paper.pk)
        others = Claim.objects.filter(paper=paper, position=position, state=CONFIRMED).exclude(reader=reader)
        if others.exists():
            raise votes.NotAllowed(_("An editor has confirmed another reader as {name}. Nothing was claimed. If "
                                     "that is wrong, report the paper and say so.").format(name=name))
        row = Claim.objects.filter(reader=reader, paper=paper).first()
        if row is not None and row.state == CONFIRMED:
            return row
        if row is None:
            limits.check(reader, "claim", Claim.objects.filter(reader=reader), now)
            row = Claim.objects.create(paper=paper, reader=reader, position=position, name=name, note=text, made_at=now)
            journal.note(reader, "claimed", now, paper=paper.pk)
        else:
            row.position, row.name, row.note, row.state = position, name, text, OPEN
            row.decided_at = row.decided_by = None
            row.save()
    return row


def take_back(reader: Reader, paper_id: int, now: datetime) -> bool:
    """The reader no longer says so; a confirmed claim ends too, and the vote weighs again. False if there was none."""
    with transaction.atomic():
        votes.hold(paper_id)
        if not Claim.objects.filter(reader=reader, paper_id=paper_id).delete()[0]:
            return False
        _follow(reader, paper_id, now)
    return True


def decide(claim_id: int, state: str, reason: str, actor: Reader, now: datetime) -> Claim:
    """An editor confirms or refuses, with a reason that the reader is told; deciding the same twice is once.

    Nobody decides on an own claim (the keeper at the machine does: there is nobody else). Raises UsageError.
    """
    if state not in ACTS:
        raise UsageError(_("A claim is confirmed or refused. Nothing was changed."))
    with transaction.atomic():
        row = Claim.objects.select_for_update(of=("self",)).select_related("reader").filter(pk=claim_id).first()
        if row is None:
            raise UsageError(_("This claim was taken back. Nothing was changed."))
        if row.reader_id == actor.pk and not actor.local:
            raise votes.NotAllowed(_("Another editor has to decide on your own claim. Nothing was changed."))
        if row.state == state:
            return row
        taken = Claim.objects.filter(paper_id=row.paper_id, position=row.position, state=CONFIRMED).exclude(pk=row.pk)
        if state == CONFIRMED and taken.exists():
            raise UsageError(_("Another reader is confirmed as {name}. Undo that first, in the log. Nothing was "
                               "changed.").format(name=row.name or _("this author")))
        before, reason = _state(row), " ".join(prose.tidy(reason).split())[:1000]
        _set(row, state, actor, now)
        entry = audit.log(actor, ACTS[Claim.State(state)], f"claim:{row.pk}", reason, before, _state(row), now)
        notifications.tell([row.reader_id], "claim", f"claim:{entry.pk}", now, paper=row.paper_id, actor=None,
                           text=_told(str(state), row.name, reason))
    return row


def waiting(*, limit: int = 100) -> list[Claim]:
    """Open claims on live papers, oldest first, with paper and reader."""
    rows = Claim.objects.filter(state=OPEN, paper__state=Paper.State.LIVE)
    return list(rows.select_related("paper", "reader").order_by("made_at", "id")[:limit])


def decided(*, limit: int = 30) -> list[Claim]:
    """What was decided last."""
    rows = Claim.objects.exclude(state=OPEN).exclude(decided_at=None)
    return list(rows.select_related("paper", "reader", "decided_by").order_by("-decided_at", "-id")[:limit])


def of(reader: Reader | None, paper_id: int) -> Claim | None:
    """The reader's own claim at the paper."""
    return Claim.objects.filter(reader=reader, paper_id=paper_id).first() if reader is not None else None


def by_number(number: int) -> Claim | None:
    """A claim by its row id, with paper and reader."""
    return Claim.objects.select_related("paper", "reader").filter(pk=number).first()


def authors(paper_id: int) -> dict[int, str]:
    """Confirmed authors of the paper: reader's row id -> name as printed. What marks comments; one query."""
    rows = Claim.objects.filter(paper_id=paper_id, state=CONFIRMED)
    return dict(rows.values_list("reader_id", "name"))


def papers_of(reader: Reader, *, limit: int = 200) -> list[Paper]:
    """Live papers of which the reader is confirmed as an author, newest first: for the reader's page."""
    rows = Claim.objects.filter(reader=reader, state=CONFIRMED, paper__state=Paper.State.LIVE)
    return [row.paper for row in rows.select_related("paper").order_by("-paper__published", "-id")[:limit]]


@sentence("claim decided")
def _told(state: str, name: str, reason: str) -> str:
    if state == CONFIRMED:
        return (_("An editor confirmed that you are {name}.").format(name=name) if name else
                _("An editor confirmed that you are an author."))
    name, reason = name or _("an author"), reason or _("no reason was given")
    return _("An editor did not confirm that you are {name}: {reason}.").format(name=name, reason=reason)[:500]


def _state(row: Claim) -> dict[str, Any]:
    return {"state": str(row.state), "position": row.position}


def _set(row: Claim, state: str, actor: Reader | None, now: datetime) -> None:
    row.state = Claim.State(state)
    row.decided_at, row.decided_by = (None, None) if state == OPEN else (now, actor)
    row.save(update_fields=["state", "decided_at", "decided_by"])
    _follow(row.reader, row.paper_id, now)


def _follow(reader: Reader, paper_id: int, now: datetime) -> None:
    """The reader's vote weighs or not, and pages with the mark are made anew. Inside the transaction."""
    votes.reweigh(reader, paper_id, now, votes.rules())
    changes.append([paper_id], changes.ACTIVITY)


def _find(subject: str) -> Claim | None:
    number = subject.removeprefix("claim:")
    return Claim.objects.select_related("reader").filter(pk=int(number)).first() if number.isdecimal() else None


def _read(subject: str) -> audit.State | None:
    row = _find(subject)
    return _state(row) if row is not None else None


def _write(subject: str, state: audit.State, actor: Reader | None, now: datetime) -> None:
    row = _find(subject)
    if row is None:
        raise UsageError(_("This claim was taken back. Nothing was changed."))
    if state["state"] == CONFIRMED and Claim.objects.filter(
            paper_id=row.paper_id, position=row.position, state=CONFIRMED).exclude(pk=row.pk).exists():
        raise UsageError(_("Another reader is confirmed as this author since. Nothing was changed."))
    _set(row, state["state"], actor, now)


WAYS: audit.Ways = dict.fromkeys(ACTS.values(), audit.Way(_read, _write, "confirm_claim"))
