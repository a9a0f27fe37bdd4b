"""Reports, the queue, and what moderators do about them: each act with a reason, logged, and undone from the log.

A subject is ``comment:KEY``, ``paper:KEY``, ``submission:ROW`` or ``votes:ROW`` (votes that were flagged). Nobody is
shown who reads or votes: of flagged votes there are counts and times, never names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue import changes, papers
from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError

from ..languages import number
from ..spoken import sentence
from . import audit, comments, limits, naming, notifications, prose, submissions, votes
from .models import AuditEntry, Comment, Reader, Report, Submission, Vote

LONGEST = 1000  # characters of a reason
HIDDEN, DISMISSED, UPHELD, CLEARED = "hidden", "dismissed", "upheld", "cleared"
KINDS = ("comment", "paper", "submission", "votes")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about. ``author``: whose it is; ``hidden``: whether readers see it no more."""

    name: str
    kind: str
    paper: Paper
    author: Reader | None
    text: str
    hidden: bool
    reason: str = ""
    row: Comment | Submission | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One subject with its open reports, oldest first. ``flagged``: of votes, when they were given."""

    subject: Subject
    reports: tuple[Report, ...]
    flagged: tuple[datetime, ...] = ()


def look(name: str) -> Subject | None:
    """What a subject's name stands for; None when it is gone or no such thing."""
    kind, _, key = name.partition(":")
    if not (key.isascii() and key.isalnum()):
        return None
    if kind == "comment":
        return _comment(name, key)
    if kind == "paper":
        paper = Paper.objects.filter(key=key, state__in=("live", "hidden")).first() if len(key) == 10 else None
        if paper is None:
            return None
        return Subject(name, kind, paper, None, paper.title, paper.state == Paper.State.HIDDEN, _said_of(name))
    if not (key.isdecimal() and len(key) < 18):
        return None
    if kind == "submission":
        row = Submission.objects.select_related("paper", "reader").filter(pk=int(key)).first()
        return Subject(name, kind, row.paper, row.reader, row.note, row.hidden_at is not None, row.hidden_reason,
                       row) if row else None
    if kind == "votes":
        found = Paper.objects.filter(pk=int(key)).first()
        return Subject(name, kind, found, None, found.title, False) if found else None
    return None


def _comment(name: str, key: str) -> Subject | None:
    row = Comment.objects.select_related("paper", "reader").filter(key=key).first()
    if row is None:
        return None
    return Subject(name, "comment", row.paper, row.reader, row.text, row.hidden_at is not None, row.hidden_reason, row)


def _said_of(name: str) -> str:
    """The reason of the last hiding: of a paper it stands in the log alone."""
    rows = AuditEntry.objects.filter(subject=name, act="moderation.hide", undone_at=None)
    return rows.order_by("-id").values_list("reason", flat=True).first() or ""


def may_report(name: str) -> Subject | None:
    """The subject, if a reader may see it and so report it."""
    found = look(name)
    if found is None or found.kind == "votes" or found.hidden or found.paper.state != Paper.State.LIVE:
        return None
    if isinstance(found.row, Comment) and not comments.visible(found.row):
        return None
    if isinstance(found.row, Submission) and not found.row.stands:
        return None
    return found


def report(reader: Reader, name: str, reason: str, now: datetime) -> Report:
    """Report a subject to the moderators; again by the same reader is the same report.

    Raises UsageError without a reason or subject, :class:`~broadsheet.readers.votes.NotAllowed`.
    """
    votes.may_act(reader)
    text = tidy_reason(reason, needed=_("Say what is wrong, in a few words. Nothing was sent."))
    found = may_report(name)
    if found is None:
        raise UsageError(_("What you report is no longer there. Nothing was sent."))
    if found.author is not None and found.author.pk == reader.pk and not reader.local:
        raise UsageError(_("This is your own; you can take it back yourself. Nothing was sent."))
    with transaction.atomic():
        votes.hold(found.paper.pk)
        row = Report.objects.filter(subject=name, reader=reader).first()
        if row is None:
            limits.check(reader, "report", Report.objects.filter(reader=reader), now)
            row = Report.objects.create(subject=name, reader=reader, reason=text, made_at=now)
    return row


def tidy_reason(reason: str, *, needed: str = "") -> str:
    """A reason as it is kept. Raises UsageError when it is too long, or missing where ``needed`` says so."""
    text = prose.tidy(reason)
    if needed and not text:
        raise UsageError(needed)
    if len(text) > LONGEST:
        raise UsageError(_("The reason has {count} characters; {most} fit. Nothing was done; what you wrote is "
                           "still in the form.").format(count=number(len(text)), most=number(LONGEST)))
    return text


def queue(*, limit: int = 50) -> list[Case]:
    """Subjects with open reports, the longest waiting first; reports of what is gone are left out."""
    rows = Report.objects.filter(closed_at=None).select_related("reader").order_by("made_at", "id")[:1000]
    by_subject: dict[str, list[Report]] = {}
    for row in rows:
        by_subject.setdefault(row.subject, []).append(row)
    cases = []
    for name, reports in by_subject.items():
        subject = look(name)
        if subject is not None:
            cases.append(Case(subject, tuple(reports), _flagged(subject)))
        if len(cases) == limit:
            break
    return cases


def waiting() -> int:
    """How many subjects wait, up to 100: what the link to the queue says."""
    return min(100, Report.objects.filter(closed_at=None).values("subject").distinct().count())


def _flagged(subject: Subject) -> tuple[datetime, ...]:
    if subject.kind != "votes":
        return ()
    rows = Vote.objects.filter(paper=subject.paper, flagged=True).order_by("made_at")
    return tuple(rows.values_list("made_at", flat=True)[:500])


def hide(actor: Reader | None, name: str, reason: str, now: datetime) -> Subject:
    """Hide a comment, paper or submission with a reason that its author is told; its reports are closed.

    Hidden already: nothing changes. Raises UsageError.
    """
    text = tidy_reason(reason, needed=_("Give a reason: its author reads it, and it stands in the log. Nothing was "
                                        "done."))
    with transaction.atomic():
        found = _known(name)
        if found.kind == "votes":
            raise UsageError(_("Votes are not hidden: clear their flags, or leave them flagged. Nothing was done."))
        votes.hold(found.paper.pk)
        before = _state(name)
        if before["hidden"]:
            return found
        _show(found, text, now)
        _close(name, HIDDEN, now)
        entry = audit.log(actor, "moderation.hide", name, text, before, _state(name), now)
        if found.author is not None:
            notifications.tell([found.author.pk], "moderation", f"hidden:{entry.pk}", now, paper=found.paper.pk,
                               text=_told_hidden(found.kind, text))
    return found


@sentence("hidden")
def _told_hidden(kind: str, reason: str) -> str:
    said = {"comment": _("A moderator hid your comment: {reason}"), "paper": _("A moderator hid your paper: {reason}"),
            "submission": _("A moderator hid your submission: {reason}")}[kind]
    return said.format(reason=reason)[:600]


def unhide(actor: Reader | None, name: str, reason: str, now: datetime) -> Subject:
    """Show a hidden subject again. Raises UsageError."""
    text = tidy_reason(reason)
    with transaction.atomic():
        found = _known(name)
        votes.hold(found.paper.pk)
        before = _state(name)
        if not before["hidden"]:
            return found
        _show(found, None, now)
        audit.log(actor, "moderation.unhide", name, text, before, _state(name), now)
    return found


def close(actor: Reader | None, name: str, outcome: str, reason: str, now: datetime) -> int:
    """Close the open reports of a subject: ``dismissed`` (nothing is wrong), for votes ``upheld`` (they stay flagged)
    or ``cleared`` (they weigh again). Returns how many reports were closed. Raises UsageError.
    """
    text = tidy_reason(reason)
    if outcome not in (DISMISSED, UPHELD, CLEARED):
        raise UsageError(_("Reports are dismissed, upheld or cleared. Nothing was done."))
    with transaction.atomic():
        found = _known(name)
        if (found.kind == "votes") != (outcome in (UPHELD, CLEARED)):
            raise UsageError(_("That is not how a report of this kind is closed. Nothing was done."))
        votes.hold(found.paper.pk)
        before = _state(name)
        if not before["reports"]:
            return 0
        if outcome == CLEARED:
            votes.clear_flags(found.paper.pk, now)
        _close(name, outcome, now)
        after = _state(name)
        audit.log(actor, f"moderation.{outcome}", name, text, before, after, now)
    return len(before["reports"])


def block(actor: Reader | None, reader: Reader, reason: str, now: datetime) -> None:
    """Block an account; sessions and tokens end. Who has a role is blocked by administrators alone.

    Raises UsageError without a reason, for oneself, or for a reader without an account.
    """
    from .accounts import service

    text = tidy_reason(reason, needed=_("Give a reason: who is blocked reads it. Nothing was done."))
    if actor is not None and actor.pk == reader.pk:
        raise UsageError(_("You cannot block yourself. Nothing was done."))
    account = getattr(reader, "account", None)
    if account is None:
        raise UsageError(_("This reader has no account to block. Nothing was done."))
    if reader.roles and not (actor is None or actor.local or "administrator" in actor.roles):
        raise UsageError(_("Only an administrator blocks somebody who has a role. Nothing was done."))
    service.block(account, text, now, actor=actor)


def _known(name: str) -> Subject:
    found = look(name)
    if found is None or found.kind not in KINDS:
        raise UsageError(_("There is no such comment, paper or submission here. Nothing was done."))
    return found


def _show(found: Subject, reason: str | None, now: datetime) -> None:
    """Hide with a reason, or show (None)."""
    if isinstance(found.row, Comment):
        if reason is None:
            comments.unhide(found.row, now)
        else:
            comments.hide(found.row, reason, now)
    elif isinstance(found.row, Submission):
        submissions.set_hidden(found.row, reason, now)
    elif reason is None:
        papers.unhide(found.paper, now)
    else:
        papers.hide(found.paper, now)


def _close(name: str, outcome: str, now: datetime) -> None:
    Report.objects.filter(subject=name, closed_at=None).update(closed_at=now, outcome=outcome)


def _state(name: str) -> audit.State:
    """What the log keeps of a subject: whether it is hidden and why, open reports and flagged votes by row id."""
    found = look(name)
    open_ = list(Report.objects.filter(subject=name, closed_at=None).order_by("id").values_list("id", flat=True))
    state: audit.State = {"hidden": found.hidden if found else False, "reports": open_}
    if found is not None and found.kind != "paper":
        state["reason"] = found.reason
    if found is not None and found.kind == "votes":
        flagged = Vote.objects.filter(paper=found.paper, flagged=True).order_by("id")
        state["flagged"] = list(flagged.values_list("id", flat=True))
    return state


def _read(name: str) -> audit.State | None:
    return _state(name) if look(name) is not None else None


def _write(name: str, state: audit.State, actor: Reader | None, now: datetime) -> None:
    found = _known(name)
    votes.hold(found.paper.pk)
    if found.hidden != state["hidden"]:
        _show(found, str(state.get("reason") or "") if state["hidden"] else None, now)
    _reopen(name, state["reports"], now)
    if found.kind == "votes":
        Vote.objects.filter(paper=found.paper, flagged=True).exclude(pk__in=state["flagged"]).update(flagged=False)
        Vote.objects.filter(paper=found.paper, pk__in=state["flagged"]).update(flagged=True)
        votes.recount(found.paper.pk, now)
    changes.append([found.paper.pk], changes.ACTIVITY)


def _reopen(name: str, open_: Sequence[int], now: datetime) -> None:
    rows = Report.objects.filter(subject=name)
    rows.filter(pk__in=list(open_)).update(closed_at=None, outcome="")
    rows.exclude(pk__in=list(open_)).filter(closed_at=None).update(closed_at=now, outcome=DISMISSED)


def shown_name(name: str) -> str:
    """A subject in words, for the log."""
    found = look(name)
    if found is None:
        return name
    if found.kind == "paper":
        return found.text
    if found.kind == "votes":
        return _("Votes for {title}").format(title=found.text)
    said = _("Comment by {name}") if found.kind == "comment" else _("Submission by {name}")
    return said.format(name=naming.shown(found.author))


_WAY = audit.Way(_read, _write, "moderate")
WAYS: audit.Ways = {f"moderation.{verb}": _WAY for verb in ("hide", "unhide", DISMISSED, UPHELD, CLEARED)}
